"""A report document on its way to us: one GET on the address that getReportDocument gave, read as a stream.

The address is a secret for five minutes: it is in no message of any error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import urllib3

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CHUNK = 1024 * 1024
HOST = re.compile(r"[a-z0-9.-]+")


class DocumentOriginRefused(Exception):
    """The document's address is not of an origin that documents are expected from."""


class DocumentUrlExpired(Exception):
    """The document's address has passed its five minutes (403): a new one must be asked for."""


class DocumentRefused(Exception):
    """The document's host answered neither with the document nor with a fault that passes."""


class DocumentUnavailable(Exception):
    """The document's host could not be reached or answered with a fault of its own."""


class DocumentIncomplete(Exception):
    """The transfer ended before the document did."""


class Download(NamedTuple):
    """An open document: the labels that came with it and its bytes exactly as served."""

    content_type: str
    content_encoding: str
    content_length: int | None
    chunks: Iterator[bytes]


class DocumentSource:
    """Opens documents, of the allowed origins only."""

    def __init__(self, *, http: urllib3.PoolManager, origins: Sequence[str]) -> None:
        """Take `origins` as patterns of scheme and host, such as `https://*.amazonaws.com`."""
        self._http = http
        self._origins = origins

    @contextmanager
    def open(self, url: str) -> Iterator[Download]:
        """Open the document at `url`. Nothing is decompressed on the way.

        Raises:
            DocumentOriginRefused, DocumentUrlExpired, DocumentRefused, DocumentUnavailable: instead of a document.
            DocumentIncomplete: from the chunks, when fewer bytes arrive than were announced, or the connection breaks.
        """
        self._check(url)
        try:
            response = self._http.request(
                "GET", url, headers={"accept-encoding": "identity"}, preload_content=False, redirect=False
            )
        except urllib3.exceptions.HTTPError as error:
            raise DocumentUnavailable(f"the document's host did not answer ({type(error).__name__})") from None
        try:
            _refuse(response.status)
            length = response.headers.get("content-length", "")
            yield Download(
                content_type=response.headers.get("content-type", ""),
                content_encoding=response.headers.get("content-encoding", ""),
                content_length=int(length) if length.isdecimal() else None,
                chunks=_chunks(response),
            )
        finally:
            # A connection that still has bytes of this document must not serve the next one.
            response.close()
            response.release_conn()

    def _check(self, url: str) -> None:
        parts = urlsplit(url)
        host = parts.hostname or ""
        origin = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
        clean = HOST.fullmatch(host) and "@" not in parts.netloc
        if not clean or not any(fnmatchcase(origin, allowed) for allowed in self._origins):
            raise DocumentOriginRefused(
                f"the document's address is at {origin}; allowed are {', '.join(self._origins)}"
            )


def _refuse(status: int) -> None:
    if status == 403:
        raise DocumentUrlExpired("the document's host answered 403: its address has expired")
    if status >= 500 or status == 429:
        raise DocumentUnavailable(f"the document's host answered {status}")
    if status != 200:
        raise DocumentRefused(f"the document's host answered {status} where only 200 brings a document")


def _chunks(response: BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from response.stream(CHUNK, decode_content=False)
    except urllib3.exceptions.HTTPError as error:
        raise DocumentIncomplete(f"the transfer broke off ({type(error).__name__})") from None
