"""The days of a request, also of one that the ledger has from before there were days; and whose days they are."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from lambdas.request.parsing import InvalidRequest, parse_request
from lambdas.request.periods import whole_days
from lambdas.request.window import days_of, utc_text
from tests.testing.samples import NOW, raw_input

TRAFFIC = "GET_SALES_AND_TRAFFIC_REPORT"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata", "Etc/UTC"])
@pytest.mark.parametrize(("first", "last"), [(1, 1), (25, 25), (1, 7), (25, 31)])
def test_the_days_of_an_old_request_are_those_of_the_nearest_midnights(zone: str, first: int, last: int) -> None:
    begin, end = date(2026, 10, first), date(2026, 10, last)
    window = (utc_text(instant) for instant in whole_days(begin, end, ZoneInfo(zone)))
    old = dict(zip(("dataStartTime", "dataEndTime"), window, strict=True))
    assert days_of(old) == (str(begin), str(end))


@pytest.mark.parametrize(
    ("old", "days"),
    [
        ({"dataStartTime": "2026-11-09T22:00:00Z", "dataEndTime": "2026-11-09T22:59:59Z"}, ("2026-11-09",) * 2),
        ({"dataStartTime": "2026-11-09T22:00:00Z", "asOf": "2026-11-10T12:00:00Z"}, ("2026-11-09",) * 2),
        ({"asOf": "2026-11-10T12:00:00Z"}, ("2026-11-10",) * 2),
        ({"reportId": "R"}, ("", "")),
    ],
)
def test_the_days_of_an_old_request_that_is_of_no_whole_days(old: dict[str, str], days: tuple[str, str]) -> None:
    assert days_of(old) == days


@pytest.mark.parametrize(
    ("given", "days", "zone"),
    [
        ({"dataStartTime": "2026-11-08T23:00:00Z", "dataEndTime": "2026-11-09T22:59:59Z"}, "08 09", "UTC"),
        ({"dataStartTime": "2026-11-09T00:00:00+01:00", "dataEndTime": "2026-11-09T23:59:59+01:00"}, "09 09", "+01:00"),
        (
            {
                "dataStartTime": "2026-11-08T23:00:00Z",
                "dataEndTime": "2026-11-09T22:59:59Z",
                "timeZone": "Europe/Berlin",
            },
            "09 09",
            "Europe/Berlin",
        ),
        ({"period": "previous-day", "scheduledTime": "2026-11-09T20:00:00Z"}, "08 08", "UTC"),
        (
            {"period": "previous-day", "scheduledTime": "2026-11-09T20:00:00Z", "timeZone": "Asia/Tokyo"},
            "09 09",
            "Asia/Tokyo",
        ),
    ],
)
@pytest.mark.parametrize("report_type", [TRAFFIC, "GET_LEDGER_DETAIL_VIEW_DATA"])
def test_the_days_are_those_of_the_time_zone_or_else_of_the_offset(
    report_type: str, given: dict[str, str], days: str, zone: str
) -> None:
    request = parse_request(raw_input(reportType=report_type, **given), now=NOW)
    assert (f"{request['firstDay'][8:]} {request['lastDay'][8:]}", request["timeZone"]) == (days, zone)
    if report_type == TRAFFIC:
        assert f"{request['dataStartTime'][8:10]} {request['dataEndTime'][8:10]}" == days


@pytest.mark.parametrize("name", ["Berlin", "", 7, None, "../etc", ["Europe/Berlin"]])
def test_what_is_no_time_zone_is_refused(name: Any) -> None:
    with pytest.raises(InvalidRequest, match=r"timeZone is .*; allowed is one such as Europe/Berlin"):
        parse_request(raw_input(timeZone=name), now=NOW)


def test_hours_that_come_twice_are_in_order() -> None:
    first, second = "2026-10-25T02:30:00+02:00", "2026-10-25T02:10:00+01:00"
    request = parse_request(raw_input(dataStartTime=first, dataEndTime=second, timeZone="Europe/Berlin"), now=NOW)
    assert (request["dataStartTime"], request["dataEndTime"]) == ("2026-10-25T00:30:00Z", "2026-10-25T01:10:00Z")


def test_a_day_that_is_over_in_the_east_is_asked_for_at_once() -> None:
    now = datetime(2026, 11, 8, 15, 0, 1, tzinfo=UTC)
    given = {"period": "previous-day", "scheduledTime": "2026-11-08T15:00:00Z", "timeZone": "Asia/Tokyo"}
    request = parse_request(raw_input(reportType=TRAFFIC, **given), now=now)
    assert (request["dataStartTime"], request["dataEndTime"]) == ("2026-11-08T00:00:00Z", "2026-11-08T14:59:59Z")
