"""A year of daily windows in the background: as fast as the quota allows, never throttled, and never in the way."""

import heapq
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clock
from local.simulator.quota import PLANS, Quota
from quota import RESERVE, NotAdmitted, Pace
from tests.lambdas.samples import NOW, SELLER, request_of

YEAR, AT_ONCE = 365, 60
# What Amazon takes to make a report.
PROCESSING = 90


class Books:
    """A table as far as Pace needs one: DynamoDB's conditional updates, in memory."""

    class exceptions:  # noqa: N801  # boto3's name
        ConditionalCheckFailedException = TransactionCanceledException = KeyError

    def __init__(self) -> None:
        self.items: dict[str, dict[str, Any]] = {}

    def get_item(self, *, Key: Any, **_: Any) -> Any:  # noqa: N803  # boto3's name
        """Answer as DynamoDB does."""
        return {"Item": dict(self.items.get(Key["entry"]["S"], {}))}

    def update_item(self, *, Key: Any, ConditionExpression: str = "", **update: Any) -> None:  # noqa: N803  # boto3's
        """Set what the expression names, if the item is as the condition says."""
        item, values = self.items.setdefault(Key["entry"]["S"], {}), update["ExpressionAttributeValues"]
        for condition in filter(None, ConditionExpression.split(" AND ")):
            name, _, seen = condition.removeprefix("attribute_not_exists(").rstrip(")").partition(" = ")
            if item.get(name) != values.get(seen):
                raise KeyError(condition)
        for assignment in update["UpdateExpression"].removeprefix("SET ").split(", "):
            name, _, value = assignment.partition(" = ")
            item[name] = values[value]

    def transact_write_items(self, *, TransactItems: Any) -> None:  # noqa: N803  # boto3's name
        """Update one after the other: nothing comes between here."""
        for each in TransactItems:
            self.update_item(**each["Update"])


class Day:
    """The calls of a selling partner, in virtual seconds, against Amazon's bucket: it raises what Amazon refuses."""

    def __init__(self, *type_quotas: tuple[int, int]) -> None:
        self.now = 0.0
        self.type_quotas = type_quotas
        self.books = Books()
        self.amazon = Quota(clock=lambda: self.now)
        self._alarms: list[tuple[float, int, Iterator[float]]] = []
        self._order = count()

    def begin(self, at: float, execution: Iterator[float]) -> None:
        """Let an execution, which yields the seconds that it waits, begin at some time."""
        heapq.heappush(self._alarms, (at, next(self._order), execution))

    def run(self) -> None:
        """Let time pass until all have ended."""
        with mock.patch.object(clock, "now", self._clock):
            while self._alarms:
                self.now, _, execution = heapq.heappop(self._alarms)
                for wait in execution:
                    self.begin(self.now + wait, execution)
                    break

    def _clock(self) -> datetime:
        return NOW + timedelta(seconds=self.now)

    def call(self, operation: str, *, background: bool) -> Iterator[float]:
        """Call as a state of the machine does: not admitted, it waits and comes again."""
        waited = False
        while True:
            pace = Pace(
                dynamodb=self.books,  # type: ignore[arg-type]  # as far as it is needed
                table="ledger",
                request=request_of(background=background),
                waited=waited,
                retention=timedelta(days=90),
                type_quotas=self.type_quotas,
            )
            try:
                pace.admit(operation)
            except NotAdmitted as paced:
                yield paced.wait_seconds
                waited = True
            else:
                return self.amazon.take(selling_partner_id=SELLER, operation=operation)

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
def backfilled(windows: int) -> Iterator[tuple[Day, list[float]]]:
    """Begin a backfill; run it at the end."""
    day, each = Day(), iter(range(windows))
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


@settings(max_examples=20)
@given(st.lists(st.integers(0, 3600), min_size=1, max_size=15))
def test_a_schedule_does_not_wait_behind_it(begins: list[int]) -> None:
    waits: list[float] = []
    with backfilled(60) as (day, _):
        for at in begins:
            day.begin(at, day.scheduled(waits))
    # As long as they are no more at once than what is left to them, each call of theirs goes out within a minute.
    crowded = max(sum(at - RESERVE * 60 <= other <= at for other in begins) for at in begins)
    assert crowded > RESERVE or max(waits) <= 60
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
    assert taken.count(0) == PLANS[operation].burst - RESERVE
