"""How Amazon has restated a report: which rows are new, which are gone, which are the same, in whatever order.

Of each row a hash of 64 bits is kept, and of no more than MOST_ROWS. Rows are those that `delimited_records` counts.
"""

from __future__ import annotations

import time
from array import array
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from lambdas.landing.contents.delimited_records import (
    BYTE_ORDER_MARK,
    LONGEST_CELL_BYTES,
    LONGEST_LINE_BYTES,
    is_blank_line,
    is_quoted,
    stays_open,
)
from lambdas.landing.contents.media_type import TSV
from lambdas.landing.contents.records import as_lines
from lambdas.landing.inspector import HEAD_BYTES
from lambdas.landing.texts.charset import is_wide
from lambdas.landing.texts.utf8_text import Utf8Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Sorting takes 40 bytes for each, twice.
MOST_ROWS = 8_000_000


class NotCompared(Exception):
    """There is no comparison: the texts are too large, of unlike charsets, or there was no time for one."""


class Difference(NamedTuple):
    """The hashes of rows, in no order: a row that is there twice and was there once is new once."""

    new: list[int]
    gone: list[int]
    same: int


def compare(before: Iterable[bytes], after: Iterable[bytes], *, until: float) -> Difference:
    """Compare two flat files, each given in pieces, without their headers; `until` is a time.monotonic().

    Raises:
        NotCompared: they are too large, or the time is over.
    """
    old, new = (sorted(_hashes(pieces, until=until)) for pieces in (before, after))
    gone, appeared = _left_over(old, new), _left_over(new, old)
    return Difference(appeared, gone, same=len(new) - len(appeared))


def in_one_charset(before: str | None, after: str | None) -> bool:
    """Say whether texts in these charsets are compared as they are, and not in UTF-8.

    Raises:
        NotCompared: they differ, and one of them is not known.
    """
    if before != after and None in (before, after):
        raise NotCompared("the charset of one of them is not certain")
    # Of a wide one a byte that looks like the end of a line may be half of a character.
    return before == after and not is_wide(after)


def in_utf8(pieces: Iterable[bytes], charset: str) -> Iterator[bytes]:
    """Yield a text in UTF-8.

    Raises:
        NotCompared: it is not in this charset throughout.
    """
    text = Utf8Text(charset)
    try:
        yield from map(text.convert, pieces)
        yield text.convert(b"", final=True)
    except UnicodeDecodeError:
        raise NotCompared(f"one of them is not {charset} throughout") from None


def blocks_of_rows(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the rows, the header before them, many at once, without the ends of lines; blank lines are none.

    Raises:
        NotCompared: a line is too long for a row.
    """
    rest, rows = b"", _Rows()
    for piece in _in_lines(pieces):
        *lines, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        if len(rest) > LONGEST_LINE_BYTES:
            raise NotCompared("a line is too long for a row")
        yield rows.of(lines)
    yield [*rows.of([rest.removesuffix(b"\r")] if rest else []), *rows.give_up()]


def _in_lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a text with its ends of lines as landing counts them: some files have none but carriage returns."""
    head, rest = b"", iter(pieces)
    while len(head) < HEAD_BYTES and (piece := next(rest, None)) is not None:
        head += piece
    convert = as_lines(TSV, head[:HEAD_BYTES])
    yield from map(convert, chain([head], rest)) if convert else chain([head], rest)


class _Rows:
    """Makes rows of lines: one with ends of lines within its quoted cells has several."""

    def __init__(self) -> None:
        self._begun = self._quoted = False
        self._delimiter = b","
        self._open: list[bytes] = []
        self._open_bytes = 0

    def of(self, lines: list[bytes]) -> list[bytes]:
        """Return the rows that end in these lines."""
        if not self._begun:
            lines = [line.removeprefix(BYTE_ORDER_MARK) for line in lines]
        header = b"" if self._begun else next((line for line in lines if not is_blank_line(line, delimiter=b"\t")), b"")
        if header:
            self._begun = True
            self._delimiter = b"\t" if b"\t" in header else b","
            self._quoted = is_quoted(header, self._delimiter)
        if not self._open and not (self._quoted and any(b'"' in line for line in lines)):
            return [line for line in lines if self._delimiter in line or self._is_row(line)]
        return [row for line in lines for row in self._take(line)]

    def _is_row(self, line: bytes) -> bool:
        return not is_blank_line(line, delimiter=self._delimiter)

    def _take(self, line: bytes) -> list[bytes]:
        if not self._open and not self._is_row(line):
            return []
        if not (self._quoted and stays_open(self._open, line, delimiter=self._delimiter)):
            row, self._open, self._open_bytes = b"\n".join([*self._open, line]), [], 0
            return [row]
        self._open.append(line)
        self._open_bytes += len(line)
        return self.give_up() if self._open_bytes > LONGEST_CELL_BYTES else []

    def give_up(self) -> list[bytes]:
        """Return the lines of a row that does not end: its quotation mark is none, nor is any after it."""
        lines, self._open = self._open, []
        self._quoted = self._quoted and not lines
        return lines


def header_of(pieces: Iterable[bytes]) -> bytes:
    """Return the header; empty if there is none."""
    return next((rows[0] for rows in blocks_of_rows(pieces) if rows), b"")


def _hashes(pieces: Iterable[bytes], *, until: float) -> array[int]:
    hashes, header = array("q"), True
    for rows in blocks_of_rows(pieces):
        hashes.extend(map(hash, rows[header:]))
        header = header and not rows
        if len(hashes) > MOST_ROWS:
            raise NotCompared(f"there are more than {MOST_ROWS:,} rows")
        if time.monotonic() > until:
            raise NotCompared("there was no time for it")
    return hashes


def _left_over(these: list[int], others: list[int]) -> list[int]:
    """Return what is left of sorted numbers, if each of the others, sorted too, takes one that is equal away."""
    left, position = [], 0
    for number in these:
        while position < len(others) and others[position] < number:
            position += 1
        if position < len(others) and others[position] == number:
            position += 1
        else:
            left.append(number)
    return left
