"""The stack with every option switched on, beside the one with cdk.json's own configuration."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from infra import App
from infra.template_checks import EVERY_OPTION, assembled


@dataclass(frozen=True)
class Assembled:
    """An app, and the folder with its cloud assembly."""

    app: App
    directory: Path


@pytest.fixture(scope="session")
def every_option(tmp_path_factory: pytest.TempPathFactory) -> Assembled:
    """Return the stack with every option switched on."""
    directory = tmp_path_factory.mktemp("every-option")
    return Assembled(assembled(directory, EVERY_OPTION), directory)
