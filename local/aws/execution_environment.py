"""One execution environment: a process that runs one function, what is handed to it and what comes of it.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, NamedTuple

from local.aws import platform_log
from local.aws.log_stream import LogStream
from local.aws.runtime_api import Event, Happened, Invocation, RuntimeApi

if TYPE_CHECKING:
    from local.aws.function import Function
    from local.aws.launch import Launch
    from local.aws.log_stream import OpenLog

INIT_SECONDS = 10
KILL_SECONDS = 5
STATUSES: dict[Happened, platform_log.Status] = {Happened.RETURNED: "success", Happened.TIMED_OUT: "timeout"}


class Outcome(NamedTuple):
    """What an invocation gave: the function's JSON, or the error's if it `failed`; and the end of its log."""

    payload: bytes
    failed: bool
    log_tail: str


class ExecutionEnvironment:
    """Starts when it is made; runs one invocation at a time, many in a row."""

    def __init__(
        self, function: Function, *, task_root: Path, scratch: Path, launch: Launch, open_log: OpenLog
    ) -> None:
        """Start a process on the code in `task_root`, with the folder `scratch`, made here, for its temporary files."""
        stream = f"{datetime.now(UTC):%Y/%m/%d}/[{function.version}]{uuid.uuid4().hex}"
        self.function = function
        self._broken = False
        self._ended = threading.Event()
        self._cold_since: float | None = time.monotonic()
        self._scratch = scratch
        self._scratch.mkdir(parents=True)
        self._log = LogStream(open_log(function.log_group, stream))
        self._api = RuntimeApi()
        threading.Thread(target=self._api.serve_forever, daemon=True).start()
        environment = function.environment(
            task_root=task_root, scratch=scratch, log_stream=stream, runtime_api=self._api.address
        )
        self._process = launch(environment=environment, output=self._log.input)
        threading.Thread(target=self._await_end, daemon=True).start()

    @property
    def usable(self) -> bool:
        """Whether another invocation can go here."""
        return not (self._broken or self._ended.is_set())

    def invoke(self, *, request_id: str, payload: bytes) -> Outcome:
        """Run the function once; when this returns, all its log lines are stored."""
        event = self._next_event(max(INIT_SECONDS, self.function.timeout))
        ready = time.monotonic()
        self._log.add(platform_log.started(self.function, request_id=request_id))
        if event.what is Happened.READY:
            self._api.invocations.put(self._invocation(request_id, payload))
            event = self._next_event(self.function.timeout)
        report = self._report(event, ready)
        self._broken = event.what not in (Happened.RETURNED, Happened.RAISED)
        if self._broken:
            self.kill()
        self._log.add(platform_log.ended(self.function, request_id=request_id, report=report))
        answer = self._answer(event, request_id)
        return Outcome(payload=answer, failed=event.what is not Happened.RETURNED, log_tail=self._log.flush())

    def kill(self) -> None:
        """End the process, and wait until it is gone."""
        self._process.kill()
        self._ended.wait(KILL_SECONDS)

    def close(self) -> None:
        """End the process, and its log with it."""
        self.kill()
        self._log.close()

    def _invocation(self, request_id: str, payload: bytes) -> Invocation:
        now = time.time()
        return Invocation(
            request_id=request_id,
            function_arn=self.function.arn,
            trace_id=f"Root=1-{int(now):08x}-{uuid.uuid4().hex[:24]};Parent={uuid.uuid4().hex[:16]};Sampled=0",
            deadline=now + self.function.timeout,
            payload=payload,
        )

    def _next_event(self, seconds: float) -> Event:
        try:
            return self._api.events.get(timeout=seconds)
        except Empty:
            return Event(Happened.TIMED_OUT)

    def _report(self, event: Event, ready: float) -> platform_log.Report:
        cold_since, self._cold_since = self._cold_since, None
        return platform_log.Report(
            duration=(time.monotonic() - ready) * 1000,
            init_duration=None if cold_since is None else (ready - cold_since) * 1000,
            peak_memory_mb=_peak_memory_mb(self._process.pid),
            status=STATUSES.get(event.what, "error"),
        )

    def _answer(self, event: Event, request_id: str) -> bytes:
        if event.what is Happened.TIMED_OUT:
            name, message = "Sandbox.Timedout", f"Task timed out after {self.function.timeout:.2f} seconds"
        elif event.what is Happened.EXITED:
            name, message = "Runtime.ExitError", event.payload.decode()
        else:
            return event.payload
        return json.dumps({"errorType": name, "errorMessage": f"RequestId: {request_id} Error: {message}"}).encode()

    def _await_end(self) -> None:
        status = self._process.wait()
        self._ended.set()
        self._api.events.put(Event(Happened.EXITED, _reason(status).encode()))
        self._api.close()
        shutil.rmtree(self._scratch, ignore_errors=True)


def _reason(status: int) -> str:
    """Say it in the words of Lambda, which are Go's."""
    if status == 0:
        return "Runtime exited without providing a reason"
    if status < 0:
        return f"Runtime exited with error: signal: {(signal.strsignal(-status) or str(-status)).lower()}"
    return f"Runtime exited with error: exit status {status}"


def _peak_memory_mb(pid: int) -> int | None:
    """Return the most memory a process has had resident, where the system tells."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    kilobytes = re.search(r"VmHWM:\s+(\d+)", status)
    return int(kilobytes[1]) // 1024 if kilobytes else None
