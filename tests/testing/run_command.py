"""`make run` as a child process, the way a person starts it."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.testing.documented_schemas import validator
from tests.testing.repository import REPOSITORY


class Command:
    """One run of the command line in a directory of its own."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        """Start it, in a process group of its own as a terminal would."""
        self.directory = directory
        self._process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "run", *arguments],
            cwd=directory,
            env={**without_aws(), "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def wait_for(self, words: str) -> str:
        """Return what it has said when it has said these words."""
        assert self._process.stdout
        said = ""
        while words not in said:
            line = self._process.stdout.readline()
            assert line, f"it ended and never said {words!r}: {said}{self.end()}"
            said += line
        return said

    def kept(self) -> dict[str, str]:
        """Wait until a run that is kept is done; return the environment of a shell that has sourced its env.sh."""
        self.wait_for("Ctrl-C stops it all.")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        return {**without_aws(), **self.exports(), "PATH": path}

    def exports(self) -> dict[str, str]:
        """Return what the env.sh of a run that is kept exports."""
        return dict(re.findall(r"export (\w+)=(\S+)", (self.directory / "build/run/env.sh").read_text()))

    def press_ctrl_c(self) -> None:
        """Send what a terminal sends."""
        os.killpg(self._process.pid, signal.SIGINT)

    def end(self, timeout: float = 600) -> tuple[int, str, str]:
        """Wait for its end; return exit code, standard output and standard error."""
        try:
            out, err = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.communicate()
            raise
        return self._process.returncode, out, err

    def summaries(self) -> dict[str, dict[str, Any]]:
        """Return summary.json, which is as its schema says, by name."""
        listed = json.loads((self.directory / "build/run/summary.json").read_text())
        validator("summary").validate(listed)
        return {entry["name"]: entry for entry in listed}


def without_aws() -> dict[str, str]:
    """Return this environment without what leads to an AWS."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "LWA_"))}


def processes(words: str) -> list[str]:
    """Return the command lines of running processes that contain these words."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if words in line:
            found.append(line)
    return found
