"""However the embedded AWS or its parent ends, it says why or nothing is left of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from local.aws import EmbeddedAws, EmbeddedAwsFailed
from tests.testing import processes
from tests.testing.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_start_that_fails_raises_the_end_of_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\nseq 100\necho 'there is no ministack' >&2\nexit 1\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(EmbeddedAwsFailed) as failure, EmbeddedAws(directory=tmp_path / "aws"):
        pytest.fail("it started")
    assert str(failure.value).endswith("\n99\n100\nthere is no ministack")
    assert "\n80\n" not in str(failure.value)


@processes.on_linux
def test_nothing_is_left_when_the_context_ends_also_by_an_exception(tmp_path: Path) -> None:
    aws = EmbeddedAws(directory=tmp_path)

    def fail() -> None:
        with aws:
            assert len(processes.members(aws._child._process.pid)) == 2
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    group = aws._child._process.pid
    assert processes.members(group) == set()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", urlsplit(aws.endpoint_url).port or 0))


PARENT = """
import sys
from pathlib import Path
from local.aws import EmbeddedAws

assembly, directory = map(Path, sys.argv[1:])
with EmbeddedAws(directory=directory) as aws:
    function = aws.deploy(assembly, stack_name="probe")["ProberIs"]
    print(aws._child._process.pid, flush=True)
    aws.client("lambda").invoke(FunctionName=function, Payload='{"do": "sleep", "seconds": 9}')
"""


@processes.on_linux
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_is_left_when_the_parent_is_ended_while_a_function_runs(
    probe_assembly: Path, tmp_path: Path, end: signal.Signals
) -> None:
    command = [sys.executable, "-c", PARENT, str(probe_assembly), str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, start_new_session=True) as parent:
        assert parent.stdout
        group = int(parent.stdout.readline())
        wait_until(lambda: len(processes.members(group)) == 3)
        os.killpg(parent.pid, end)  # to the whole group, as Ctrl-C in a terminal
        parent.wait(timeout=5)
    wait_until(lambda: not processes.members(group))
    assert "Traceback" not in (tmp_path / "aws.log").read_text()


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait up to 5 s for something to be true."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
