"""Windows of days that are made of whole calendar periods: the refusal of one that is not, and its correction."""

from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import product
from typing import Literal

from lambdas.request.periods import DAY, first_day, last_day, next_first_day

ENDS = {
    "DAY": "the first and the last day",
    "WEEK": "a Sunday and a Saturday",
    "MONTH": "the first and the last day of a month",
    "QUARTER": "the first and the last day of a quarter",
    "YEAR": "the first and the last day of a year",
}


def days_meant(start: datetime, end: datetime, period: str) -> tuple[date, date]:
    """Return the first and the last day, in the offsets given.

    Amazon reads no times: midnight is that day, unless only the day before, which it ends, is the last of a period.
    """
    before = end.date() - DAY
    ends_before = end.time() == time() and not _ends(period, end.date()) and _ends(period, before)
    return start.date(), before if ends_before else end.date()


def as_read(
    first: date, last: date, period: str, unaligned: Literal["expanded", "shrunk", "refused"] | None
) -> tuple[date, date]:
    """Return the days that Amazon makes of these; of a shrunk window that holds no whole period, none."""
    if unaligned == "expanded":
        return first_day(period, first), last_day(period, last)
    if unaligned == "shrunk":
        begin = first if first == first_day(period, first) else next_first_day(period, first)
        return begin, last if _ends(period, last) else first_day(period, last) - DAY
    return first, last


def is_whole(first: date, last: date, period: str) -> bool:
    """Say whether the days are one or more whole periods."""
    return first <= last and first == first_day(period, first) and _ends(period, last)


def after(first: date, period: str, count: int) -> date:
    """Return the day after `count` periods from `first` on."""
    for _ in range(count):
        first = next_first_day(period, first)
    return first


def before(day: date, period: str, count: int) -> date:
    """Return the first day of the period that lies `count` periods before the one of `day`."""
    day = first_day(period, day)
    for _ in range(count):
        day = first_day(period, day - DAY)
    return day


def smallest_mend(first: date, last: date, period: str, *, most: int | None, today: date) -> tuple[date, date]:
    """Return the whole periods, over by `today` and `most` at most, with the ends nearest to these days."""
    over = first_day(period, today) - DAY
    begin, end = min(
        _whole(first, last, period, over=over),
        key=lambda ends: (abs(ends[0] - first) + abs(ends[1] - last), ends),
        default=(first_day(period, over), over),
    )
    return begin, min(end, after(begin, period, most) - DAY) if most else end


def _whole(first: date, last: date, period: str, *, over: date) -> Iterator[tuple[date, date]]:
    begins = first_day(period, first), next_first_day(period, first)
    ends = first_day(period, last) - DAY, last_day(period, last)
    yield from ((begin, end) for begin, end in product(begins, ends) if begin <= end <= over)


def _ends(period: str, day: date) -> bool:
    return day == last_day(period, day)
