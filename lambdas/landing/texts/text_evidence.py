"""What the bytes of a text show of its charset, collected while they pass by, in constant memory."""

import codecs
import re
from typing import NamedTuple

SAMPLE_BYTES = 64 * 1024
# Of a text that is longer, the first such line of each piece is looked at too, up to so much.
LATER_SAMPLE_BYTES, LATER_LINE_BYTES = 64 * 1024, 512
LINES_BEYOND_ASCII = re.compile(rb"[^\n]*[\x80-\xff][^\n]*\n?")
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
# Enough of a long line before its first such byte to see what word that stands in.
WORD_BYTES = 64
ESCAPES = (b"\x1b$", b"\x1b(")


class TextEvidence(NamedTuple):
    """What was seen of a document's bytes."""

    head: bytes
    utf8: bool
    """Whether all that was looked at is strict UTF-8."""
    whole: bool
    """Whether all of it was looked at."""
    sample: bytes
    """The first lines that are not ASCII alone, and some of what follows."""
    escapes: bool = False
    """Whether it has the escape sequences of ISO-2022, which is ASCII otherwise."""


NO_EVIDENCE = TextEvidence(head=b"", utf8=True, whole=False, sample=b"")


def evidence_of_start(body: bytes) -> TextEvidence:
    """Return what the start of a document shows, which may end in the middle of a character."""
    collector = TextEvidenceCollector()
    collector.take(body)
    return collector.evidence(body, cut=True)


class TextEvidenceCollector:
    """Takes a document's pieces in order. Pieces may be left out: it goes on at the next end of a line."""

    def __init__(self) -> None:
        """Begin."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("strict")
        self._utf8 = self._whole = True
        self._sample = bytearray()
        self._tail = self._last = b""
        self._gap = self._full = self._cut = self._escapes = False

    def skip(self) -> None:
        """Leave a piece out."""
        # The line that goes on in there may end within a character here.
        self._tail = self._last = b""
        self._gap, self._whole = True, False
        self._decoder.reset()

    def take(self, piece: bytes) -> None:
        """Look at a piece."""
        if self._gap:
            piece, self._gap = piece[piece.find(b"\n") + 1 :], False
        self._escapes = self._escapes or self._has_escape(piece)
        self._last = piece[-1:] or self._last
        self._decode(piece)
        self._collect(piece)

    def evidence(self, head: bytes, *, cut: bool = False) -> TextEvidence:
        """Return what was seen of the document that begins with `head`; `cut` if that was not its end."""
        self._decode(b"", final=not (self._gap or cut))
        self._keep(self._tail)
        self._tail = b""
        return TextEvidence(
            head=head, utf8=self._utf8, whole=self._whole, sample=bytes(self._sample), escapes=self._escapes
        )

    def _has_escape(self, piece: bytes) -> bool:
        # One byte is found faster than two, which may be in two pieces.
        return self._last + piece[:1] in ESCAPES or (b"\x1b" in piece and any(escape in piece for escape in ESCAPES))

    def _decode(self, piece: bytes, *, final: bool = False) -> None:
        if not self._utf8 or (piece.isascii() and not self._decoder.getstate()[0]):
            return
        try:
            self._decoder.decode(piece, final)
        except UnicodeDecodeError:
            self._utf8 = False

    def _collect(self, piece: bytes) -> None:
        if self._full:
            self._collect_later(piece)
            return
        lines, end, rest = piece.rpartition(b"\n")
        if end:
            self._keep(self._tail + lines + end)
            self._tail = b""
        self._tail += rest
        if len(self._tail) > SAMPLE_BYTES:
            # A line without an end, as JSON's: a character begins with its first byte beyond ASCII.
            found = BEYOND_ASCII.search(self._tail)
            if found:
                self._sample += self._tail[max(found.start() - WORD_BYTES, 0) :][:SAMPLE_BYTES]
                # It may end within a character, which nothing may follow.
                self._full = self._cut = True
            self._tail = b""

    def _collect_later(self, piece: bytes) -> None:
        if self._utf8 or self._cut or len(self._sample) > SAMPLE_BYTES + LATER_SAMPLE_BYTES:
            return
        found = BEYOND_ASCII.search(piece, piece.find(b"\n") + 1)
        if found:
            start, end = piece.rfind(b"\n", 0, found.start()) + 1, piece.find(b"\n", found.end()) + 1
            # Its end may be in the next piece.
            if 0 < end - start <= LATER_LINE_BYTES:
                self._sample += piece[start:end]

    def _keep(self, lines: bytes) -> None:
        if self._full or lines.isascii():
            return
        for line in LINES_BEYOND_ASCII.finditer(lines):
            self._sample += line[0]
            self._full = len(self._sample) >= SAMPLE_BYTES
            if self._full:
                return
