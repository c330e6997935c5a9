"""What Amazon says that a report is of, against what was asked for: as the type reads it."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from lambdas.request.parsing import parse_request
from lambdas.request.report_comparison import differences
from tests.testing.samples import GERMANY, NOW, raw_input

SALES, TRAFFIC, HOURLY = (
    "GET_SALES_AND_TRAFFIC_REPORT",
    "GET_VENDOR_TRAFFIC_REPORT",
    "GET_VENDOR_REAL_TIME_TRAFFIC_REPORT",
)
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
# A Sunday and a Saturday.
WEEK = {"dataStartTime": "2026-11-01T00:00:00Z", "dataEndTime": "2026-11-07T23:59:59Z"}
DATES = {"dataStartTime": "2026-11-01", "dataEndTime": "2026-11-07"}
INSIDE = {"dataStartTime": "2026-11-03T00:00:00Z", "dataEndTime": "2026-11-04T23:59:59Z"}
HOURS = {"dataStartTime": "2026-11-10T06:00:00Z", "dataEndTime": "2026-11-10T08:00:00Z"}


def fields(report_type: str, told: dict[str, Any], **asked: Any) -> list[str]:
    given = raw_input(reportType=report_type, **asked)
    if "reportId" in asked:
        given = {key: value for key, value in given.items() if not key.startswith("data")}
    return [each.field for each in differences(parse_request(given, now=NOW), told)]


BY_WEEK = {"reportOptions": {"dateGranularity": "WEEK"}}
TRAFFIC_BY_WEEK = {"reportOptions": {"reportPeriod": "WEEK"}}


@pytest.mark.parametrize(
    ("report_type", "asked", "told"),
    [
        (ORDERS, WEEK, {}),
        (ORDERS, WEEK, {**WEEK, "reportType": ORDERS, "marketplaceIds": [GERMANY, "A2ZV50J4W1RKNI"]}),
        (ORDERS, WEEK, {"dataStartTime": "2026-11-01T01:00:00+01:00", "dataEndTime": "2026-11-08T00:00:00+00:00"}),
        (SALES, WEEK, DATES),
        (SALES, WEEK, {"dataStartTime": "2026-11-01T12:00:00Z", "dataEndTime": "2026-11-07T00:00:00Z"}),
        # Amazon makes whole weeks of it.
        (SALES, {**INSIDE, **BY_WEEK}, DATES),
        (TRAFFIC, {**WEEK, **TRAFFIC_BY_WEEK}, {**DATES, **TRAFFIC_BY_WEEK}),
        (HOURLY, HOURS, {"dataStartTime": "2026-11-10T06:00:00Z", "dataEndTime": "2026-11-10T07:59:59Z"}),
        # Of the moment it is made in, whatever it was asked for.
        ("GET_MERCHANT_LISTINGS_ALL_DATA", WEEK, {"dataStartTime": "2020-01-01T00:00:00Z"}),
        (SALES, WEEK, {"reportOptions": {"dateGranularity": "DAY", "asinGranularity": "PARENT"}}),
        (SALES, WEEK, {"dataStartTime": None, "reportOptions": None, "marketplaceIds": None}),
        (SALES, WEEK, {"reportType": None, "marketplaceIds": [], "reportOptions": {"dateGranularity": None}}),
        (ORDERS, WEEK, {"reportType": "", "marketplaceIds": GERMANY, "dataEndTime": ""}),
        # What is empty names nothing.
        (SALES, WEEK, {"reportType": None, "marketplaceIds": [], "dataStartTime": "", "dataEndTime": {}}),
        (SALES, {**WEEK, **BY_WEEK}, {"reportOptions": {"dateGranularity": None}}),
        (SALES, {**WEEK, **BY_WEEK}, {"reportOptions": {"DateGranularity": ["week"]}}),
        (SALES, WEEK, {"marketplaceIds": GERMANY, "reportOptions": "none"}),
        (
            "GET_NEW",
            {**WEEK, "reportOptions": {"all": "true", "days": "30"}},
            {"reportOptions": {"all": True, "days": 30}},
        ),
        # The last day of Berlin's, which ends on the next one's morning there.
        (ORDERS, {**WEEK, "timeZone": "Europe/Berlin"}, {**DATES, "dataEndTime": "2026-11-08"}),
        (ORDERS, {**WEEK, "dataEndTime": "2026-11-08T00:00:00Z"}, DATES),
        # Nobody asked for a window of a report that Amazon had already.
        (ORDERS, {"reportId": "R1"}, {**WEEK, "marketplaceIds": ["ATVPDKIKX0DER"]}),
    ],
)
def test_the_same_is_no_difference(report_type: str, asked: dict[str, Any], told: dict[str, Any]) -> None:
    assert fields(report_type, told, **asked) == []


@pytest.mark.parametrize(
    ("report_type", "asked", "told", "found"),
    [
        (ORDERS, WEEK, {**WEEK, "dataEndTime": "2026-11-06T23:59:59Z"}, ["dataEndTime"]),
        (ORDERS, WEEK, {"dataStartTime": "2026-11-01T01:00:00Z"}, ["dataStartTime"]),
        (ORDERS, WEEK, {"reportType": SALES}, ["reportType"]),
        (ORDERS, WEEK, {"marketplaceIds": ["ATVPDKIKX0DER"]}, ["marketplaceIds"]),
        (ORDERS, WEEK, {"marketplaceIds": "ATVPDKIKX0DER"}, ["marketplaceIds"]),
        (SALES, WEEK, {**DATES, "dataEndTime": "2026-11-06"}, ["dataEndTime"]),
        (SALES, {**INSIDE, **BY_WEEK}, {"dataStartTime": "2026-10-25", "dataEndTime": "2026-10-31"}, [*DATES]),
        (SALES, {**WEEK, **BY_WEEK}, {"reportOptions": {"dateGranularity": "DAY"}}, ["reportOptions.dateGranularity"]),
        (HOURLY, HOURS, {"dataStartTime": "2026-11-10T07:00:00Z"}, ["dataStartTime"]),
        (SALES, WEEK, {"dataStartTime": "the first of November"}, ["dataStartTime"]),
        (ORDERS, {"reportId": "R1"}, {"reportType": SALES}, ["reportType"]),
        (SALES, WEEK, {"marketplaceIds": "ATVPDKIKX0DER"}, ["marketplaceIds"]),
        (SALES, {**WEEK, **BY_WEEK}, {"reportOptions": {"DATEGRANULARITY": "DAY"}}, ["reportOptions.dateGranularity"]),
        (
            "GET_NEW",
            {**WEEK, "reportOptions": {"all": "true"}},
            {"reportOptions": {"all": False}},
            ["reportOptions.all"],
        ),
        (SALES, WEEK, {**DATES, "dataEndTime": "2026-11-08"}, ["dataEndTime"]),
    ],
)
def test_something_else_is(report_type: str, asked: dict[str, Any], told: dict[str, Any], found: list[str]) -> None:
    assert fields(report_type, told, **asked) == found


OFFSETS = ("-08:00", "-03:00", "+00:00", "+01:00", "+09:00", "+11:00")


@pytest.mark.parametrize("asked", OFFSETS)
@pytest.mark.parametrize("report_type", [SALES, TRAFFIC])
def test_days_are_the_same_in_whatever_zone_they_are_told(report_type: str, asked: str) -> None:
    window = {"dataStartTime": f"2026-11-01T00:00:00{asked}", "dataEndTime": f"2026-11-07T23:59:59{asked}"}
    more = TRAFFIC_BY_WEEK if report_type == TRAFFIC else {}
    for offset, day in product(OFFSETS, range(-2, 3)):
        start, last = (
            datetime.fromisoformat(f"{bound}{offset}") + timedelta(days=day)
            for bound in ("2026-11-01T00:00:00", "2026-11-07T23:59:59")
        )
        # The midnight of UTC is either day's.
        for shown in (last, last + timedelta(seconds=0 if day and offset == "+00:00" else 1)):
            told = {"dataStartTime": start.isoformat(), "dataEndTime": shown.isoformat()}
            assert fields(report_type, told, **window, **more) == ([*told] if day else [])
            in_utc = {
                "dataStartTime": start.astimezone(UTC).isoformat(),
                "dataEndTime": f"{last.astimezone(UTC):%FT%TZ}",
            }
            assert day or fields(report_type, in_utc, **window, **more) == []
