"""Starting runtime processes: forks of a prepared one on Linux, plain subprocesses elsewhere."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Protocol

HERE = Path(__file__).parent


class Process(Protocol):
    """A started process."""

    @property
    def pid(self) -> int:
        """Its id."""

    def wait(self) -> int:
        """Wait for its end; return its exit status, or minus the number of the signal that ended it."""

    def kill(self) -> None:
        """End it, if it has not ended."""


class Launch(Protocol):
    """Starts a runtime."""

    def __call__(self, *, environment: dict[str, str], output: int) -> Process:
        """Start a process with these variables and no others that prints to the descriptor `output`."""


def launch_plainly(*, environment: dict[str, str], output: int) -> subprocess.Popen[bytes]:
    """Start a Python of its own for the small runtime of ours, where there is no runtime client of Amazon's."""
    return subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-u", "-P", HERE / "plain_runtime.py"],
        cwd=environment["LAMBDA_TASK_ROOT"],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
    )


class ForkServer:
    """A process with boto3 and Amazon's runtime client loaded, which forks one for each execution environment."""

    def __init__(self) -> None:
        """Start it; it becomes ready in its own time."""
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own script
                [sys.executable, "-P", HERE / "fork_server.py", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )

    def launch(self, *, environment: dict[str, str], output: int) -> Process:
        """Fork a process with these variables that prints to the descriptor `output`."""
        report, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            socket.send_fds(self._control, [json.dumps(environment).encode()], [output, theirs.fileno()])
        return _Fork(report)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


class _Fork:
    """A grandchild, so its parent, the fork server, has to report its pid and then its exit status."""

    def __init__(self, report: socket.socket) -> None:
        self._report = report
        self.pid = int(report.recv(32))
        self._ended = False

    def wait(self) -> int:
        with self._report:
            status = int(self._report.recv(32) or -signal.SIGKILL)
        self._ended = True
        return status

    def kill(self) -> None:
        if not self._ended:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)
