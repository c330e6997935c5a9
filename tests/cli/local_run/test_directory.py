"""The folder of a run: one run's at a time, empty, and nobody else's to read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.local_run.directory import DirectoryTaken, emptied


def test_it_is_empty_and_private(tmp_path: Path) -> None:
    directory = tmp_path / "build" / "run"
    directory.mkdir(parents=True)
    (directory / "old").write_text("of another run")
    before = os.umask(0o022)
    try:
        with emptied(directory):
            assert list(directory.iterdir()) == []
            (directory / "file").write_text("personal")
            (directory / "folder").mkdir()
            modes = [path.stat().st_mode & 0o777 for path in (directory, directory / "file", directory / "folder")]
            assert modes == [0o700, 0o600, 0o700]
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


def test_another_process_does_not_get_it(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\nfrom cli.local_run.directory import emptied\nwith emptied(pathlib.Path(sys.argv[1])): 0"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "run")]
    with emptied(tmp_path / "run"):
        (tmp_path / "run" / "mine").write_text("mine")
        taken = subprocess.run(command, capture_output=True, text=True, check=False)
        assert f"DirectoryTaken: another run, pid {os.getpid()}, uses {tmp_path / 'run'}: stop it first" in taken.stderr
        assert (tmp_path / "run" / "mine").exists()
    assert subprocess.run(command, check=False).returncode == 0


def test_it_is_free_again_however_a_run_ends(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), emptied(tmp_path / "run"):
            raise KeyboardInterrupt
    with emptied(tmp_path / "run"), pytest.raises(DirectoryTaken, match="another run"), emptied(tmp_path / "run"):
        pass
