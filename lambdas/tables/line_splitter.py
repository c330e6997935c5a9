"""Lines become columns, split by arrow-rs: no cell is an object of Python's, which is what makes it fast.

It is strict: where lines are anything but as many cells each as there are columns, somebody else has to read them. What
it does take, it takes as Python's csv reader would (tests/lambdas/tables/test_line_splitter.py).
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from arro3.core import Field, Schema
from arro3.io import read_csv

from lambdas.landing.contents.delimited_records import BYTE_ORDER_MARK
from lambdas.tables.arrow_texts import TEXT, filled, texts

if TYPE_CHECKING:
    from arro3.core import Array, RecordBatch

# A carriage return that ends no line.
LONE_RETURN = re.compile(rb"\r(?!\n)")
BLANK_LINE = re.compile(rb"(?:\A|\n)\r?\n")
# A byte that UTF-8 does not have, where no mark quotes.
NO_MARK = "\xff"
# So much stays in the processor's cache.
CELLS_AT_ONCE = 64 * 1024
RAGGED = "incorrect number of fields"


class Irregular(Exception):
    """Not each of the lines has as many cells as there are columns, or quotation marks stand where none is due."""


class LineSplitter:
    """Splits lines of a delimited text of some width."""

    def __init__(self, width: int, delimiter: str) -> None:
        """Split lines of so many cells."""
        self._width, self._delimiter = width, delimiter
        self.rows_at_once = max(1, CELLS_AT_ONCE // width)
        self._schema = Schema([Field(str(place), TEXT) for place in range(width)])
        self._empty = texts([""] * self.rows_at_once)
        self._sentinel = delimiter.join(['""'] * width).encode() + b"\n"

    def split(self, lines: bytes, *, quoted: bool) -> list[list[Array]]:
        """Return the columns of whole lines in UTF-8, at most `rows_at_once` rows at a time. Blank lines are no rows.

        If `quoted`, cells may stand in quotation marks. Raises Irregular.
        """
        quoted = quoted and b'"' in lines
        lone_return = LONE_RETURN.search(lines)
        if (quoted and lone_return) or (self._width == 1 and BLANK_LINE.search(lines)):
            raise Irregular
        if lines.startswith(BYTE_ORDER_MARK):
            # Behind a blank line it is a character as any other.
            lines = b"\n" + lines
        if lone_return:
            lines = lines.replace(b"\r\n", b"\n")
        batches = self._read(lines + self._sentinel if quoted else lines, quoted=quoted, feeds_only=bool(lone_return))
        if quoted:
            batches.append(self._without_sentinel(batches.pop()))
        return [self._columns(batch) for batch in batches if batch.num_rows]

    def _read(self, lines: bytes, *, quoted: bool, feeds_only: bool) -> list[RecordBatch]:
        reader = read_csv(
            BytesIO(lines),
            self._schema,
            has_header=False,
            batch_size=min(self.rows_at_once, len(lines) // self._width + 1),
            delimiter=self._delimiter,
            quote='"' if quoted else NO_MARK,
            terminator="\n" if feeds_only else None,
        )
        try:
            return [*reader]
        except Exception as error:
            if RAGGED in str(error):
                raise Irregular from None
            raise

    def _without_sentinel(self, batch: RecordBatch) -> RecordBatch:
        """Return a batch without its last row, which is empty unless a cell was still open in which it is then."""
        count = batch.num_rows - 1
        if not batch.column(self._width - 1).slice(count).null_count:
            raise Irregular
        return batch.slice(0, count)

    def _columns(self, batch: RecordBatch) -> list[Array]:
        count = batch.num_rows
        empty = [column.null_count == count for column in batch.columns]
        columns = filled(batch).columns
        return [self._empty.slice(0, count) if none else column for none, column in zip(empty, columns, strict=True)]
