"""Executions of the report machine as a simulation of events: real decisions, and quotas instead of services."""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil, exp, log
from typing import TYPE_CHECKING, NamedTuple

from lambdas.polling import poll_schedule
from lambdas.quota.reservations import MAX_WRITE_ATTEMPTS, SPREAD_SECONDS
from local.bench.scale.account import Account, Retrier, started_at
from local.bench.scale.partner import Clock, Conflict, Partner
from planning.costs import SECONDS

if TYPE_CHECKING:
    from lambdas.payloads.state_data import Poll

BEGIN = datetime(2026, 11, 1, 6, tzinfo=UTC)
DAY, DEADLINE = 86_400, 4 * 3600
# Assumed: half of Amazon's reports are ready after four minutes, one of a hundred takes half an hour, and none of them
# longer than its deadline: that would be red whatever the quotas are.
MEDIAN, SPREAD, LONGEST = 240, 0.85, DEADLINE - 600
# The write units of each function: a reservation (of two items at once for createReport), a claim, the report with its
# request, the outcome. Together they are those of planning/costs.py, as the test compares.
WRITES = {"create_report": 9, "get_report": 1, "handle_done": 5, "publish_outcome": 0}
# As many durations as an execution carries of a type that has been seen often.
KNOWN = 20


class Fleet(NamedTuple):
    """What is due: reports of each partner, every day, at one time or spread over so many seconds in equal parts."""

    partners: int
    reports: int
    days: int
    spread: int = 0


@dataclass
class Month:
    """What came of it; `seconds` are from a report's due time to the document in the bucket, by partner."""

    account: Account
    seconds: dict[int, list[float]] = field(default_factory=dict)
    red: int = 0
    throttled: int = 0
    polls: int = 0
    waits: int = 0
    conflicts: int = 0
    write_delays: int = 0
    """Runs that had to wait for write units of the ledger's table, or of the selling partner's partition."""

    @property
    def landed(self) -> int:
        """How many reports have landed."""
        return sum(map(len, self.seconds.values()))


class EndsRed(Exception):
    """Lambda had no room for a function as often as the machine's Retry asked, or a report was not ready in time."""


class Simulation:
    """Plays a fleet's days, each of which is over before the next begins or goes on into it."""

    def __init__(self, account: Account, retrier: Retrier, *, keep_quotas: bool = True, seed: int = 1) -> None:
        """Begin with nothing asked for."""
        self._clock, self._account, self._retrier = Clock(BEGIN.timestamp()), account, retrier
        self._keep_quotas, self._chance = keep_quotas, random.Random(seed)  # noqa: S311 - a simulation
        known = (self._duration() for _ in range(KNOWN))
        self._known = sorted(ceil(seconds) for seconds in known)
        self.month = Month(account)

    def play(self, fleet: Fleet) -> Month:
        """Let every report of a fleet be due, and follow them to their ends."""
        partners = [Partner(self._clock, self._keep_quotas) for _ in range(fleet.partners)]
        number = itertools.count()
        events: list[tuple[float, int, Iterator[float]]] = []
        for day in range(fleet.days):
            for at, partner in self._due(fleet, day=day):
                heapq.heappush(events, (at, next(number), self._execution(partner, partners[partner])))
            last = day == fleet.days - 1
            until = float("inf") if last else BEGIN.timestamp() + (day + 1) * DAY
            while events and events[0][0] < until:
                self._clock.now, _, execution = heapq.heappop(events)
                pause = next(execution, None)
                if pause is not None:
                    heapq.heappush(events, (self._clock.now + pause, next(number), execution))
        self.month.throttled = sum(partner.throttled for partner in partners)
        return self.month

    def _due(self, fleet: Fleet, *, day: int) -> Iterator[tuple[float, int]]:
        """Yield the time and selling partner of each start: shuffled, as Executions.start_all starts them."""
        begin = BEGIN.timestamp() + day * DAY
        times = max(1, fleet.reports if fleet.spread else 1)
        for part in range(times):
            mine = [partner for partner in range(fleet.partners) for _ in range(fleet.reports // times)]
            self._chance.shuffle(mine)
            for place, partner in enumerate(mine):
                yield begin + part * fleet.spread / times + started_at(place), partner

    def _execution(self, name: int, partner: Partner) -> Iterator[float]:
        begin = self._clock.now
        try:
            yield from self._admitted(partner, "create_report", "createReport")
            yield from self._ready(partner)
            yield from self._admitted(partner, "handle_done", "getReportDocument")
            yield self._account.transit(1, self._clock.now)
        except EndsRed:
            self.month.red += 1
            return
        self.month.seconds.setdefault(name, []).append(self._clock.now - begin)
        # It is announced beside the machine; Lambda repeats what it has no room for by itself.
        yield from self._run("publish_outcome", partner, transitions=0)

    def _admitted(self, partner: Partner, function: str, operation: str) -> Iterator[float]:
        """Run a function until its call has a place in the quota, with a Wait in between."""
        waited = False
        while True:
            yield from self._run(function, partner, transitions=2)
            wait = yield from self._reserved(partner, operation, waited=waited)
            if not wait:
                return
            self.month.waits += 1
            waited = True
            yield ceil(wait) + self._account.transit(1, self._clock.now)

    def _reserved(self, partner: Partner, operation: str, *, waited: bool) -> Generator[float, None, float]:
        """Reserve a call as QuotaReservations.admit does, which repeats a transaction that met another one."""
        for _ in range(MAX_WRITE_ATTEMPTS):
            try:
                return partner.call(operation, waited=waited, promises=True)
            except Conflict:
                self.month.conflicts += 1
                yield self._chance.uniform(0, SPREAD_SECONDS)
        return self._chance.randint(1, 3)

    def _ready(self, partner: Partner) -> Iterator[float]:
        ready = self._clock.now + self._duration()
        poll = poll_schedule.first_poll(
            report_id="",
            started_at=self._time(),
            deadline_seconds=DEADLINE,
            durations=self._known,
            factor=poll_schedule.FACTOR,
        )
        while True:
            yield poll["waitSeconds"] + self._account.transit(1, self._clock.now)
            yield from self._run("get_report", partner, transitions=2)
            throttled = bool(partner.call("getReport", waited=False))
            self.month.polls += 1
            if not throttled and self._clock.now >= ready:
                return
            poll = self._next(poll, throttled=throttled)
            if poll["overdue"]:
                raise EndsRed

    def _next(self, poll: Poll, *, throttled: bool) -> Poll:
        return poll_schedule.next_poll(poll_schedule.after_wait(poll), now=self._time(), throttled=throttled)

    def _run(self, function: str, partner: Partner, *, transitions: int) -> Iterator[float]:
        """Run a function for its seconds as soon as there is room for it."""
        yield self._account.transit(transitions, self._clock.now)
        attempt = 0
        while not self._account.enter():
            if attempt == self._retrier.attempts:
                raise EndsRed
            yield self._retrier.pause(attempt, self._chance) + self._account.transit(1, self._clock.now)
            attempt += 1
        units = WRITES[function]
        delay = max(partner.write(units), self._account.write(units, self._clock.now))
        self.month.write_delays += delay > 0
        yield SECONDS[function] + delay
        self._account.leave()

    def _duration(self) -> float:
        return min(LONGEST, exp(self._chance.gauss(log(MEDIAN), SPREAD)))

    def _time(self) -> datetime:
        return datetime.fromtimestamp(self._clock.now, UTC)


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of them does not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
