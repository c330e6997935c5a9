"""What earlier reports were like: whose counts, how many it takes, and that it does not grow."""

from datetime import date, timedelta
from typing import Any

import pytest

from lambdas.ledger.report_statistics import ReportStatistics
from lambdas.payloads.request import Request
from tests.lambdas.conftest import RETENTION, TABLE, Clients
from tests.testing.samples import FRANCE, NOW, SELLER, request_of

SUNDAY = 6
OTHER: dict[str, Any] = {"sellingPartnerId": "A2ANOTHER"}


def note(statistics: ReportStatistics, *seconds: int, rows: int | None = None, **changes: Any) -> None:
    for each in seconds:
        statistics.add_sample(request_of(**changes), seconds=each, rows=rows, now=NOW)


def test_without_experience_nothing_is_known(statistics: ReportStatistics) -> None:
    assert statistics.durations(request_of()) == []
    assert not statistics.earlier(request_of()).usually_has_rows


def test_a_partners_own_reports_count_as_soon_as_there_are_five(statistics: ReportStatistics) -> None:
    note(statistics, 1, 2, 3, 4)
    assert statistics.durations(request_of()) == []
    note(statistics, 5)
    assert statistics.durations(request_of()) == [1, 2, 3, 4, 5]


def test_before_that_all_partners_reports_of_the_type_do(statistics: ReportStatistics) -> None:
    note(statistics, 60, 61, 62, **OTHER)
    note(statistics, 1, 2)
    assert statistics.durations(request_of()) == [60, 61, 62, 1, 2]
    note(statistics, 3, 4, 5)
    assert statistics.durations(request_of()) == [1, 2, 3, 4, 5]
    assert statistics.durations(request_of(reportType="GET_SELLER_FEEDBACK_DATA")) == []


def test_the_latest_forty_are_kept_and_expire(statistics: ReportStatistics, aws: Clients) -> None:
    note(statistics, *range(45))
    assert statistics.durations(request_of()) == list(range(5, 45))
    items = aws.dynamodb.scan(TableName=TABLE)["Items"]
    assert {item["sellingPartnerId"]["S"] for item in items} == {SELLER, "*"}
    assert {int(item["expiresAt"]["N"]) for item in items} == {int((NOW + RETENTION).timestamp())}


@pytest.mark.parametrize(
    ("rows", "usual"),
    [
        ([5, 9], False),
        ([5, 9, 7], True),
        ([0, 5, 9], False),
        ([0, 5, 9, 7], True),
        ([None] * 5, False),
        ([0] * 9, False),
    ],
)
def test_rows_are_usual_when_most_of_at_least_three_had_some(
    statistics: ReportStatistics, rows: list[int | None], usual: bool
) -> None:
    for count in rows:
        note(statistics, 10, rows=count)
    # Another partner's reports say nothing about this one's.
    note(statistics, 10, 10, 10, rows=0, **OTHER)
    assert statistics.earlier(request_of()).usually_has_rows is usual


def test_rows_and_columns_are_compared_with_reports_of_the_same_kind(statistics: ReportStatistics) -> None:
    day: dict[str, Any] = {"dataStartTime": "2026-11-01T00:00:00Z", "dataEndTime": "2026-11-01T23:59:59Z"}
    next_day: dict[str, Any] = {"dataStartTime": "2026-11-02T00:00:00Z", "dataEndTime": "2026-11-02T23:59:59Z"}
    week: dict[str, Any] = {**day, "dataEndTime": "2026-11-07T23:59:59Z"}
    statistics.add_sample(request_of(**day), seconds=1, rows=5, now=NOW, columns=["sku"])
    statistics.add_sample(request_of(**week), seconds=1, rows=40, now=NOW, columns=["sku", "title"])
    statistics.add_sample(request_of(**day, marketplaceIds=[FRANCE]), seconds=1, rows=7, now=NOW, columns=["titel"])
    # No columns are known of one that is no flat file; those of before stay.
    statistics.add_sample(request_of(**day), seconds=1, rows=None, now=NOW)
    earlier = statistics.earlier(request_of(**next_day))
    assert (earlier.rows, earlier.columns) == ([5], ["sku"])


@pytest.mark.parametrize(
    ("first", "last", "alike"),
    [
        (("2026-10-23T22:00:00Z", "2026-10-24T21:59:59Z"), ("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"), True),
        (("2026-02-01T00:00:00Z", "2026-02-28T23:59:59Z"), ("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z"), True),
        (("2026-11-01T00:00:00Z", "2026-11-01T01:00:00Z"), ("2026-11-01T01:00:00Z", "2026-11-01T02:59:59Z"), False),
        (("2026-11-01T00:00:00Z", "2026-11-01T12:00:00Z"), ("2026-11-01T12:00:00Z", "2026-11-02T12:00:00Z"), False),
        (("2026-10-01T00:00:00Z", "2026-10-07T23:59:59Z"), ("2026-10-08T00:00:00Z", "2026-10-15T23:59:59Z"), False),
    ],
)
def test_windows_are_as_long_by_the_calendar(
    statistics: ReportStatistics, first: tuple[str, str], last: tuple[str, str], alike: bool
) -> None:
    names = ("dataStartTime", "dataEndTime")
    note(statistics, 10, rows=5, **dict(zip(names, first, strict=True)))
    assert statistics.earlier(request_of(**dict(zip(names, last, strict=True)))).rows == ([5] if alike else [])


def test_a_day_is_compared_with_those_of_its_weekday(statistics: ReportStatistics) -> None:
    # From a Monday on; the shop rests on Sundays.
    days = [date(2026, 9, 28) + timedelta(days=number) for number in range(42)]
    asked = [request_over(day, day) for day in days]
    for request, day in zip(asked, days, strict=True):
        statistics.add_sample(request, seconds=1, rows=3 if day.weekday() == SUNDAY else 1_000, now=NOW)
        if day == days[14]:
            assert set(statistics.earlier(request).rows) == {3, 1_000}
    assert [set(statistics.earlier(request).rows) for request in asked[-7:]] == [{1_000}] * 6 + [{3}]
    assert set(statistics.earlier(request_over(days[0], days[6])).rows) == {3, 1_000}


def request_over(first: date, last: date) -> Request:
    return {**request_of(), "firstDay": first.isoformat(), "lastDay": last.isoformat()}
