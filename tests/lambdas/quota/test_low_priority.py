"""A year of daily windows in the background: as fast as the quota allows, never throttled, and never in the way."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdas.quota.gcra import BURST_RESERVED_FOR_FOREGROUND
from local.simulator.quota import PLANS
from tests.testing.call_simulation import Day

YEAR, AT_ONCE = 365, 60
# What Amazon takes to make a report.
PROCESSING = 90


class Backfilled(Day):
    """A day with a backfill in it."""

    def backfill(self, windows: Iterator[int], landed: list[float]) -> Iterator[float]:
        """One place in the Map: report after report, as long as there are windows."""
        for _ in windows:
            yield from self.call("createReport", background=True)
            yield PROCESSING
            yield from self.call("getReportDocument", background=True)
            landed.append(self.now)

    def scheduled(self, waits: list[float]) -> Iterator[float]:
        """One report of a schedule; `waits` gets how long it was held up."""
        for operation in ("createReport", "getReportDocument"):
            asked = self.now
            yield from self.call(operation, background=False)
            waits.append(self.now - asked)
            yield PROCESSING


@contextmanager
def backfilled(windows: int) -> Iterator[tuple[Backfilled, list[float]]]:
    """Begin a backfill; run it at the end."""
    day, each = Backfilled(), iter(range(windows))
    landed: list[float] = []
    for _ in range(AT_ONCE):
        day.begin(0, day.backfill(each, landed))
    yield day, landed
    day.run()
    assert len(landed) == windows


def test_a_year_takes_what_the_quota_takes() -> None:
    with backfilled(YEAR) as (_, landed):
        pass
    bound = (YEAR - PLANS["createReport"].burst) * 60
    assert max(landed) <= bound * 1.02


@settings(max_examples=settings().max_examples // 3)
@given(st.lists(st.integers(0, 3600), min_size=1, max_size=15))
def test_a_schedule_does_not_wait_behind_it(begins: list[int]) -> None:
    waits: list[float] = []
    with backfilled(60) as (day, _):
        for at in begins:
            day.begin(at, day.scheduled(waits))
    # As long as they are no more at once than what is left to them, each call of theirs goes out within a minute.
    crowded = max(sum(at - BURST_RESERVED_FOR_FOREGROUND * 60 <= other <= at for other in begins) for at in begins)
    assert crowded > BURST_RESERVED_FOR_FOREGROUND or max(waits) <= 60
    # However many they are, they are served before the backfill: as if it were not there, but for one interval.
    assert max(waits) <= 60 * max(1, crowded)


def test_one_that_comes_alone_is_served_at_once() -> None:
    waits: list[float] = []
    with backfilled(YEAR) as (day, _):
        for hour in range(5):
            day.begin(hour * 3600 + 17, day.scheduled(waits))
    assert waits == [0] * 10


def test_also_a_type_s_own_limit_serves_others_first() -> None:
    day, asked = Day((1, 900)), []

    def ask(*, background: bool) -> Iterator[float]:
        yield from day.call("createReport", background=background)
        asked.append(background)

    for at, background in ((0, True), (1, True), (2, True), (3, False)):
        day.begin(at, ask(background=background))
    day.run()
    assert asked == [True, False, True, True]


@pytest.mark.parametrize("operation", ["getReport", "getReports"])
def test_of_every_burst_some_is_left(operation: str) -> None:
    day, taken = Day(), []

    def hurry() -> Iterator[float]:
        for _ in range(20):
            yield from day.call(operation, background=True)
            taken.append(day.now)

    day.begin(0, hurry())
    day.run()
    assert taken.count(0) == PLANS[operation].burst - BURST_RESERVED_FOR_FOREGROUND
