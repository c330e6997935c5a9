"""How Amazon has restated a report: which lines are new, which are gone, which are the same, in whatever order.

Of each line a hash of 64 bits is kept, and of no more than MOST_LINES. A row with ends of lines within its cells
counts as so many lines.
"""

from __future__ import annotations

import time
from array import array
from typing import TYPE_CHECKING, NamedTuple

from lambdas.landing.delimited_records import LONGEST_LINE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Sorting takes 40 bytes for each, twice.
MOST_LINES = 8_000_000


class NotCompared(Exception):
    """There is no comparison: the texts are too large, or there was no time for one."""


class Difference(NamedTuple):
    """The hashes of lines, in no order: a line that is there twice and was there once is new once."""

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


def _hashes(pieces: Iterable[bytes], *, until: float) -> array[int]:
    hashes = array("q")
    for lines in blocks_of_lines(pieces):
        hashes.extend(map(hash, lines))
        if len(hashes) > MOST_LINES:
            raise NotCompared(f"there are more than {MOST_LINES:,} lines")
        if time.monotonic() > until:
            raise NotCompared("there was no time for it")
    return hashes


def blocks_of_lines(pieces: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the lines after the header, many at once, without the ends of lines; blank ones are none.

    Raises:
        NotCompared: a line is too long for a row, or ends in no way that is known here.
    """
    rest, header = b"", True
    for piece in pieces:
        *lines, rest = (rest + piece).replace(b"\r\n", b"\n").split(b"\n")
        if len(rest) > LONGEST_LINE_BYTES:
            raise NotCompared("a line is too long for a row")
        lines = [line for line in lines if line]
        if lines and header:
            header = False
            del lines[0]
        yield lines
    rest = rest.removesuffix(b"\r")
    if header and b"\r" in rest:
        raise NotCompared("its lines end with carriage returns alone")
    if rest and not header:
        yield [rest]


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
