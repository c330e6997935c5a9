"""The rows of a flat file: how many there are, and which have another number of cells than its header.

Ends of lines within quoted cells end no row, and blank lines are none. Of a large file that is not quoted, the pieces
between those that are looked at only have their lines counted (`inspector.LOOKED_AT_EVERY`); one that is quoted is
looked at throughout, since each quotation mark tells what the ends of lines after it are.
"""

import csv
from collections.abc import Sequence
from typing import NamedTuple

from lambdas.landing.contents.media_type import is_blank

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# No cell is as long, and no line: what seems so has a quotation mark that nothing closes, or is no flat file.
LONGEST_CELL_BYTES = 64 * 1024
LONGEST_LINE_BYTES = 1024 * 1024
SHORT_LINE_BYTES = 64


def is_quoted(head: bytes, delimiter: bytes) -> bool:
    """Say whether cells may stand in quotes, by how a flat file begins.

    Most of Amazon's TSVs are not quoted: a quotation mark is an inch. Those that are have a quoted header.
    """
    return delimiter == b"," or head.lstrip(BYTE_ORDER_MARK + b"\r\n").startswith(b'"')


def is_blank_line(line: bytes, *, delimiter: bytes) -> bool:
    """Say whether a line is no row."""
    return not line.strip(b"\r \0") or (len(line) < SHORT_LINE_BYTES and delimiter not in line and is_blank(line))


def stays_open(opened: Sequence[bytes], line: bytes, *, delimiter: bytes) -> bool:
    """Say whether a record of these lines and this one goes on in the next.

    A quoted cell opens and closes at odd marks only.
    """
    if line.count(b'"') % 2 == 0:
        return bool(opened)
    lines = [*(f"{one.decode('latin-1')}\n" for one in [*opened, line]), "\n"]
    reader = csv.reader(lines, delimiter=delimiter.decode())
    try:
        next(reader)
    except csv.Error:
        return False
    return reader.line_num > len(opened) + 1


class Layout(NamedTuple):
    """What a flat file is like."""

    rows: int
    header: tuple[bytes, ...]
    ragged: int
    """Rows with another number of cells than the header, of those that were looked at."""
    first_ragged_line: int | None
    """Its number, from 1 on."""
    first_ragged_cells: int | None
    unclosed_line: int | None
    """Where a quoted cell begins that does not end. From there on, each line was taken for a row."""
    sampled: bool
    """Whether only some of its pieces were looked at."""


class DelimitedRecords:
    """Takes a flat file's pieces in order."""

    def __init__(self, delimiter: bytes, *, quoted: bool) -> None:
        """Begin a file with cells separated by `delimiter`, which may stand in quotes."""
        self._delimiter = delimiter
        self._quoted = quoted
        self._others = bytes(byte for byte in range(256) if byte not in delimiter + b"\n")
        self._header: tuple[bytes, ...] = ()
        self._regular = b""
        self._line = 0
        self._no_rows = 0
        self._tail = self._left_out = b""
        self._open: list[bytes] = []
        self._open_bytes = 0
        self._gap = self._sampled = self._lost = False
        self._ragged = 0
        self._first: tuple[int, int] | None = None
        self._unclosed: int | None = None

    def take(self, piece: bytes, *, newlines: int, look: bool) -> None:
        """Take the next piece, in which there are so many ends of lines; without `look` it is left out if it can be."""
        if self._lost or not (look or self._quoted):
            self._tail, self._gap, self._sampled, self._left_out = b"", True, True, piece
            self._line += newlines
            return
        self._left_out = b""
        if self._gap:
            _, end, piece = piece.partition(b"\n")
            self._gap = not end
            self._line += len(end)
        lines, end, rest = piece.rpartition(b"\n")
        if end:
            self._examine(self._tail + lines + end)
            self._tail = b""
        self._tail += rest
        self._lost = len(self._tail) > LONGEST_LINE_BYTES

    def layout(self, *, lines: int) -> Layout | None:
        """Return what the file of so many lines is like; None if it has lines that are too long for one."""
        if self._lost:
            return None
        if self._tail:
            self._examine(self._tail + b"\n")
        self._give_up_quotes()
        # Blank lines come at the end of a file, if anywhere.
        blank = self._left_out[len(self._left_out.rstrip(b"\r\n ")) :]
        self._no_rows += max(blank.count(b"\n") - 1, 0)
        return Layout(
            rows=max(lines - self._no_rows - bool(self._header), 0),
            header=self._header,
            ragged=self._ragged,
            first_ragged_line=self._first[0] if self._first else None,
            first_ragged_cells=self._first[1] if self._first else None,
            unclosed_line=self._unclosed,
            sampled=self._sampled,
        )

    def _examine(self, block: bytes) -> None:
        """Look at whole lines: at all of them at once, where each is a row with as many cells as the header."""
        plain = not self._open and not (self._quoted and b'"' in block)
        if plain and self._regular:
            ends = block.translate(None, self._others)
            if not ends.replace(self._regular, b""):
                self._line += len(ends) // len(self._regular)
                return
        for line in block[:-1].split(b"\n"):
            self._line += 1
            self._take_line(line)

    def _take_line(self, line: bytes) -> None:
        # Of most lines the first byte shows that they are rows: to look further takes half as long as all else.
        row = line and 0x20 < line[0] < 0x7F
        if not (self._open or row) and is_blank_line(line, delimiter=self._delimiter):
            self._no_rows += 1
        elif self._quoted and stays_open(self._open, line, delimiter=self._delimiter):
            self._open_bytes = len(line) + (self._open_bytes if self._open else 0)
            self._open.append(line)
            if self._open_bytes > LONGEST_CELL_BYTES:
                self._give_up_quotes()
        else:
            # The lines of a record beyond its first are no rows.
            self._no_rows += len(self._open)
            record = b"\n".join([*self._open, line])
            first, self._open = self._line - len(self._open), []
            self._take_record(record.removesuffix(b"\r"), first)

    def _take_record(self, record: bytes, line: int) -> None:
        if not self._header:
            self._header = tuple(self._cells(record.removeprefix(BYTE_ORDER_MARK)))
            self._regular = self._delimiter * (len(self._header) - 1) + b"\n"
            return
        count = record.count(self._delimiter) + 1
        if count != len(self._header) and self._quoted and b'"' in record:
            count = len(self._cells(record))
        if count != len(self._header):
            self._ragged += 1
            self._first = self._first or (line, count)

    def _cells(self, record: bytes) -> list[bytes]:
        if not self._quoted:
            return record.split(self._delimiter)
        lines = record.decode("latin-1").splitlines(keepends=True)
        try:
            return [cell.encode("latin-1") for cell in next(csv.reader(lines, delimiter=self._delimiter.decode()))]
        except csv.Error:
            return record.split(self._delimiter)

    def _give_up_quotes(self) -> None:
        if self._open:
            self._unclosed = self._line - len(self._open) + 1
            self._quoted, self._open = False, []
