"""A span of days and the windows that it is asked for in; and the sentences that refuse one."""

from typing import Any

import pytest

from lambdas.request.backfill import MOST, execution_input, parse_backfill, window_input
from lambdas.request.parsing import InvalidRequest, parse_request
from tests.testing.samples import GERMANY, NOW, SELLER

ORDERS, RETURNS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
TERMS, UNKNOWN = "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT", "GET_SOMETHING_NEW"


def raw(report_type: str, first: str, last: str, **more: Any) -> dict[str, Any]:
    partner = {"sellingPartnerId": SELLER, "marketplaceIds": [GERMANY]}
    return {**partner, "reportType": report_type, "from": first, "to": last, **more}


BY_MONTH = {"dateGranularity": "MONTH"}


def by(period: str) -> dict[str, Any]:
    return {"reportOptions": {"reportPeriod": period}}


@pytest.mark.parametrize(
    ("given", "windows"),
    [
        # Cut at both ends of the span.
        (raw(RETURNS, "2026-08-30", "2026-10-02"), ["08-30 08-31", "09-01 09-30", "10-01 10-02"]),
        # 30 days are no month: as many as the type spans, from the first day on.
        (raw(ORDERS, "2026-09-10", "2026-11-09"), ["09-10 10-09", "10-10 11-08", "11-09 11-09"]),
        (raw(ORDERS, "2026-10-01", "2026-10-02", period="DAY"), ["10-01 10-01", "10-02 10-02"]),
        (raw(UNKNOWN, "2026-04-01", "2026-10-31", period="QUARTER"), ["04-01 06-30", "07-01 09-30", "10-01 10-31"]),
        (raw(UNKNOWN, "2026-10-05", "2026-10-05"), ["10-05 10-05"]),
        # Whole periods, where nothing else is made.
        (raw(TERMS, "2026-10-01", "2026-10-12", **by("WEEK")), ["09-27 10-03", "10-04 10-10", "10-11 10-17"]),
        (raw(TERMS, "2026-09-10", "2026-09-10", **by("MONTH")), ["09-01 09-30"]),
        # What Amazon sums up by itself, it is asked for day by day.
        (raw("GET_SALES_AND_TRAFFIC_REPORT", "2026-10-30", "2026-10-31"), ["10-30 10-30", "10-31 10-31"]),
        (raw("GET_SALES_AND_TRAFFIC_REPORT", "2026-10-30", "2026-10-31", reportOptions=BY_MONTH), ["10-01 10-31"]),
    ],
)
def test_a_span_in_windows(given: dict[str, Any], windows: list[str]) -> None:
    requests = parse_backfill(given, now=NOW)
    assert [f"{each['dataStartTime'][5:10]} {each['dataEndTime'][5:10]}" for each in requests] == windows
    assert {each["dataStartTime"][10:] + each["dataEndTime"][10:] for each in requests} == {"T00:00:00ZT23:59:59Z"}
    assert {each["background"] for each in requests} == {True}


def test_days_are_those_of_the_time_zone_also_when_clocks_change() -> None:
    days = parse_backfill(raw(ORDERS, "2026-10-24", "2026-10-26", period="DAY", timeZone="Europe/Berlin"), now=NOW)
    assert [(each["dataStartTime"], each["dataEndTime"]) for each in days] == [
        ("2026-10-23T22:00:00Z", "2026-10-24T21:59:59Z"),
        ("2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"),
        ("2026-10-25T23:00:00Z", "2026-10-26T22:59:59Z"),
    ]


@pytest.mark.parametrize("zone", ["America/New_York", "Africa/Cairo", "Asia/Tokyo", "Etc/UTC"])
@pytest.mark.parametrize("report_type", [ORDERS, "GET_SALES_AND_TRAFFIC_REPORT"])
def test_the_execution_of_a_window_asks_for_the_same_request(report_type: str, zone: str) -> None:
    given = raw(report_type, "2026-10-28", "2026-10-31", period="DAY", timeZone=zone)
    requests = parse_backfill(given, now=NOW)
    assert [each["firstDay"] for each in requests] == ["2026-10-28", "2026-10-29", "2026-10-30", "2026-10-31"]
    started = [parse_request({**execution_input(given), **window_input(each)}, now=NOW) for each in requests]
    assert started == requests


def test_a_span_that_begins_elsewhere_has_the_same_windows_in_the_middle() -> None:
    early, late = (parse_backfill(raw(RETURNS, first, "2026-10-31"), now=NOW) for first in ("2026-07-20", "2026-08-09"))
    assert early[2:] == late[1:]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (
            [],
            "the input must be a JSON object of sellingPartnerId, reportType, marketplaceIds, reportOptions, ",
        ),
        (
            raw(ORDERS, "2026-10-01", "2026-10-02", dataStartTime="x"),
            "the input has the key 'dataStartTime', which is ",
        ),
        ({"reportType": ORDERS}, "the input lacks the key sellingPartnerId"),
        (raw(ORDERS, "2026-10-1", "2026-10-02"), "from is '2026-10-1'; allowed is a day such as 2026-11-01"),
        (raw(ORDERS, "2026-10-03", "2026-10-02"), "from is 2026-10-03, which lies after to, 2026-10-02"),
        (raw(ORDERS, "2026-10-01", "2026-10-02", period="FORTNIGHT"), "period is 'FORTNIGHT'; allowed are DAY, WEEK, "),
        (raw(ORDERS, "2026-10-01", "2026-10-02", period="YEAR"), f"period is YEAR; {ORDERS} spans 30 days at most: "),
        (raw(ORDERS, "2020-10-01", "2026-10-02"), f"{ORDERS} reaches back 731 days, to "),
        (
            raw(ORDERS, "2026-11-09", "2026-11-10"),
            "to is 2026-11-10, which is not over; it is 2026-11-10T12:00:00Z now: give 2026-11-09 or before",
        ),
        (
            raw(TERMS, "2026-10-01", "2026-11-09", **by("WEEK")),
            (
                "to is 2026-11-09, in a WEEK that ends on 2026-11-14, which is not over; it is 2026-11-10T12:00:00Z now"
                ": give 2026-11-07 or before"
            ),
        ),
        (
            raw("GET_SALES_AND_TRAFFIC_REPORT", "2026-10-01", "2026-10-02", period="WEEK", reportOptions=BY_MONTH),
            "period is WEEK, and reportOptions.dateGranularity is MONTH: leave period out",
        ),
        (
            raw("END_USER_DATA_REPORT", "2026-10-01", "2026-10-02", period="WEEK"),
            "period is WEEK, and reportOptions.reportPeriod is MONTH: give reportOptions.reportPeriod",
        ),
        (
            raw(TERMS, "2026-10-01", "2026-10-12", period="DAY", **by("WEEK")),
            "period is DAY, and reportOptions.reportPe",
        ),
        (raw(ORDERS, "2026-10-01", "2026-10-02", timeZone="Berlin"), "timeZone is 'Berlin'; allowed is one such as "),
        (raw(TERMS, "2026-10-01", "2026-10-12"), "reportOptions lacks reportPeriod, which "),
        (
            raw("GET_MERCHANT_LISTINGS_ALL_DATA", "2026-10-01", "2026-10-02"),
            "GET_MERCHANT_LISTINGS_ALL_DATA is of the ",
        ),
        (
            raw(UNKNOWN, "1990-10-01", "2026-10-02", period="DAY"),
            f"from 1990-10-01 to 2026-10-02 are more than {MOST} ",
        ),
    ],
)
def test_what_cannot_be_backfilled_is_refused_in_a_sentence(given: Any, sentence: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_backfill(given, now=NOW)
    assert str(refused.value).startswith(sentence)
