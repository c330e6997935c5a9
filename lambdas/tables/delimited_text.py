"""The rows of a flat file, every cell of them: ragged rows, stray quotation marks and lone carriage returns included.

Where each line of a block has as many cells as the header, which nearly all have, the block is split at once; any other
block line by line. Lines end at a line feed only, as those that `landing.delimited_records` counts do.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Sequence

from lambdas.landing.delimited_records import LONGEST_CELL_BYTES
from lambdas.tables.rows import Columns, Misfits, NotTabular, transposed

BLOCK_BYTES = 1024 * 1024
# Athena reads no row that is longer.
LONGEST_LINE_BYTES = 32 * 1024 * 1024
PRIVATE_USE = range(0xE000, 0xF900)


class DelimitedText:
    """A text in UTF-8; its header is read at once."""

    def __init__(self, pieces: Iterable[bytes], *, delimiter: str, quoted: bool) -> None:
        """Begin a file with cells separated by `delimiter`; if `quoted`, they may stand in quotation marks."""
        self._delimiter, self._quoted = delimiter, quoted
        self._blocks = _blocks(pieces)
        self._open: list[str] = []
        self._ends = delimiter.encode() + b"\n"
        self._others = bytes(byte for byte in range(256) if byte not in self._ends)
        self.misfits = Misfits()
        self._rest: list[list[str]] = []
        self.header: list[str] = []
        """Its cells; none, if the text has no line that is not blank."""
        self._read_header()
        self._regular = self._ends[:1] * (len(self.header) - 1) + b"\n"

    def rows(self) -> Iterator[Columns]:
        """Yield the rows below the header, block by block. Raises NotTabular."""
        width = len(self.header)
        if self._rest:
            yield self._fitted(self._rest)
        for block in self._blocks:
            if self._is_regular(block):
                text = block.decode().replace("\r\n", "\n")
                cells = text[:-1].replace("\n", self._delimiter).split(self._delimiter)
                yield Columns([cells[place::width] for place in range(width)], [None] * (len(cells) // width))
            elif rows := list(self._records(block)):
                yield self._fitted(rows)
        if left := list(self._give_up_quotes()):
            yield self._fitted(left)

    def _fitted(self, rows: Sequence[list[str]]) -> Columns:
        width = len(self.header)
        return transposed([self.misfits.fit(row, width) for row in rows], width)

    def _is_regular(self, block: bytes) -> bool:
        if self._open or (self._quoted and b'"' in block) or not block.endswith(b"\n"):
            return False
        return not block.translate(None, self._others).replace(self._regular, b"")

    def _read_header(self) -> None:
        for block in self._blocks:
            records = self._records(block)
            self.header = next(records, [])
            if self.header:
                self._rest = [*records]
                return
        self.header, *self._rest = [*self._give_up_quotes()] or [[]]

    def _records(self, block: bytes) -> Iterator[list[str]]:
        """Yield the cells of each record that ends in these lines. Of one column a blank line is an empty cell."""
        for line in block.decode().removesuffix("\n").split("\n"):
            if not self._quoted or (not self._open and '"' not in line):
                yield from self._unquoted(line)
                continue
            self._open.append(line)
            cells = _cells(self._open, self._delimiter)
            if cells is not None:
                self._open = []
                yield cells
            elif sum(map(len, self._open)) > LONGEST_CELL_BYTES:
                yield from self._give_up_quotes()

    def _unquoted(self, line: str) -> Iterator[list[str]]:
        line = line.removesuffix("\r")
        if line or len(self.header) == 1:
            yield line.split(self._delimiter)

    def _give_up_quotes(self) -> Iterator[list[str]]:
        """Yield the lines of a quoted cell that nothing closes, each as a row; from here on no mark quotes."""
        if self._open:
            self._quoted, lines, self._open = False, self._open, []
            for line in lines:
                yield from self._unquoted(line)


def _blocks(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield whole lines, about a MiB of them at a time; the last one may have no end."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size < BLOCK_BYTES or b"\n" not in piece:
            if size > LONGEST_LINE_BYTES:
                raise NotTabular(f"a line is longer than {LONGEST_LINE_BYTES:,} bytes")
            continue
        lines, end, rest = piece.rpartition(b"\n")
        yield b"".join([*waiting[:-1], lines, end])
        waiting, size = [rest], len(rest)
    if last := b"".join(waiting):
        yield last


def _cells(lines: Sequence[str], delimiter: str) -> list[str] | None:
    """Return the cells of a record; None if its last cell is still open."""
    record = "\n".join(lines).removesuffix("\r")
    # Python's reader ends a record at a carriage return outside quotes: another character stands in for it.
    stand_in = next(char for char in map(chr, PRIVATE_USE) if char not in record) if "\r" in record else "\r"
    read_beyond = False

    def feed() -> Iterator[str]:
        nonlocal read_beyond
        yield from (f"{line}\n" for line in record.replace("\r", stand_in).split("\n"))
        read_beyond = True

    csv.field_size_limit(sys.maxsize)
    row = next(csv.reader(feed(), delimiter=delimiter))
    return None if read_beyond else [cell.replace(stand_in, "\r") for cell in row]
