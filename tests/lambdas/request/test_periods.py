"""The windows of periods: their exact ends, and that they tile time."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.request.periods import DAY, NAMED, SECOND, UnknownPeriod, resolve
from tests.testing.samples import OFFSETS

WINDOWS = [
    ("previous-hour", "2026-11-10T12:34:56.789Z", "2026-11-10T11:00:00Z", "2026-11-10T11:59:59Z"),
    ("previous-hour", "2026-01-01T00:00:00Z", "2025-12-31T23:00:00Z", "2025-12-31T23:59:59Z"),
    ("previous-day", "2026-11-10T00:00:00Z", "2026-11-09T00:00:00Z", "2026-11-09T23:59:59Z"),
    ("previous-day", "2026-11-10T23:59:59.999Z", "2026-11-09T00:00:00Z", "2026-11-09T23:59:59Z"),
    ("previous-day", "2024-03-01T05:00:00Z", "2024-02-29T00:00:00Z", "2024-02-29T23:59:59Z"),
    ("previous-day", "2026-03-01T05:00:00Z", "2026-02-28T00:00:00Z", "2026-02-28T23:59:59Z"),
    # Sunday 1 November to Saturday 7 November 2026, from the first to the last instant of the week after.
    ("previous-week", "2026-11-08T00:00:00Z", "2026-11-01T00:00:00Z", "2026-11-07T23:59:59Z"),
    ("previous-week", "2026-11-10T06:00:00Z", "2026-11-01T00:00:00Z", "2026-11-07T23:59:59Z"),
    ("previous-week", "2026-11-14T23:59:59Z", "2026-11-01T00:00:00Z", "2026-11-07T23:59:59Z"),
    ("previous-week", "2026-11-07T23:59:59Z", "2026-10-25T00:00:00Z", "2026-10-31T23:59:59Z"),
    ("previous-month", "2026-11-01T00:00:00Z", "2026-10-01T00:00:00Z", "2026-10-31T23:59:59Z"),
    ("previous-month", "2024-03-31T12:00:00Z", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z"),
    ("previous-month", "2026-01-31T12:00:00Z", "2025-12-01T00:00:00Z", "2025-12-31T23:59:59Z"),
    ("previous-quarter", "2026-01-01T00:00:00Z", "2025-10-01T00:00:00Z", "2025-12-31T23:59:59Z"),
    ("previous-quarter", "2026-06-30T23:59:59Z", "2026-01-01T00:00:00Z", "2026-03-31T23:59:59Z"),
    ("previous-quarter", "2026-12-31T23:59:59Z", "2026-07-01T00:00:00Z", "2026-09-30T23:59:59Z"),
    ("last-1-days", "2026-11-10T12:00:00Z", "2026-11-09T00:00:00Z", "2026-11-09T23:59:59Z"),
    ("last-30-days", "2024-03-10T12:00:00Z", "2024-02-09T00:00:00Z", "2024-03-09T23:59:59Z"),
    ("last-999-days", "2026-11-10T12:00:00Z", "2024-02-15T00:00:00Z", "2026-11-09T23:59:59Z"),
    # Days are those of the time zone.
    ("previous-day", "2026-11-10T08:00:00+09:00", "2026-11-09T00:00:00+09:00", "2026-11-09T23:59:59+09:00"),
    ("previous-month", "2026-10-31T20:00:00-05:00", "2026-09-01T00:00:00-05:00", "2026-09-30T23:59:59-05:00"),
    ("previous-week", "2026-11-08T00:30:00+01:00", "2026-11-01T00:00:00+01:00", "2026-11-07T23:59:59+01:00"),
    # Hours are UTC's, which begin half an hour earlier or later there.
    ("previous-hour", "2026-11-10T08:10:00+05:30", "2026-11-10T06:30:00+05:30", "2026-11-10T07:29:59+05:30"),
]


@pytest.mark.parametrize(("period", "due", "first", "last"), WINDOWS)
def test_the_first_and_the_last_second(period: str, due: str, first: str, last: str) -> None:
    window = resolve(period, datetime.fromisoformat(due))
    assert window == (datetime.fromisoformat(first), datetime.fromisoformat(last))
    assert [end.tzinfo for end in window] == [datetime.fromisoformat(due).tzinfo] * 2


@pytest.mark.parametrize(
    ("period", "due", "first", "last"),
    [
        ("previous-day", "2026-10-26T06:00", "2026-10-25T00:00:00+02:00", "2026-10-25T23:59:59+01:00"),
        ("previous-month", "2026-04-01T06:00", "2026-03-01T00:00:00+01:00", "2026-03-31T23:59:59+02:00"),
        ("previous-hour", "2026-03-29T03:10", "2026-03-29T01:00:00+01:00", "2026-03-29T01:59:59+01:00"),
    ],
)
def test_a_clock_that_is_set_back_or_forward_makes_a_period_longer_or_shorter(
    period: str, due: str, first: str, last: str
) -> None:
    window = resolve(period, datetime.fromisoformat(due).replace(tzinfo=ZoneInfo("Europe/Berlin")))
    assert tuple(end.isoformat() for end in window) == (first, last)


@pytest.mark.parametrize(
    "period", ["", "previous-year", "previous-week ", "last-00-days", "last--1-days", "last-٣-days", 7, None, ["x"], {}]
)
def test_an_unknown_period_is_named_with_those_that_are_known(period: object) -> None:
    with pytest.raises(UnknownPeriod) as unknown:
        resolve(period, datetime(2026, 11, 10, tzinfo=UTC))
    assert str(unknown.value) == (
        f"period is {period!r}; allowed are previous-hour, previous-day, previous-week, previous-month, "
        "previous-quarter and last-<1 to 999>-days such as last-30-days"
    )


# The longest period must not reach back before the year 1, nor the window after one beyond 9999.
DUE = st.datetimes(timezones=OFFSETS).filter(lambda due: 4 <= due.year <= 9998)


@given(st.sampled_from(sorted(NAMED)), DUE)
def test_windows_tile_time(period: str, due: datetime) -> None:
    first, last = resolve(period, due)
    assert first <= last < due
    # The window before ends where this one begins, and the one that begins after it sees this one as previous.
    assert resolve(period, first)[1] + SECOND == first
    assert resolve(period, last + SECOND) == (first, last)


@given(st.sampled_from(sorted(NAMED)), DUE)
def test_a_schedule_that_is_due_each_hour_misses_no_window_and_invents_none(period: str, due: datetime) -> None:
    earlier, later = (resolve(period, due + timedelta(hours=hours)) for hours in (0, 1))
    assert later == earlier or later[0] == earlier[1] + SECOND


@given(st.integers(1, 999), DUE)
def test_last_days_are_so_many_and_end_with_yesterday(days: int, due: datetime) -> None:
    first, last = resolve(f"last-{days}-days", due)
    assert last == resolve("previous-day", due)[1]
    assert last + SECOND - first == DAY * days
