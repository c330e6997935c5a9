"""One document's way into the bucket: read, unwrapped if need be, inspected, uploaded."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from isal import isal_zlib

from lambdas.landing.contents.media_type import Media, media_of, media_of_extension
from lambdas.landing.gzip_stream import GZIP_MAGIC, GZIP_WBITS, IsalError, check_growth, gunzip
from lambdas.landing.inspector import Content, Inspector, not_inspected
from lambdas.landing.resume import TransferWatchdog, next_chunk, resume_upload
from lambdas.landing.texts import charset
from lambdas.landing.utf8_copy import NoUtf8Copy, Utf8Copy

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdas.landing.contents.personal_data import PersonalDataScreen
    from lambdas.landing.download import Download
    from lambdas.landing.multipart_upload import Target, Version
    from lambdas.landing.resume_point import Unfinished

# A part holds more than the inspector lags behind: what it reads must not be written over meanwhile.
CHUNK_BYTES = 1024 * 1024


class Landing(NamedTuple):
    """A landed document: where it is, what it is, and how it was served."""

    version: Version
    content: Content
    media: Media
    served_size: int
    served_sha256: str | None
    unwrapped: bool
    """It was served as gzip within gzip, and the outer one was taken off."""
    length_told: bool
    """Whether its host promised how long it is. Else its chunks said where it ends."""
    utf8_copy: dict[str, str] | None = None
    """Where the UTF-8 copy is that was made on the way, or why there is `none`; None where nobody tried."""


def unverified(version: Version, *, size: int) -> Landing:
    """Return the landing of a resumed document that was not inspected: derived from its key and its `size` in bytes."""
    content = not_inspected(size, gzip=version.key.endswith(".gz"))
    media = media_of_extension(version.key.removesuffix(".gz").rpartition(".")[2])
    return Landing(
        version=version,
        content=content,
        media=media,
        served_size=size,
        served_sha256=None,
        unwrapped=False,
        length_told=True,
    )


class Pipeline:
    """Lands one download."""

    def __init__(
        self,
        download: Download,
        *,
        target: Target,
        utf8_copy: Callable[[str], Utf8Copy] | None,
        screen: PersonalDataScreen | None,
    ) -> None:
        """Land at `target`.

        `utf8_copy` begins a UTF-8 copy of a text in the charset that it is given, where one is wanted. What `screen`
        refuses does not land.
        """
        self._download = download
        self._target = target
        self._screen = screen
        self._label = charset.label(download.content_type)
        self._named = named = charset.python_name(self._label) if self._label else None
        # Of UTF-8 as it should be S3 can make the UTF-8 copy; what nobody labels, and which of UTF-16's bytes comes
        # first, must have been seen.
        known = named and not charset.is_utf8(named) and not charset.is_wide(named)
        self._utf8_copy = utf8_copy(named) if utf8_copy and named and known else None
        self._whole_text = named is None or (utf8_copy is not None and self._utf8_copy is None)
        self._upload = target.begin(self._describe)

    def run(self) -> Landing | Unfinished:
        """Return how the document has landed, or where to go on. If anything goes wrong nothing is left behind.

        Raises:
            DocumentIncomplete, DocumentTooSlow, DocumentUrlExpired, DocumentCorrupt, DocumentBomb: see download and
                gzip_stream.
            PersonalDataFound: the screen refuses the document.
        """
        try:
            return self._land()
        except BaseException as error:
            self._upload.abort(because=error)
            self._give_up_utf8_copy(error)
            raise

    def _land(self) -> Landing | Unfinished:
        first = self._start()
        wrapped = HashingReader(first, self._download) if _gzip_within_gzip(first) else None
        content = self._inspected(first, wrapped)
        if content is None:
            self._give_up_utf8_copy(NoUtf8Copy("the document takes more than one run"))
            unfinished = resume_upload(self._download, self._upload)
            return unfinished or unverified(self._target.publish(self._upload, None), size=self._download.position)
        return Landing(
            version=self._target.publish(self._upload, content.sha256),
            content=content,
            media=media_of(content.head),
            served_size=self._download.position,
            served_sha256=wrapped.sha256.hexdigest() if wrapped else content.sha256,
            unwrapped=wrapped is not None,
            length_told=self._download.size is not None,
            utf8_copy=self._complete_utf8_copy(content),
        )

    def _complete_utf8_copy(self, content: Content) -> dict[str, str] | None:
        if not (self._utf8_copy and self._named):
            return None
        against = charset.contradicts(self._named, content.text)
        if against:
            # It is made once more, in the charset that the bytes turned out to have.
            self._give_up_utf8_copy(NoUtf8Copy(f"its label says {self._named}, and {against}"))
            return None
        return self._utf8_copy.complete()

    def _inspected(self, first: memoryview, wrapped: HashingReader | None) -> Content | None:
        """Upload the document and return what it is; None if it is too large to be inspected in this run."""
        # Gzip that Amazon's host has compressed once more is taken out of that, and lands as the gzip it was.
        start = GZIP_MAGIC if wrapped else bytes(first[: len(GZIP_MAGIC)])
        on_inflated = self._utf8_copy.take if self._utf8_copy else None
        with Inspector(
            start, whole_text=self._whole_text, on_inflated=on_inflated, screen=self._screen
        ) as self._inspector:
            return self._unwrap(wrapped) if wrapped else self._pass_on(first)

    def _give_up_utf8_copy(self, because: BaseException) -> None:
        if self._utf8_copy:
            self._utf8_copy.abort(because=because)

    def _start(self) -> memoryview:
        # One read may bring a few bytes only, which do not show yet whether gzip holds gzip.
        space = self._upload.space(CHUNK_BYTES)
        filled = 0
        while filled < len(space) and (read := self._download.readinto(space[filled:])):
            filled += read
        return space[:filled]

    def _pass_on(self, chunk: memoryview) -> Content | None:
        """Upload the document as it is served, inspect it beside, and return what it is; None if it is too large."""
        watchdog = TransferWatchdog(self._download)
        while chunk:
            self._inspector.feed(chunk)
            self._upload.advance(len(chunk))
            # What nobody inspects must at least have begun as it may.
            if watchdog.falls_behind() and self._inspector.begun:
                return None
            chunk = next_chunk(self._download, self._upload, size=CHUNK_BYTES)
        return self._inspector.finish()

    def _unwrap(self, wrapped: HashingReader) -> Content:
        for piece in gunzip(wrapped):
            self._inspector.feed(piece)
            self._upload.write(piece)
            # Each layer may grow a thousandfold, both together may not.
            check_growth(self._inspector.uncompressed_size, read=self._download.position)
        content = self._inspector.finish()
        check_growth(self._inspector.uncompressed_size, read=self._download.position)
        return content

    def _describe(self) -> tuple[str, dict[str, Any]]:
        gzip, media = self._inspector.gzip, media_of(self._inspector.head)
        labelled = f"; charset={self._label}" if self._label and media.text else ""
        headers: dict[str, Any] = {"ContentType": f"{media.content_type}{labelled}", "Metadata": self._target.metadata}
        if gzip:
            headers["ContentEncoding"] = "gzip"
        return f"{self._target.path}.{media.extension}" + (".gz" if gzip else ""), headers


class HashingReader:
    """The bytes of a download from the first on, and their sha256."""

    def __init__(self, first: memoryview, download: Download) -> None:
        # A copy: it lies where the upload will write.
        self._first = BytesIO(first)
        self._download = download
        self.sha256 = hashlib.sha256()

    def readinto(self, buffer: memoryview) -> int:
        count = self._first.readinto(buffer) or self._download.readinto(buffer)
        self.sha256.update(buffer[:count])
        return count


def _gzip_within_gzip(start: memoryview) -> bool:
    """Say whether what begins so is gzip that holds gzip: compressed on the way although it was compressed already."""
    if bytes(start[: len(GZIP_MAGIC)]) != GZIP_MAGIC:
        return False
    try:
        return isal_zlib.decompressobj(GZIP_WBITS).decompress(start, 2) == GZIP_MAGIC
    except IsalError:
        return False
