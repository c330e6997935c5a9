"""Why a host could not be spoken to, in words for a cause: the host and what happened, never a stack of classes."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import urllib3

from lambdas.spapi.foreign import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

# By the reason that OpenSSL has; the versions of Python word the rest of its message differently.
SAID_BY_TLS = {
    "WRONG_VERSION_NUMBER": "it does not speak TLS on this port",
    "HTTP_REQUEST": "it does not speak TLS on this port",
    "PACKET_LENGTH_TOO_LONG": "it does not speak TLS on this port",
    "RECORD_LAYER_FAILURE": "it does not speak TLS on this port",
    "UNEXPECTED_EOF_WHILE_READING": "the TLS connection was cut",
}


def host_of(url: str) -> str:
    """Return an address's host, fit for a message."""
    return quoted(urlsplit(url).hostname or "", secrets=())


def why_silent(error: BaseException) -> str:
    """Return why no answer came: `its certificate is not accepted: certificate has expired`."""
    chain = list(_chain(error))
    for each in chain:
        if isinstance(each, ssl.SSLCertVerificationError):
            return f"its certificate is not accepted: {each.verify_message.rstrip('.')}"
        if isinstance(each, ssl.SSLError):
            return SAID_BY_TLS.get(each.reason or "", f"the TLS handshake failed: {each.reason or type(each).__name__}")
        if isinstance(each, socket.gaierror):
            return "its name could not be resolved"
        if isinstance(each, ConnectionRefusedError):
            return "it refused the connection"
    # Last: of urllib3's errors a refused connection is a timeout too.
    if any(isinstance(each, TimeoutError | urllib3.exceptions.TimeoutError) for each in chain):
        return "its answer did not arrive in time"
    broke = next((each for each in chain if isinstance(each, OSError | HTTPException)), error)
    # A message may quote what it does not like, the address among it.
    return f"the connection broke ({type(broke).__name__})"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it is about: urllib3 has it as an argument, a reason, a cause or a context."""
    seen: list[BaseException] = []
    pending: list[object] = [error]
    while pending:
        each = pending.pop(0)
        if isinstance(each, BaseException) and each not in seen:
            seen.append(each)
            yield each
            pending += [*each.args, each.__cause__, each.__context__]
