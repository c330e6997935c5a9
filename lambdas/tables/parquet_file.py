"""Rows become one Parquet file, in constant memory: Amazon's columns as text, and reportflow's own."""

from __future__ import annotations

from array import array
from itertools import chain
from typing import TYPE_CHECKING

from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_parquet

from lambdas.tables.arrow_texts import TEXT, texts
from lambdas.tables.names import EXTRA, LANDED_AT, ROW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from lambdas.tables.rows import Columns

NUMBER = DataType.int64()
INSTANT = DataType.timestamp("us")
# A row group is what a reader skips or reads: so much in Arrow is about 64 MiB of a report, compressed a tenth of that.
ROW_GROUP_BYTES = 128 * 1024 * 1024

# Higher levels make nothing smaller of what a dictionary has taken apart. Longer pages do, by a tenth: they have 20,000
# rows if nobody says more. Those of a MiB would be a fifth smaller, and take 50 MB of memory more.
COMPRESSION = "zstd(1)"
PAGE_ROWS = 100_000


def write(path: Path, names: Sequence[str], rows: Iterator[Columns], *, own: Mapping[str, str], landed_at: int) -> int:
    """Write rows under these names, each with the `own` columns' values, and return how many there were.

    `landed_at` is in microseconds since 1970. An error of whoever yields the rows is raised as it is.
    """
    batches = _Batches(names, rows, own=own, landed_at=landed_at)
    first = next(batches, None)
    size = max(1, ROW_GROUP_BYTES * first.num_rows // first.nbytes) if first else 1
    reader = RecordBatchReader.from_batches(batches.schema, chain([first] if first else [], batches))
    try:
        write_parquet(
            reader,
            path,
            compression=COMPRESSION,
            data_page_row_count_limit=PAGE_ROWS,
            max_row_group_size=size,
            skip_arrow_metadata=True,
        )
    except Exception:
        # What went wrong in Python comes back from Rust as a sentence.
        if batches.error:
            raise batches.error from None
        raise
    return batches.written


class _Batches:
    """Rows as Arrow's batches, one at a time."""

    def __init__(
        self, names: Sequence[str], rows: Iterator[Columns], *, own: Mapping[str, str], landed_at: int
    ) -> None:
        fields = [Field(name, TEXT) for name in (*names, EXTRA, *own)]
        self.schema = Schema([*fields, Field(LANDED_AT, INSTANT), Field(ROW, NUMBER)])
        self.written = 0
        self.error: Exception | None = None
        self._rows, self._own, self._landed_at = rows, own, landed_at
        self._constants: list[Array] = []

    def __iter__(self) -> Iterator[RecordBatch]:
        return self

    def __next__(self) -> RecordBatch:
        try:
            return self._batch(next(self._rows))
        except StopIteration:
            raise
        except Exception as error:
            self.error = error
            raise

    def _batch(self, columns: Columns) -> RecordBatch:
        count, first = len(columns.extra), self.written + 1
        self.written += count
        if not self._constants or len(self._constants[0]) < count:
            own = [texts([value] * count) for value in self._own.values()]
            self._constants = [*own, Array([self._landed_at] * count, type=NUMBER).cast(INSTANT)]
        return RecordBatch(
            [
                *columns.cells,
                columns.extra,
                *(constant.slice(0, count) for constant in self._constants),
                Array.from_buffer(array("q", range(first, first + count))),
            ],
            schema=self.schema,
        )
