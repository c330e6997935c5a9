"""When EventBridge Scheduler's cron and rate expressions are due.

aws-croniter reads the cron expressions. It knows UTC alone, so it is given the time zone's wall clock as if it were.
A time of the wall clock that does not exist, in spring, is skipped; one that comes twice is due once
(docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html, daylight saving time).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.schedules.report_config import ScheduleTiming

RATE = re.compile(r"rate\(([1-9][0-9]*) (minute|hour|day)s?\)")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def due_times(timing: ScheduleTiming, *, since: datetime, until: datetime) -> Iterator[datetime]:
    """Yield when `timing` is due, from `since` on and before `until`, in its time zone.

    A rate counts from when its schedule was created, which nobody knows beforehand: here it counts from 1970 on.

    Raises:
        ValueError: the expression is none, or the time zone cannot be a name.
        ZoneInfoNotFoundError: there is no time zone of this name.
    """
    zone = ZoneInfo(timing.time_zone)
    rate = RATE.fullmatch(timing.schedule)
    if rate:
        every = timedelta(**{f"{rate[2]}s": int(rate[1])})
        due = EPOCH + every * -((EPOCH - since) // every)
        while due < until:
            yield due.astimezone(zone)
            due += every
        return
    for wall, due in _by_the_clock(timing, zone, since=since, until=until):
        if wall == due.replace(tzinfo=None):
            yield due


def skipped_times(timing: ScheduleTiming, *, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield the times between two that EventBridge Scheduler leaves out, as clocks are set forward over them.

    Each is a pair: the wall clock's time, without a time zone, and when it would have been by the clock that was left.

    Raises:
        ValueError: the expression is none, or the time zone cannot be a name.
        ZoneInfoNotFoundError: there is no time zone of this name.
    """
    if RATE.fullmatch(timing.schedule):
        return
    for wall, due in _by_the_clock(timing, ZoneInfo(timing.time_zone), since=since, until=until):
        if wall != due.replace(tzinfo=None):
            yield wall, due


def _by_the_clock(
    timing: ScheduleTiming, zone: ZoneInfo, *, since: datetime, until: datetime
) -> Iterator[tuple[datetime, datetime]]:
    for wall in _cron(timing.schedule, _wall(since, zone), _wall(until, zone)):
        due = wall.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
        if since <= due < until:
            yield wall.replace(tzinfo=None), due


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=UTC)


def _cron(expression: str, since: datetime, until: datetime) -> Iterator[datetime]:
    due = _after(expression, since - timedelta(seconds=1))
    while due and due < until:
        yield due
        due = _after(expression, due)


# Many selling partners share a schedule, and a month is asked for again and again.
@lru_cache(maxsize=4096)
def _after(expression: str, moment: datetime) -> datetime | None:
    found: datetime | None = _read(expression).occurrence(moment).next()
    return found


@lru_cache(maxsize=64)
def _read(expression: str) -> Any:
    # 0.15 s of import, which reading the configuration alone does not need.
    from aws_croniter import AwsCroniter  # type: ignore[import-untyped] # it has no types

    return AwsCroniter(expression[5:-1])
