"""What the readers of documents hand on: rows as columns of text, and why a document has none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from lambdas.tables.arrow_texts import texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from arro3.core import Array

# json.dumps makes an encoder for each call that is not as it is by default.
as_json = json.JSONEncoder(ensure_ascii=False).encode


class NotTabular(Exception):
    """The document holds no rows that a table could have: a PDF, a workbook, a text that is not what it seems."""


class Columns(NamedTuple):
    """Some rows, column by column. No cell is null: an empty text is an empty cell."""

    cells: Sequence[Array]
    """As many as the table has names, all of the same length."""
    extra: Array
    """A row's cells beyond the header, as a JSON array; null for a row that has none."""


class Misfits:
    """Counts the rows that have another number of cells than the header."""

    def __init__(self) -> None:
        """Begin with none."""
        self.short = self.long = 0

    def fit(self, row: list[str], width: int) -> tuple[list[str], str | None]:
        """Return a row of this width, and what it has beyond."""
        self.short += len(row) < width
        self.long += len(row) > width
        return row[:width] + [""] * (width - len(row)), beyond(row[width:])


def beyond(cells: Sequence[str]) -> str | None:
    """Return what a row has beyond the header, as its table has it."""
    return as_json(cells) if any(cells) else None


def transposed(rows: Sequence[tuple[list[str], str | None]], width: int) -> Columns:
    """Return rows as columns."""
    cells = [texts([row[place] for row, _ in rows]) for place in range(width)]
    return Columns(cells, texts([extra for _, extra in rows]))
