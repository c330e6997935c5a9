"""A report document on its way to us: one GET on the address that getReportDocument gave, read into our buffers.

The address is a secret for five minutes: it is in no message of any error. http.client reads straight into a buffer,
which urllib3 does not; that is a third of the transfer's CPU time (`make bench`).
"""

import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import SplitResult

from lambdas.landing.document_errors import (
    REDIRECTS,
    DocumentIncomplete,
    DocumentRefused,
    DocumentTooSlow,
    DocumentUnavailable,
    error_of,
)
from lambdas.landing.document_route import Route
from lambdas.landing.resume_point import FROM_START, Unfinished
from lambdas.spapi.error_words import READ_BYTES, answered, code_of
from lambdas.spapi.foreign import quoted, redacted
from lambdas.spapi.network_words import why_silent
from lambdas.spapi.strict_response import StrictResponse

# S3's largest object has 13 digits. No sign, no space, no digits of other scripts.
LENGTH = re.compile(r"[0-9]{1,15}")
CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")
# A weak one (W/"…") promises the same meaning, not the same bytes.
STRONG_ETAG = re.compile(r'"[!#-~]{1,200}"')
# A transfer that breaks goes on where it broke, on the same address, this often.
RESUMPTIONS = 3


class DocumentSource:
    """Opens documents, of the allowed origins only."""

    def __init__(self, *, origins: Sequence[str], timeout: float = 25) -> None:
        """Take `origins` as patterns of scheme and host, such as `https://*.amazonaws.com`; `timeout` in seconds."""
        self._origins = origins
        self._timeout = timeout

    @contextmanager
    def open(self, url: str, *, seconds: float, begin: Unfinished = FROM_START) -> Iterator["Download"]:
        """Open the document at `url`, which must have arrived in `seconds`. Nothing is decompressed on the way.

        `begin` is where an earlier run stopped: the rest of the same document is read.

        Raises:
            DocumentOriginRefused, DocumentUrlExpired, DocumentRefused, DocumentUnavailable: instead of a document.
            DocumentTooSlow: the time is over before the answer has begun.
        """
        route = Route(url, origins=self._origins)
        download = Download(self._connection, route=route, until=time.monotonic() + seconds)
        # Each byte renews a socket's timeout: an answer that drips would take for ever.
        watch = threading.Timer(max(seconds, 0), download.cut)
        watch.daemon = True
        watch.start()
        try:
            download.begin() if begin is FROM_START else download.go_on(
                begin.position, size=begin.size, etag=begin.etag
            )
            yield download
        finally:
            watch.cancel()
            download.close()

    def _connection(self, parts: SplitResult) -> HTTPConnection:
        host, connection = parts.hostname or "", HTTPConnection(parts.hostname or "", parts.port, timeout=self._timeout)
        if parts.scheme == "https":
            connection = HTTPSConnection(host, parts.port, timeout=self._timeout, context=self._trust)
        connection.response_class = StrictResponse
        return connection

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context()


class Download:
    """An open document: the labels that came with it, and its bytes exactly as served.

    `size` is what Content-Length promises, None where nothing does; `position` is how much has been read.
    """

    def __init__(self, connect: Callable[[SplitResult], HTTPConnection], *, route: Route, until: float) -> None:
        """Ask for nothing yet; `until` is the time.monotonic() by which the document must have arrived."""
        self._connect = connect
        self._route = route
        self._connection = connect(route.parts)
        self._until = until
        self._resumptions = 0
        self._response: HTTPResponse | None = None
        self._socket: socket.socket | None = None
        self.position = 0
        self.size: int | None = None
        self.etag = ""
        self.content_type = ""
        self.content_encoding = ""

    @property
    def seconds_left(self) -> float:
        """How long it may still take."""
        return self._until - time.monotonic()

    def cut(self) -> None:
        """End the read that is under way, from another thread."""
        # It may have been closed meanwhile, by either side.
        with suppress(OSError):
            if self._socket:
                # An SSLSocket's own would let the read go on without TLS.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the answer, which would keep the connection open, and the connection."""
        if self._response:
            self._response.close()
        self._connection.close()

    def begin(self) -> None:
        """Ask for all of it.

        Raises:
            DocumentRefused, DocumentUrlExpired, DocumentUnavailable, DocumentOriginRefused: instead of a document.
            DocumentIncomplete: nothing says where it ends.
            DocumentTooSlow: the time is over.
        """
        response = self._get({})
        if response.status != 200:
            host = self._route.host
            raise DocumentRefused(f"the document's host {host} answered {response.status} where only 200 is a document")
        self.size = self._length(response)
        etag = response.headers.get("etag", "")
        self.etag = etag if STRONG_ETAG.fullmatch(etag) and self._harmless(etag) else ""

    def go_on(self, position: int, *, size: int, etag: str) -> None:
        """Ask for the rest of the document of this size and strong ETag.

        Raises:
            DocumentIncomplete: it is not that document, or its host serves no parts of it.
        """
        self.position, self.size, self.etag = position, size, etag
        response = self._get({"range": f"bytes={position}-", "if-match": etag})
        found = CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        # A host may answer Range and ignore If-Match: only an equal ETag says that it is the same document.
        same = response.headers.get_all("etag") == [etag]
        fits = found and tuple(map(int, found.groups())) == (position, size - 1, size)
        if response.status != 206 or not (same and fits) or self._length(response) not in (None, size - position):
            raise DocumentIncomplete(f"of {size} bytes {position} had arrived, and the host does not go on from there")

    def readinto(self, buffer: memoryview) -> int:
        """Read some bytes and return how many; none at the end of the document.

        Raises:
            DocumentIncomplete: the transfer broke, again and again, or where it cannot be resumed.
            DocumentTooSlow: the time is over.
            DocumentUrlExpired: it broke, and the address does not serve any more.
        """
        while True:
            broke = ""
            try:
                read = self._response.readinto(buffer) if self._response else 0
            except (OSError, HTTPException) as error:
                read, broke = 0, type(error).__name__
            self._check_time()
            self.position += read
            if read or self.position == self.size or (self.size is None and not broke):
                return read
            self._resume(broke or "it ended early")

    def _check_time(self) -> None:
        if self.seconds_left <= 0:
            of = "" if self.size is None else f" of {self.size}"
            raise DocumentTooSlow(f"only {self.position} bytes{of} had arrived when time was over")

    def _resume(self, broke: str) -> None:
        self._resumptions += 1
        why = f"the transfer broke after {self.position} bytes of {self.size} ({broke})"
        if self._resumptions > RESUMPTIONS or not self.etag or self.size is None:
            raise DocumentIncomplete(why)
        self._connection.close()
        self.go_on(self.position, size=self.size, etag=self.etag)

    def _get(self, headers: Mapping[str, str]) -> HTTPResponse:
        """Return the answer, from wherever the host's redirects lead.

        Raises:
            DocumentOriginRefused: they lead where no document may come from.
        """
        while location := _leads_to(response := self._exchange(headers)):
            self._route.follow(location, status=response.status)
            response.close()
            self._connection.close()
            self._connection = self._connect(self._route.parts)
        if response.status >= 400 or response.status in REDIRECTS:
            body = self._beginning_of(response)
            said = answered(response.status, dict(response.headers), body, secrets=self._route.secrets)
            error = error_of(response.status, code_of(body))
            # A host that refuses the rest only may serve the whole.
            if error is DocumentRefused and "range" in headers:
                error = DocumentIncomplete
            raise error(f"the document's host {self._route.host} answered {said}")
        self.content_type = self.content_type or self._label(response, "content-type")
        self.content_encoding = self.content_encoding or self._label(response, "content-encoding")
        return response

    def _exchange(self, headers: Mapping[str, str]) -> HTTPResponse:
        try:
            self._connection.connect()
            self._socket = self._connection.sock
            # There was nothing to cut so far.
            self._check_time()
            # Compression on the way would be a second one: the document is gzip already, or so small that it is not.
            self._connection.request("GET", self._route.target, headers={"accept-encoding": "identity", **headers})
            self._response = response = self._connection.getresponse()
            # Headers that are cut look like those of an answer without a length.
            self._check_time()
        except (OSError, HTTPException, UnicodeError) as error:
            self._check_time()
            why = why_silent(error)
            raise DocumentUnavailable(f"the document's host {self._route.host} gave no answer: {why}") from None
        return response

    def _beginning_of(self, response: HTTPResponse) -> bytes:
        """Return what of an error's body has arrived; where it breaks off, its status says enough."""
        with suppress(OSError, HTTPException):
            return response.read(READ_BYTES)
        return b""

    def _label(self, response: HTTPResponse, header: str) -> str:
        """Return what a header says, fit for a manifest: some hosts echo the address that they were asked for."""
        return quoted(response.headers.get(header, ""), secrets=self._route.secrets)

    def _harmless(self, header: str) -> bool:
        return redacted(header, self._route.secrets) == header

    @staticmethod
    def _length(response: HTTPResponse) -> int | None:
        """Return what Content-Length promises; None if the answer says its end in another way.

        Raises:
            DocumentIncomplete: nothing says where it ends, or several lengths do.
        """
        chunked = [each.strip().lower() for each in response.headers.get_all("transfer-encoding", [])] == ["chunked"]
        lengths = set(response.headers.get_all("content-length", []))
        if chunked and not lengths:
            return None
        length = lengths.pop() if len(lengths) == 1 and not chunked else ""
        if not LENGTH.fullmatch(length):
            raise DocumentIncomplete("the document's host does not say where the document ends")
        return int(length)


def _leads_to(response: HTTPResponse) -> str:
    """Return where a redirect leads; empty where it does not say so, and of any other answer."""
    return response.headers.get("location", "") if response.status in REDIRECTS else ""
