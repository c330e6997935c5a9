"""The Lambda Runtime API of one execution environment, on a port of its own.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import NamedTuple

LARGEST_RESPONSE = 6_291_556  # bytes


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """One request to the function; `deadline` in seconds since the epoch."""

    request_id: str
    function_arn: str
    trace_id: str
    deadline: float
    payload: bytes


class Happened(Enum):
    """What an execution environment can do next."""

    READY = auto()  # the runtime asks for an invocation
    RETURNED = auto()
    RAISED = auto()
    INIT_FAILED = auto()
    EXITED = auto()
    TIMED_OUT = auto()


class Event(NamedTuple):
    """What happened, with the payload that the runtime posted, or the reason of an exit."""

    what: Happened
    payload: bytes = b""


class RuntimeApi(ThreadingHTTPServer):
    """Serves one runtime: hands out `invocations`, and reports all it does in `events`, in order."""

    daemon_threads = True

    def __init__(self) -> None:
        """Listen on a free port of 127.0.0.1; `serve_forever` serves."""
        super().__init__(("127.0.0.1", 0), _Calls)
        self.address = f"127.0.0.1:{self.server_port}"
        self.events: SimpleQueue[Event] = SimpleQueue()
        self.invocations: SimpleQueue[Invocation | None] = SimpleQueue()

    def close(self) -> None:
        """Stop serving, and let go of a runtime that still waits."""
        self.invocations.put(None)
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Let a killed runtime's connection go without a word."""


class _Calls(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer waits 40 ms for the acknowledgement of its headers
    server: RuntimeApi

    def parse_request(self) -> bool:
        """Refuse, before it is looked at, what a web page may have sent here: under another name, or from its site."""
        if not super().parse_request():
            return False
        if self.headers.get("Host") == self.server.address and "Origin" not in self.headers:
            return True
        self.send_error(403)
        return False

    def do_GET(self) -> None:
        """Answer /runtime/invocation/next as soon as there is an invocation."""
        self.server.events.put(Event(Happened.READY))
        invocation = self.server.invocations.get()
        if invocation is None:
            self.close_connection = True
            return
        self._answer(
            200,
            invocation.payload,
            {
                "Content-Type": "application/json",
                "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
                "Lambda-Runtime-Deadline-Ms": str(int(invocation.deadline * 1000)),
                "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
                "Lambda-Runtime-Trace-Id": invocation.trace_id,
            },
        )

    def do_POST(self) -> None:
        """Take /runtime/init/error, /runtime/invocation/ID/response or /runtime/invocation/ID/error."""
        payload = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.events.put(_posted(self.path, payload))
        self._answer(202, b"{}", {"Content-Type": "application/json"})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


def _posted(path: str, payload: bytes) -> Event:
    if path.endswith("/init/error"):
        return Event(Happened.INIT_FAILED, payload)
    if path.endswith("/error"):
        return Event(Happened.RAISED, payload)
    if len(payload) > LARGEST_RESPONSE:
        message = f"Response payload size exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes)."
        error = {"errorMessage": message, "errorType": "Function.ResponseSizeTooLarge"}
        return Event(Happened.RAISED, json.dumps(error).encode())
    return Event(Happened.RETURNED, payload)
