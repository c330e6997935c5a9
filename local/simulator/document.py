"""Report documents as the document store serves them, and what can happen to a download on its way."""

import gzip as gz
import json as js
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import md5
from typing import Self

from werkzeug import Response

CODECS = {"windows-31j": "cp932"}  # Amazon's name for Japanese; Python has no codec of that name


@dataclass(frozen=True, kw_only=True)
class Document:
    """A document: the bytes as served, and what is said about them, which may be untrue.

    compression_algorithm is what getReportDocument answers (`GZIP` or nothing), content_encoding what the document
    store sends as `Content-Encoding`.
    """

    body: bytes = field(repr=False)
    content_type: str = "text/plain; charset=UTF-8"
    compression_algorithm: str | None = None
    content_encoding: str | None = None

    @cached_property
    def etag(self) -> str:
        """The MD5 of the body, as S3 has it for what was uploaded in one part."""
        return md5(self.body, usedforsecurity=False).hexdigest()

    @classmethod
    def of(cls, content: bytes, *, content_type: str, gzip: bool = True) -> Self:
        """Make a document of any content, gzipped and declared so, or plain."""
        body = gz.compress(content, mtime=0) if gzip else content
        return cls(body=body, content_type=content_type, compression_algorithm="GZIP" if gzip else None)

    @classmethod
    def text(cls, text: str, *, charset: str = "UTF-8", gzip: bool = True) -> Self:
        """Encode text in a charset, named as Amazon does: UTF-8, ISO-8859-1, Cp1252, windows-31j."""
        content = text.encode(CODECS.get(charset.lower(), charset))
        return cls.of(content, content_type=f"text/plain; charset={charset}", gzip=gzip)

    @classmethod
    def tsv(cls, rows: Iterable[Sequence[str]], *, charset: str = "UTF-8", gzip: bool = True) -> Self:
        """Make a flat file, unquoted as Amazon's are; the first row is the header."""
        return cls.text("".join("\t".join(row) + "\r\n" for row in rows), charset=charset, gzip=gzip)

    @classmethod
    def json(cls, value: object, *, gzip: bool = True) -> Self:
        """Make a JSON report."""
        return cls.of(js.dumps(value).encode(), content_type="application/json; charset=UTF-8", gzip=gzip)

    @classmethod
    def error_details(cls, text: str, *, gzip: bool = True) -> Self:
        """Make what a FATAL report may carry: one key with Amazon's reason."""
        return cls.json({"errorDetails": text}, gzip=gzip)


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """A download that takes another course. Offsets count the bytes of this answer's body, a range or the whole.

    truncate_at, reset_at   the connection ends there, cleanly or not, though Content-Length promises more
    corrupt_at              this byte arrives with all its bits turned
    bytes_per_second        no faster than this
    redirect                307 to another URL
    content_length          the header says this
    """

    truncate_at: int | None = None
    reset_at: int | None = None
    corrupt_at: int | None = None
    bytes_per_second: int | None = None
    redirect: str | None = None
    content_length: int | None = None

    def apply(self, response: Response, *, pause: Callable[[float], object]) -> Response:
        """Give the answer this course; `pause` is called with seconds."""
        if self.redirect is not None:
            return Response(status=307, headers={"Location": self.redirect})
        body = bytearray(response.get_data())
        if self.corrupt_at is not None:
            body[self.corrupt_at] ^= 0xFF
        length = len(body) if self.content_length is None else self.content_length
        response.headers["Content-Length"] = str(length)
        response.response = self._chunks(bytes(body), pause=pause)
        return response

    def _chunks(self, body: bytes, *, pause: Callable[[float], object]) -> Iterator[bytes]:
        end = min(len(body) if at is None else at for at in (self.truncate_at, self.reset_at))
        size = max(1, self.bytes_per_second // 10) if self.bytes_per_second else max(1, end)
        for start in range(0, end, size):
            yield body[start : min(start + size, end)]
            if self.bytes_per_second:
                pause(size / self.bytes_per_second)
        if self.reset_at is not None:
            raise ConnectionResetError(f"scripted, at byte {end}")
