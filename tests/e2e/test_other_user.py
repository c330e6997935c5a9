"""Another user than root, in a clone and with a HOME of its own, sets up and runs, and what comes of it is its own."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.testing.repository import REPOSITORY

NOBODY = 65534
REQUEST = {
    "sellingPartnerId": "A2EXAMPLE",
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["A1PA6795UKMFR9"],
}
# What finds packages where there is no index on the network.
PASSED_ON = ("PIP_", "UV_", "SSL_", "LANG")

pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can be another user; all else runs as this one"
)


@pytest.fixture
def home() -> Iterator[Path]:
    """Make a folder of the other user's; pytest's own is closed to it."""
    with TemporaryDirectory(prefix="reportflow-nobody-") as directory:
        home = Path(directory)
        os.chown(home, NOBODY, NOBODY)
        yield home


def as_nobody(command: list[str], *, home: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with nothing of root's but the network, and with files that nobody else may read."""
    passed_on = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    return subprocess.run(
        command,
        cwd=folder,
        env={**passed_on, "HOME": str(home), "PATH": "/usr/local/bin:/usr/bin:/bin", "TMPDIR": str(home)},
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        umask=0o077,
        capture_output=True,
        text=True,
        check=False,
        timeout=580,
    )


def python_for_nobody(home: Path) -> str:
    """Return a Python that the other user may run, root's own if it may; skip where there is none."""
    recent = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
    for python in (os.path.realpath(sys.executable), "/usr/local/bin/python3", "/usr/bin/python3"):
        try:
            if as_nobody([python, "-c", recent], home=home, folder=home).returncode == 0:
                return python
        except OSError:
            continue
    pytest.skip("no Python of 3.11 or newer that another user than root may run")


def test_a_user_with_nothing_of_roots_sets_up_and_runs(home: Path) -> None:
    python, clone = python_for_nobody(home), home / "clone"
    # As it stands, also what is not committed.
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=REPOSITORY, capture_output=True, check=True).stdout
    clone.mkdir()
    packed = ["tar", "-c", "--null", "--files-from=-", "--ignore-failed-read"]
    archive = subprocess.run(packed, cwd=REPOSITORY, input=files, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "--no-same-owner"], cwd=clone, input=archive, check=True)
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", clone], check=True)

    done = as_nobody(["make", ".venv/ready", f"PYTHON={python}"], home=home, folder=clone)
    assert done.returncode == 0, done.stdout + done.stderr
    (clone / "requests.json").write_text(json.dumps([REQUEST]))
    (clone / "requests.json").chmod(0o644)
    done = as_nobody(["make", "run", "ARGS=--requests requests.json"], home=home, folder=clone)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "1 of 1 ended: 1 LANDED" in done.stdout
    run = clone / "build/run"
    assert run.stat().st_mode & 0o077 == 0
    assert {path.lstat().st_uid for path in (run, *run.rglob("*"))} == {NOBODY}

    subprocess.run(["chmod", "-R", "a-w", clone], check=True)
    for target in ("run", "synth"):
        done = as_nobody(["make", target], home=home, folder=clone)
        assert done.returncode == 2
        assert "cannot be written" in done.stdout + done.stderr
        assert "Traceback" not in done.stdout + done.stderr
