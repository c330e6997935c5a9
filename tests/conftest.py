"""Fixtures of the whole suite: the cloud assembly is synthesized once."""

from pathlib import Path

import pytest

from local.assembly import synthesize
from tests.template import Template


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the cloud assembly of the project as it stands, with its own configuration."""
    return synthesize(tmp_path_factory.mktemp("assembly"), context={})


@pytest.fixture(scope="session")
def template(assembly: Path) -> Template:
    """Return that assembly's template."""
    return Template.read(assembly)
