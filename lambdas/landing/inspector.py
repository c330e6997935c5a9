"""Reads a document along while it streams by: is it whole, how large, how does it begin, how many lines has it."""

import hashlib
from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple, Self

from lambdas.landing.contents.media_type import media_of
from lambdas.landing.contents.personal_data import PersonalDataScreen
from lambdas.landing.contents.records import RecordReader, Records, as_lines, reader_of, records_of
from lambdas.landing.gzip_stream import GZIP_MAGIC, Source, pieces
from lambdas.landing.texts.text_evidence import NO_EVIDENCE, TextEvidence, TextEvidenceCollector
from lambdas.landing.threads import ChunkPipe

HEAD_BYTES = 64 * 1024
# Looking at each byte for its meaning costs as much as inflating it: all of so much is looked at, of what follows one
# piece (gzip_stream.PIECE_BYTES) of so many.
LOOKED_AT_WHOLE_BYTES = 24 * 1024 * 1024
LOOKED_AT_EVERY = 128


class Content(NamedTuple):
    """What a document turned out to be. `size` (bytes) and `sha256` are of the bytes that land."""

    size: int
    sha256: str | None
    """None, as the lines and the uncompressed size are, for a document that was too large to be inspected."""
    gzip: bool
    uncompressed_size: int | None
    lines: int | None
    head: bytes
    records: Records
    """What its records are, as far as they were looked at."""
    text: TextEvidence
    """What its bytes show of its charset, if it is a text."""


def not_inspected(size: int, *, gzip: bool) -> Content:
    """Return the content of a document of which nothing but its size was seen."""
    return Content(
        size, sha256=None, gzip=gzip, uncompressed_size=None, lines=None, head=b"", records=Records(), text=NO_EVIDENCE
    )


class Inspector:
    """Takes the bytes that land, in order, and reads them in a thread of its own, in constant memory.

    Chunks must stay as they are until the fifth after them was taken.
    """

    def __init__(
        self,
        start: bytes,
        *,
        whole_text: bool,
        on_inflated: Callable[[bytes], None] | None = None,
        screen: PersonalDataScreen | None = None,
    ) -> None:
        """Begin a document with the first two bytes `start`: they say whether it is gzip, whatever its labels say.

        With `whole_text` all of it is looked at for its charset: half the cost of inflating. `on_inflated` gets the
        document's bytes, inflated, in that thread. A document in which `screen` finds personal data is not read on.
        """
        self.gzip = start.startswith(GZIP_MAGIC)
        self.uncompressed_size = 0
        """How much has been inflated so far, in bytes."""
        self.begun = False
        """Whether how the document begins has been looked at, and refused for nothing."""
        self._on_inflated = on_inflated
        self._screen = screen
        self._size = 0
        self._sha256 = hashlib.sha256()
        self._newlines = 0
        self._last = b""
        self._head = bytearray()
        self._whole_text = whole_text
        self._text = TextEvidenceCollector()
        self._records: RecordReader | None = None
        self._as_lines: Callable[[bytes], bytes] | None = None
        self._pipe = ChunkPipe(self._read)

    @property
    def head(self) -> bytes:
        """The first bytes of the document, inflated."""
        return bytes(self._head)

    def feed(self, chunk: bytes | memoryview) -> None:
        """Take the next chunk.

        Raises:
            DocumentCorrupt, DocumentBomb: gzip that is damaged, or that grows without end.
            PersonalDataFound: the screen found some.
        """
        self._pipe.write(chunk)
        self._size += len(chunk)
        self._sha256.update(chunk)

    def finish(self) -> Content:
        """Return what was read.

        Raises:
            DocumentCorrupt: the last gzip member is not whole.
            PersonalDataFound: the screen found some.
        """
        self._pipe.finish()
        lines = self._newlines + (self._last not in (b"", b"\n"))
        return Content(
            size=self._size,
            sha256=self._sha256.hexdigest(),
            gzip=self.gzip,
            uncompressed_size=self.uncompressed_size,
            lines=lines,
            head=self.head,
            records=records_of(self._records, lines=lines),
            text=self._text.evidence(self.head),
        )

    def _read(self, source: Source) -> None:
        started = False
        waiting: list[bytes] = []
        for number, piece in enumerate(pieces(source, gzip=self.gzip)):
            look = self.uncompressed_size < LOOKED_AT_WHOLE_BYTES or number % LOOKED_AT_EVERY == 0
            self.uncompressed_size += len(piece)
            # What kind it is, its head tells, which may come in small pieces.
            if started:
                self._inspect(piece, look=look)
            else:
                self._head += piece[: HEAD_BYTES - len(self._head)]
                waiting.append(piece)
                started = len(self._head) == HEAD_BYTES
                if started:
                    self._inspect_first(waiting)
            if self._on_inflated:
                self._on_inflated(piece)
        if not started:
            self._inspect_first(waiting)

    def _inspect_first(self, waiting: list[bytes]) -> None:
        media = media_of(self.head)
        if self._screen:
            self._screen.begin(self.head, media)
        self.begun = True
        self._records = reader_of(media, self.head)
        self._as_lines = as_lines(media, self.head)
        for piece in waiting:
            self._inspect(piece, look=True)

    def _inspect(self, piece: bytes, *, look: bool) -> None:
        lines = self._as_lines(piece) if self._as_lines else piece
        self._last = lines[-1:] or self._last
        # Half the time of count, which looks at every byte by itself.
        newlines = len(lines) - len(lines.replace(b"\n", b""))
        self._newlines += newlines
        if self._records:
            self._records.take(lines, newlines=newlines, look=look)
        if self._screen:
            self._screen.take(piece) if look else self._screen.skip()
        if look or self._whole_text:
            self._text.take(piece)
        else:
            self._text.skip()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End, wherever it is: afterwards nothing reads any more."""
        self._pipe.discard()
