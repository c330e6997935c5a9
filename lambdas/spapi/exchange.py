"""One HTTP exchange with Amazon, bounded in bytes and in seconds from first to last; nothing is followed or repeated.

A socket's timeout is renewed by each byte, and an answer that drips would take for ever: at the end of its time the
connection is cut.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

from lambdas.spapi.strict_response import StrictResponse

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse  # urllib3 2 only; older Lambda runtimes bring 1.26

# Amazon's largest, a page of getReports, has some 100 kB.
MOST_BYTES = 4 * 1024 * 1024
# A token and a call must both find room in a function's minute.
SECONDS = 27.0


class AnswerTooLarge(Exception):
    """The answer has more bytes than any that is expected."""


class AnswerTooSlow(TimeoutError):
    """The answer had not arrived in its time."""


class NotSent(Exception):
    """No connection was made, so nothing was sent; its cause says why."""


class Answer(NamedTuple):
    """What was answered, as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def exchange(
    http: urllib3.PoolManager, method: str, url: str, *, headers: Mapping[str, str], body: bytes | None = None
) -> Answer:
    """Send a request once, and return its whole answer.

    Raises:
        AnswerTooLarge, AnswerTooSlow: what was sent may have had its effect. Of an error too large is cut.
        NotSent: it certainly had none.
        urllib3.exceptions.HTTPError, ValueError: as urllib3 and http.client have it.
    """
    http.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    began, cut = time.monotonic(), _Cut()
    _under_way.cut = cut
    watch = threading.Timer(SECONDS, cut)
    watch.daemon = True
    watch.start()
    try:
        # A compressed answer could inflate without end: it is neither asked for nor inflated.
        response = http.request(
            method,
            url,
            body=body,
            headers={"accept-encoding": "identity", **headers},
            redirect=False,
            preload_content=False,
        )
        content = _read(response)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        if not cut.sock:
            raise NotSent from error
        if time.monotonic() - began >= SECONDS:
            raise AnswerTooSlow from None
        raise
    finally:
        watch.cancel()
    if time.monotonic() - began >= SECONDS:
        raise AnswerTooSlow
    return Answer(response.status, response.headers, content)


def _read(response: BaseHTTPResponse) -> bytes:
    content = bytearray()
    # What is left of an answer must not be read as the beginning of the next.
    with closing(response):
        while piece := response.read(64 * 1024, decode_content=False):
            content += piece
            if len(content) > MOST_BYTES:
                if response.status < 300:
                    raise AnswerTooLarge
                # Of an error its beginning is enough; the connection is not used again.
                return bytes(content)
        response.release_conn()
    return bytes(content)


class _Cut:
    """Ends whatever the connection of an exchange is at, from another thread."""

    connection: HTTPConnection | None = None
    sock: socket.socket | None = None
    """Where the answer comes from; its connection lets go of it before that has ended, if it has no length."""

    def __call__(self) -> None:
        sock = self.sock or (self.connection and self.connection.sock)
        # It may have been closed meanwhile, by either side; an SSLSocket's own shutdown would go on without TLS.
        with suppress(OSError):
            if sock:
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


# The exchange that a thread is at.
_under_way = threading.local()


class _Connection(HTTPConnection):
    response_class = StrictResponse

    def connect(self) -> None:
        _under_way.cut.connection = self
        super().connect()
        _under_way.cut.sock = self.sock

    def request(self, *args: Any, **more: Any) -> None:
        _under_way.cut.sock = self.sock
        super().request(*args, **more)


class _TlsConnection(_Connection, HTTPSConnection):
    pass


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _TlsConnection
