"""The stack is synthesized whatever HOME is, and from an environment's folder that cannot be written to."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.repository import REPOSITORY
from tests.testing.run_command import without_aws

# As for a user to whom .venv does not belong.
READ_ONLY = "import os, runpy; os.access = lambda *_, **__: False; runpy.run_path('app.py', run_name='__main__')"


def synthesize(outdir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments, for two minutes at most."""
    inherited = {name: value for name, value in without_aws().items() if name != "HOME"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env={**inherited, "CDK_OUTDIR": str(outdir), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize("home", [{}, {"HOME": "/nonexistent"}, {"HOME": "/proc/1"}], ids=str)
def test_a_home_that_is_none_is_not_needed(tmp_path: Path, home: dict[str, str]) -> None:
    done = synthesize(tmp_path / "cdk.out", "app.py", **home)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cdk.out" / "reportflow.template.json").exists()


@pytest.mark.exhaustive
def test_the_environment_s_folder_may_be_somebody_else_s(tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    done = synthesize(tmp_path / "cdk.out", "-c", READ_ONLY, TMPDIR=str(tmp_path / "scratch"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cdk.out" / "reportflow.template.json").exists()
    assert not list((tmp_path / "scratch").glob("reportflow-*"))
