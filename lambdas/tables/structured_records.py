"""Records of JSON and XML as rows: nested objects become columns, lists JSON text in one column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from lambdas.tables.arrow_texts import texts
from lambdas.tables.rows import Columns, as_json

# Between the names of nested objects; it stands in no name, and becomes an underscore in the column's.
NESTED = "\x1f"
BLOCK_BYTES = 1024 * 1024
Record = Mapping[str, str]


class Part(NamedTuple):
    """A table's share of a document: an array of JSON, or the elements of one name of XML."""

    name: str
    header: Sequence[str]
    """The names of all its records, in the order in which they come."""


def parts_of(records: Iterable[tuple[str, Record | None]]) -> list[Part]:
    """Return what a document consists of. None instead of a record says that there is such a part."""
    headers: dict[str, dict[str, None]] = {}
    for name, record in records:
        header = headers.setdefault(name, {})
        if record and not record.keys() <= header.keys():
            header.update(dict.fromkeys(record))
    return [Part(name, [*header]) for name, header in headers.items()]


def rows_of(part: Part, records: Iterable[tuple[str, Record | None]]) -> Iterator[Columns]:
    """Yield the records of a part as rows, block by block. What a record does not have is an empty cell."""
    block: list[Record] = []
    size = 0
    for name, record in records:
        if name == part.name and record is not None:
            block.append(record)
            size += sum(map(len, record.values()))
            if size + len(block) * len(part.header) > BLOCK_BYTES:
                yield _columns(part, block)
                block, size = [], 0
    if block:
        yield _columns(part, block)


def _columns(part: Part, block: Sequence[Record]) -> Columns:
    cells = [texts([record.get(name, "") for record in block]) for name in part.header]
    return Columns(cells, texts([None] * len(block)))


def as_text(value: object) -> str:
    """Return a value of JSON as a cell; numbers are text already, with the characters that they came with."""
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)


def flatten(value: Mapping[str, object], into: dict[str, str], prefix: str = "") -> dict[str, str]:
    """Return an object of JSON as a row, by the names of its values with those of the objects around them."""
    for key, inner in value.items():
        if isinstance(inner, str):
            into[prefix + key] = inner
        elif isinstance(inner, dict) and inner:
            flatten(inner, into, f"{prefix}{key}{NESTED}")
        else:
            into[prefix + key] = as_text(inner)
    return into


Reader = Callable[[], Iterator[tuple[str, Record | None]]]
"""Reads a document from its start: each part of it takes a reading of its own, so that memory stays constant."""
