"""The stack with every option switched on, beside the one with cdk.json's own configuration."""

from pathlib import Path

import pytest

from tests.assemblies import Assemblies


@pytest.fixture(scope="session")
def every_option(assemblies: Assemblies) -> Path:
    """Return the assembly of the stack with every option switched on."""
    return assemblies.wait_for("every-option")
