"""The rows of a flat file, every cell of them: ragged rows, stray quotation marks and lone carriage returns included.

Lines with as many cells as the header, which nearly all have, are split by arrow-rs. Others are made to have as many
first; and what is odd among quotation marks, Python reads, line by line. Lines end at a line feed only, as those that
`landing.delimited_records` counts do; where they end otherwise, `landing.records.as_lines` comes first.
"""

from __future__ import annotations

import csv
import sys
from itertools import chain
from typing import TYPE_CHECKING

from lambdas.landing.contents.delimited_records import LONGEST_CELL_BYTES
from lambdas.tables.arrow_texts import texts
from lambdas.tables.line_splitter import Irregular, LineSplitter
from lambdas.tables.ragged_lines import made_regular
from lambdas.tables.rows import Columns, Misfits, transposed
from lambdas.tables.text_blocks import blocks, slices

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PRIVATE_USE = range(0xE000, 0xF900)


class DelimitedText:
    """A text in UTF-8; its header is read at once."""

    def __init__(self, pieces: Iterable[bytes], *, delimiter: str, quoted: bool) -> None:
        """Begin a file with cells separated by `delimiter`; if `quoted`, they may stand in quotation marks."""
        self._delimiter, self._quoted = delimiter, quoted
        self._blocks = blocks(pieces)
        self._open: list[str] = []
        self.misfits = Misfits()
        self._rest: list[list[str]] = []
        self.header: list[str] = []
        """Its cells; none, if the text has no line that is not blank."""
        self._read_header()
        self._splitter = LineSplitter(max(1, len(self.header)), delimiter)
        self._no_extra = texts([None] * self._splitter.rows_at_once)

    def rows(self) -> Iterator[Columns]:
        """Yield the rows below the header, some at a time. Raises NotTabular."""
        if self._rest:
            yield self._fitted(self._rest)
        for block in self._blocks:
            if regular := self._regular(block):
                yield from regular
            elif self._quoted:
                # Quotation marks make only those lines slow that are near to what is odd.
                for lines in slices(block, LONGEST_CELL_BYTES):
                    yield from self._regular(lines) or self._irregular(lines)
            else:
                yield from self._irregular(block)
        if left := list(self._give_up_quotes()):
            yield self._fitted(left)

    def _regular(self, lines: bytes) -> list[Columns]:
        """Return the rows of lines that are split at once, none of others."""
        try:
            parts = [] if self._open else self._splitter.split(lines, quoted=self._quoted)
        except Irregular:
            return []
        columns = [Columns(cells, self._no_extra.slice(0, len(cells[0]))) for cells in parts]
        rows = sum(len(part.extra) for part in columns)
        # Where a cell has several lines, it may be too long for one.
        return [] if self._quoted and len(lines) > LONGEST_CELL_BYTES and rows < lines.count(b"\n") else columns

    def _irregular(self, lines: bytes) -> Iterator[Columns]:
        if not self._open and len(self.header) > 1 and not (self._quoted and b'"' in lines):
            yield from self._made_regular(lines)
        elif rows := list(self._records(lines)):
            yield self._fitted(rows)

    def _made_regular(self, lines: bytes) -> Iterator[Columns]:
        regular, extras = made_regular(lines, self._delimiter, len(self.header), self.misfits)
        place, extra = 0, texts(extras)
        for cells in self._splitter.split(regular, quoted=False):
            yield Columns(cells, extra.slice(place, len(cells[0])))
            place += len(cells[0])

    def _fitted(self, rows: Sequence[list[str]]) -> Columns:
        width = len(self.header)
        return transposed([self.misfits.fit(row, width) for row in rows], width)

    def _read_header(self) -> None:
        for block in self._blocks:
            end = 0
            while end < len(block):
                start, end = end, block.index(b"\n", end) + 1
                records = self._records(block[start:end])
                self.header = next(records, [])
                if self.header:
                    self._rest = [*records]
                    self._blocks = chain([block[end:]] if end < len(block) else [], self._blocks)
                    return
        self.header, *self._rest = [*self._give_up_quotes()] or [[]]

    def _records(self, lines: bytes) -> Iterator[list[str]]:
        """Yield the cells of each record that ends in these lines. Of one column a blank line is an empty cell."""
        for line in lines.decode().removesuffix("\n").split("\n"):
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
