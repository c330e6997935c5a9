"""The child process as its parent holds it: by a pipe; the end of the pipe is the end of the process."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from socket import socket

REPOSITORY = Path(__file__).parents[2]
START_SECONDS = 60
STOP_SECONDS = 5


class Child:
    """Runs from its construction until `stop`, or until this process is gone, however it went."""

    def __init__(
        self, *, listener: socket, environment: Mapping[str, str], settings: Mapping[str, object], log: Path
    ) -> None:
        """Start it with only these variables and what it takes to find programs."""
        found_here = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        standard_input, self._lifeline = os.pipe()
        self._readiness, ready = os.pipe()
        with log.open("wb") as output, os.fdopen(standard_input) as its_end, os.fdopen(ready, "wb"):
            self._process = subprocess.Popen(
                [sys.executable, "-m", "local.aws.server"],
                cwd=REPOSITORY,
                env={**found_here, **environment},
                stdin=its_end,
                stdout=output,
                stderr=output,
                pass_fds=[listener.fileno(), ready],
                start_new_session=True,  # Ctrl-C in a terminal is the parent's to handle
            )
        descriptors = {"listener": listener.fileno(), "ready": ready}
        with contextlib.suppress(BrokenPipeError):  # it ended at once, so it will not be ready, and the log says why
            os.write(self._lifeline, json.dumps({**settings, **descriptors}).encode() + b"\n")

    def wait_until_ready(self) -> bool:
        """Wait until connections to the listener are served; return False if that does not come."""
        with os.fdopen(self._readiness, "rb") as readiness:
            readable, _, _ = select.select([readiness], [], [], START_SECONDS)
            return bool(readable and readiness.read(1))  # at its end nothing is read

    def stop(self) -> None:
        """End it, and every process that it started."""
        os.close(self._lifeline)
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def ministack_environment(scratch: Path) -> dict[str, str]:
    """Return the variables by which ministack evaluates IAM policies, and keeps to `scratch` and to its one port."""
    return {
        "HOME": str(scratch),
        "TMPDIR": str(scratch),
        "S3_DATA_DIR": str(scratch),
        "STATE_DIR": str(scratch),
        "AUTH": "true",
        "USE_SSL": "1",
        "DOCKER_HOST": f"unix://{scratch}/none",  # it would remove containers as it starts
        "IOT_MTLS_ENABLED": "0",  # a listener of its own
        "SFTP_ENABLED": "0",  # same
    }
