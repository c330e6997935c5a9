"""Many executions at once, in virtual time: nothing is throttled, everybody gets the same, and no scope is exceeded."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from statistics import median, quantiles
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas import clock
from lambdas.polling import poll_schedule
from lambdas.quota.reservations import NotAdmitted
from tests.testing.call_simulation import Books, Day
from tests.testing.samples import NOW, SELLER

SELLERS, TYPES = 150, 30
# Mostly nobody: what does harm comes after several accesses that were left alone.
TURNS = st.lists(st.sampled_from([0, 0, 0, 0, 0, 1, 2]), max_size=120)


class Hourly(Day):
    """A day on which sellers' schedules ask for reports."""

    def execution(self, seller: str, processing: float, landed: list[float]) -> Iterator[float]:
        """One report, from its start to its landing, with the polls that Get report makes."""
        began = self.now
        yield from self.call("createReport", seller=seller)
        asked = self.now
        poll = poll_schedule.first_poll(
            report_id="", started_at=self.clock(), deadline_seconds=14_400, durations=[30, 60, 90], factor=5
        )
        while self.now < asked + processing:
            yield poll["waitSeconds"]
            yield from self.call("getReport", seller=seller)
            poll = poll_schedule.next_poll(poll_schedule.after_wait(poll), now=NOW + timedelta(seconds=self.now))
        yield from self.call("getReportDocument", seller=seller)
        landed.append(self.now - began)


@pytest.mark.exhaustive
def test_schedules_of_150_sellers_for_30_types_are_never_throttled_and_treat_all_alike() -> None:
    day, landed, chance = Hourly(), defaultdict[str, list[float]](list), Random(1)  # noqa: S311 - the same each time
    for number in range(SELLERS * TYPES):
        seller = f"A2SELLER{number % SELLERS}"
        day.begin(0, day.execution(seller, chance.uniform(20, 120), landed[seller]))
    # A call that Amazon's bucket refuses would end this with Refused.
    day.run()
    assert [len(seconds) for seconds in landed.values()] == [TYPES] * SELLERS
    # Half of the reports find a token, the others wait a minute longer each: the next hour finds the bucket full again.
    assert max(map(max, landed.values())) < 20 * 60
    p95 = [quantiles(seconds, n=20)[-1] for seconds in landed.values()]
    assert max(p95) <= 1.1 * median(p95)
    assert min(p95) >= 0.9 * median(p95)


class Overtaken(Books):
    """Books at which others may be at work between any two accesses of one caller, as the `turns` say."""

    def __init__(self, turns: Iterator[int]) -> None:
        super().__init__()
        self.turns = turns
        self.others: list[Any] = []

    def _meanwhile(self) -> None:
        for _ in range(next(self.turns, 0)):
            if self.others:
                self.others.pop()()

    def get_item(self, **what: Any) -> Any:
        """Let others go first."""
        self._meanwhile()
        return super().get_item(**what)

    def transact_write_items(self, **what: Any) -> None:
        """Let others go first."""
        self._meanwhile()
        super().transact_write_items(**what)


def most_within(seconds: float, sent: Sequence[float]) -> int:
    """Return how many calls there were in any span of so many seconds."""
    return max(sum(begin <= at < begin + seconds for at in sent) for begin in sent)


@given(TURNS, st.lists(st.integers(0, 400), min_size=1, max_size=12))
def test_no_scope_is_exceeded_however_reservations_interleave(turns: list[int], pauses: list[int]) -> None:
    books, sent = Overtaken(iter(turns)), list[float]()
    day = Day((1, 300), (3, 1200), books=books)

    def ask(waited: bool) -> None:
        try:
            day.pace(waited=waited).admit("createReport")
        except NotAdmitted:
            return
        day.amazon.take(selling_partner_id=SELLER, operation="createReport")
        sent.append(day.now)

    with mock.patch.object(clock, "now", day.clock):
        for number, pause in enumerate(pauses):
            books.others = [lambda waited=waited: ask(waited) for waited in (True, False, True)]
            ask(waited=number % 2 == 0)
            while books.others:
                books.others.pop()()
            day.now += pause
    assert most_within(300, sent) == 1
    assert most_within(1200, sent) <= 3


@given(TURNS)
def test_of_callers_that_race_for_the_last_tokens_as_many_get_one_as_there_are(turns: list[int]) -> None:
    books, sent = Overtaken(iter(turns)), list[float]()
    day = Day(books=books)

    def ask() -> None:
        try:
            day.pace(waited=True).admit("getReports")
        except NotAdmitted:
            return
        day.amazon.take(selling_partner_id=SELLER, operation="getReports")
        sent.append(day.now)

    with mock.patch.object(clock, "now", day.clock):
        books.others = [ask] * 14
        while books.others:
            books.others.pop()()
    # Who is overtaken again and again gives up for a moment, and takes nothing.
    assert len(sent) <= 10
    assert len(sent) == 10 or any(turns)
