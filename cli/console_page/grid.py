"""The grid: what has become of each selling partner's windows of a type, day by day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypedDict

from lambdas.gaps import DAYS, FAILED, IN_FLIGHT, LANDED, MISSING, NO_DATA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from cli.console_page.expectations import Expectations, Expected
    from cli.console_page.ledger_row_cache import LedgerRowCache
    from cli.console_page.ledger_windows import LedgerRow

DUE = "due"
# A day shows the first of these that one of its windows is.
WORST_FIRST = (FAILED, MISSING, IN_FLIGHT, DUE, LANDED, NO_DATA)
LETTERS = {FAILED: "F", MISSING: "M", IN_FLIGHT: "I", DUE: "D", LANDED: "L", NO_DATA: "N"}
RANK = {kind: rank for rank, kind in enumerate(WORST_FIRST)}
NOTHING = "."
MARKS = {"": " ", "warning": "w", "error": "e"}
MOST_DAYS = 366 * 12
ONE = timedelta(days=1)
# Windows of later days are not shown as due.
AHEAD = timedelta(days=62)


class Cells(TypedDict):
    """A letter for each day: LETTERS, or "." where nothing was asked for. `marks`: findings, by MARKS."""

    cells: str
    marks: str


class Grid:
    """The ledger's windows and those that are expected, together."""

    def __init__(self, rows: LedgerRowCache, expectations: Expectations, *, clock: Callable[[], datetime]) -> None:
        """Read `rows` and `expectations` as they are asked for."""
        self._rows = rows
        self._expectations = expectations
        self._clock = clock

    def cells(self, partner: str, report_type: str, *, first: date, last: date) -> Cells:
        """Return what a row is, from day to day, both included."""
        now = self._clock()
        row = self._rows.row(partner, report_type, now=now)
        length = (last - first).days + 1
        ranks, marks = [len(WORST_FIRST)] * length, [" "] * length
        for window in row.windows:
            for at in _positions(window.first, window.last, first, length):
                ranks[at] = min(ranks[at], RANK[window.kind])
                if window.severity and marks[at] != "e":
                    marks[at] = MARKS[window.severity]
        for expected, kind in self.open_windows(partner, report_type, first=first, last=last):
            for at in _positions(expected.first, expected.last, first, length):
                ranks[at] = min(ranks[at], RANK[kind])
        letters = [*(LETTERS[kind] for kind in WORST_FIRST), NOTHING]
        return {"cells": "".join(letters[rank] for rank in ranks), "marks": "".join(marks).rstrip()}

    def open_windows(
        self, partner: str, report_type: str, *, first: date, last: date
    ) -> Iterator[tuple[Expected, str]]:
        """Yield the expected windows that the ledger does not know, as MISSING or DUE.

        A window that others cover whole, such as a backfill's by months, is not missing. Before the row's first window,
        and before the ledger has begun to forget, nothing is: nobody may have wanted it then.
        """
        now = self._clock()
        row = self._rows.row(partner, report_type, now=now)
        known = {window.entry for window in row.windows}
        covered = _covered(row)
        since = _since(row, now)
        first = max(first, date.fromisoformat(since))
        last = min(last, now.date() + AHEAD)
        for expected in self._expectations.between(partner, report_type, first=first, last=last):
            if expected.entry in known:
                continue
            if expected.late_after > now:
                yield expected, DUE
            elif expected.first >= since and not _is_covered(expected, covered):
                yield expected, MISSING


def _positions(window_first: str, window_last: str, first: date, length: int) -> range:
    if not window_first:
        return range(0)
    begin = (date.fromisoformat(window_first) - first).days
    end = (date.fromisoformat(window_last) - first).days if window_last != window_first else begin
    return range(max(begin, 0), min(end + 1, length))


def _since(row: LedgerRow, now: datetime) -> str:
    """Return the first day from which on a window can be missing."""
    asked = min((window.first for window in row.windows if window.first), default="9")
    since = min(asked, (now.date() - ONE * DAYS).isoformat())
    return max(since, row.remembered_since.date().isoformat()) if row.remembered_since else since


def _covered(row: LedgerRow) -> dict[tuple[str, str], set[str]]:
    """Return, by day and options, what has landed or has no data in windows of several days."""
    covered: dict[tuple[str, str], set[str]] = defaultdict(set)
    for window in row.windows:
        if window.whole and window.first != window.last and window.kind in (LANDED, NO_DATA):
            for day in days(window.first, window.last):
                covered[day, _options(window.entry)] |= window.marketplaces
    return covered


def _is_covered(expected: Expected, covered: dict[tuple[str, str], set[str]]) -> bool:
    options = _options(expected.entry)
    return bool(covered) and all(
        expected.marketplaces <= covered.get((day, options), set()) for day in days(expected.first, expected.last)
    )


def _options(entry: str) -> str:
    return entry.rpartition("#")[2]


def days(first: str, last: str) -> Iterator[str]:
    """Yield the days from one to the other, both included."""
    day, end = date.fromisoformat(first), date.fromisoformat(last)
    while day <= end:
        yield day.isoformat()
        day += ONE
