"""The wheel that uv builds has a command line that works outside the checkout."""

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.testing.repository import REPOSITORY

# The checkout is installed too, as it stands: the wheel's packages come first.
PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
import cli.main
print(cli.main.__file__)
sys.argv = ["reportflow", "--help"]
cli.main.main()
"""


@pytest.mark.exhaustive
def test_the_wheel_has_a_command_line_that_works(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    options = ["--quiet", "--wheel", "--offline", "--out-dir", str(tmp_path / "dist")]
    subprocess.run([str(uv), "build", *options, str(REPOSITORY)], check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with ZipFile(wheel) as files:
        files.extractall(tmp_path / "installed")
    command = [sys.executable, "-P", "-c", PROGRAM, str(tmp_path / "installed")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout.startswith(str(tmp_path / "installed"))
    assert "Usage: reportflow" in done.stdout
    assert "backfill" in done.stdout
