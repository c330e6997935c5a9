"""What the functions have counted by the day, from their log lines (docs/metrics.md), and the dollars for it.

Log lines and not metrics: CloudWatch charges for metrics, so most of them are there with the option `dashboard` only.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from cli.console_page.run_lines import log_groups, pages
from lambdas.observability.metrics import OPERATIONS
from planning import costs

if TYPE_CHECKING:
    from collections.abc import Callable

    from cli.stack import DeployedStack

    Sums = dict[str, float]

DAYS = 14
DAY = timedelta(days=1)
GREEN = ("Landed", "AlreadyLanded", "NoData", "CancelledElsewhere")
RED = ("Fatal", "Overdue", "Failed")
SUMMED = (*GREEN, *RED, *OPERATIONS, "Rows", "Bytes", "Findings", "Throttled", "SecondsToLand")
RENEWED_SECONDS = 120.0
# A look reads so many pages of log lines, of a megabyte each, and begins with today: earlier days may stay unread.
MOST_PAGES = 200
# Lines come late, so that a day is over a while after its end.
LATE = timedelta(minutes=10)


class Daily(TypedDict):
    """`days` are dates, the last one today. Each series has a value for each; None of a day that was not read."""

    days: list[str]
    series: dict[str, list[float | None]]
    reading: bool
    trouble: str | None


class DailyCounts:
    """Reads in the background, the latest day first, and each day that is over once."""

    def __init__(
        self, deployed: DeployedStack, *, clock: Callable[[], datetime], started: Callable[[str], float | None] | None
    ) -> None:
        """Count by `clock`. `started` says when an execution began, where the logs go by another clock than that."""
        self._deployed = deployed
        self._clock = clock
        self._started = started
        self._counted: dict[str, Sums] = {}
        self._over: set[str] = set()
        self._read_at = 0.0
        self._trouble: str | None = None
        self._reader: Thread | None = None
        self._lock = Lock()

    def latest(self) -> Daily:
        """Return what is known, and go on reading if that is old."""
        now = self._clock()
        with self._lock:
            reading = self._reader is not None and self._reader.is_alive()
            if not reading and abs(now.timestamp() - self._read_at) >= RENEWED_SECONDS:
                self._reader = Thread(target=self._read, args=(now,), daemon=True)
                self._reader.start()
                reading = True
            days = [f"{_midnight(now) - DAY * back:%Y-%m-%d}" for back in reversed(range(DAYS))]
            counted = [self._counted.get(day) for day in days]
        names = (*SUMMED, "waits", "longestWait", "longestToLand")
        series = {name: [None if one is None else one.get(name, 0.0) for one in counted] for name in names}
        series["secondsToLand"] = [
            one["SecondsToLand"] / one["Landed"] if one and one.get("Landed") else None for one in counted
        ]
        series["dollars"] = [None if one is None else _dollars(one) for one in counted]
        return {"days": days, "series": series, "reading": reading, "trouble": self._trouble}

    def _read(self, now: datetime) -> None:
        try:
            groups = log_groups(self._deployed)
            if self._started:
                self._take(self._of_executions(groups, self._started))
            else:
                self._read_days(groups, now)
            self._trouble = None
        except (BotoCoreError, ClientError) as error:
            self._trouble = f"the functions' logs could not be read: {error}"
        self._read_at = now.timestamp()

    def _read_days(self, groups: list[str], now: datetime) -> None:
        left = MOST_PAGES
        for back in range(DAYS):
            begin = _midnight(now) - DAY * back
            name = f"{begin:%Y-%m-%d}"
            if name in self._over:
                continue
            sums: Sums = defaultdict(float)
            for page in pages(self._deployed, groups, since=begin, until=begin + DAY):
                left -= 1
                for line in page:
                    _add(sums, line)
                if left < 0:
                    return  # half a day is worse than none
            self._take({name: sums})
            if now > begin + DAY + LATE:
                self._over.add(name)

    def _of_executions(self, groups: list[str], started: Callable[[str], float | None]) -> dict[str, Sums]:
        days: dict[str, Sums] = defaultdict(lambda: defaultdict(float))
        for page in pages(self._deployed, groups):
            for line in page:
                if (at := started(line.get("executionArn", ""))) is not None:
                    _add(days[f"{datetime.fromtimestamp(at).astimezone():%Y-%m-%d}"], line)
        return dict(days)

    def _take(self, counted: dict[str, Sums]) -> None:
        with self._lock:
            self._counted |= counted


def _midnight(now: datetime) -> datetime:
    """Return when the day began, by the clock of the machine on which the page is served."""
    return now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def _add(sums: Sums, line: dict[str, Any]) -> None:
    for name in SUMMED:
        sums[name] += line.get(name, 0)
    if wait := line.get("WaitSeconds"):
        sums["waits"] += 1
        sums["longestWait"] = max(sums["longestWait"], wait)
    sums["longestToLand"] = max(sums["longestToLand"], line.get("SecondsToLand", 0))


def _seconds(sums: Sums) -> float | None:
    """Return how long a landing took on average."""
    return sums["SecondsToLand"] / sums["Landed"] if sums.get("Landed") else None


def _dollars(sums: Sums) -> float:
    """Return what a day's executions cost, by the figures of `reportflow plan`; without what stands."""
    executions = round(sum(sums.get(name, 0) for name in (*GREEN, *RED)))
    reports = min(round(sums.get("createReport", 0)), executions)
    polls = round(sums.get("getReport", 0) / reports) if reports else 0
    return sum(costs.by_service(costs.used(executions, reports, discoveries=0, polls=polls)).values())
