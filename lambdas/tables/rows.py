"""What the readers of documents hand on: rows as columns of text, and why a document has none."""

import json
from collections.abc import Sequence
from typing import NamedTuple


class NotTabular(Exception):
    """The document holds no rows that a table could have: a PDF, a workbook, a text that is not what it seems."""


class Columns(NamedTuple):
    """Some rows, column by column. An empty text is an empty cell."""

    cells: Sequence[Sequence[str]]
    """As many as the table has names, all of the same length."""
    extra: Sequence[str | None]
    """A row's cells beyond the header, as a JSON array; None for a row that has none."""


class Misfits:
    """Counts the rows that have another number of cells than the header."""

    def __init__(self) -> None:
        """Begin with none."""
        self.short = self.long = 0

    def fit(self, row: list[str], width: int) -> tuple[list[str], str | None]:
        """Return a row of this width, and what it has beyond."""
        if len(row) < width:
            self.short += 1
            return row + [""] * (width - len(row)), None
        if len(row) == width:
            return row, None
        self.long += 1
        extra = row[width:]
        return row[:width], json.dumps(extra, ensure_ascii=False) if any(extra) else None


def transposed(rows: Sequence[tuple[list[str], str | None]], width: int) -> Columns:
    """Return rows as columns."""
    cells = [[row[place] for row, _ in rows] for place in range(width)]
    return Columns(cells, [extra for _, extra in rows])
