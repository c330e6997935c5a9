"""One synthesis of the probe app and one embedded AWS with it for all tests."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local.aws import EmbeddedAws
from tests.testing.deployed_probe import Deployed

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def probe_assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the probe app's cloud assembly."""
    directory = tmp_path_factory.mktemp("assembly")
    app = Path(__file__).parent / "probe" / "app.py"
    subprocess.run([sys.executable, app], env={**os.environ, "CDK_OUTDIR": str(directory)}, check=True)
    return directory


# For this package only: the tests after it are not to have that person's environment.
@pytest.fixture(scope="package")
def deployed(probe_assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Deploy the probe stack, for a person whose own AWS configuration would lead elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_PROFILE", "not-there")
        patch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
        patch.setenv("PYTHONPATH", "/planted")
        directory = tmp_path_factory.mktemp("aws")
        with EmbeddedAws(directory=directory, speed=1000, function_environment={"TOLD_TO_ALL": "yes"}) as aws:
            yield Deployed(aws, aws.deploy(probe_assembly, stack_name="probe"))
