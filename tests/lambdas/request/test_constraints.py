"""Every rule that comes from the catalogue: what is refused, with which correction, and what is left to Amazon."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.request.parsing import InvalidRequest, parse_request
from lambdas.request.periods import DAY, SECOND, first_day, next_first_day
from tests.testing.samples import FRANCE, GERMANY, NOW, USA, raw_input

MARKET, TERMS = "GET_BRAND_ANALYTICS_MARKET_BASKET_REPORT", "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
REPEAT, QUERY = "GET_BRAND_ANALYTICS_REPEAT_PURCHASE_REPORT", "GET_BRAND_ANALYTICS_SEARCH_QUERY_PERFORMANCE_REPORT"
SALES, TRAFFIC = "GET_VENDOR_SALES_REPORT", "GET_VENDOR_TRAFFIC_REPORT"
MARGIN = "GET_VENDOR_NET_PURE_PRODUCT_MARGIN_REPORT"
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
SHIPMENTS = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL"
FEES = "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA"
V2 = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
VENDOR_OPTIONS = {"reportPeriod": "WEEK", "distributorView": "SOURCING", "sellingProgram": "RETAIL"}
NEEDS = "needs dataStartTime and dataEndTime on"
WEEK = ("2026-11-01T00:00:00Z", "2026-11-07T23:59:59Z")


def of(report_type: str, *window: str, options: dict[str, str] | str | None = None, **more: Any) -> dict[str, Any]:
    dates = dict(zip(("dataStartTime", "dataEndTime"), window, strict=False))
    return raw_input(reportType=report_type, **dates, **({"reportOptions": options} if options else {}), **more)


def by(period: str, report_type: str, *window: str) -> dict[str, Any]:
    return of(report_type, *window, options={"reportPeriod": period})


REFUSED = [
    (
        of(V2),
        (
            f"Amazon makes {V2} by itself and takes no request for it: "
            "a discovery finds its reports and lands them (docs/backfill.md)"
        ),
    ),
    (
        of("GET_FLAT_FILE_SALES_TAX_DATA", marketplaceIds=[USA]),
        (
            "Amazon makes GET_FLAT_FILE_SALES_TAX_DATA by itself and takes no request for "
            "it: ask for it in Seller Central, and let a discovery land it then"
        ),
    ),
    (
        of("GST_MTR_B2B", marketplaceIds=["IN"]),
        (
            "Amazon makes GST_MTR_B2B on a schedule only: create one with `reportflow amazon-schedules set`; "
            "a discovery finds its reports and lands them (docs/backfill.md)"
        ),
    ),
    (
        of("GET_FBA_SNS_FORECAST_DATA"),
        ("Amazon has not made GET_FBA_SNS_FORECAST_DATA since 2025-12-11: use the Replenishment API"),
    ),
    (
        of("GET_MERCHANT_LISTINGS_DEFECT_DATA"),
        (
            "Amazon has not made GET_MERCHANT_LISTINGS_DEFECT_DATA since 2022-06-15: "
            "request GET_MERCHANTS_LISTINGS_FYP_REPORT"
        ),
    ),
    (
        of("GET_AFN_INVENTORY_DATA", sellingPartnerId="amzn1.vg.7"),
        "GET_AFN_INVENTORY_DATA is for sellers, and sellingPartnerId amzn1.vg.7 is a vendor group",
    ),
    (
        of("GET_SALES_AND_TRAFFIC_REPORT", marketplaceIds=[GERMANY, FRANCE]),
        "GET_SALES_AND_TRAFFIC_REPORT takes one marketplace, and marketplaceIds has 2: start one execution for each",
    ),
    (
        of(SALES, *WEEK),
        (
            "reportOptions lacks reportPeriod, which GET_VENDOR_SALES_REPORT needs; "
            "allowed are DAY, WEEK, MONTH, QUARTER, YEAR"
        ),
    ),
    (
        of(SALES, *WEEK, options={"reportPeriod": "WEEK", "sellingProgram": "RETAIL"}),
        "reportOptions lacks distributorView, which GET_VENDOR_SALES_REPORT needs; allowed are MANUFACTURING, SOURCING",
    ),
    (by("WEEK", QUERY, *WEEK), f"reportOptions lacks asin, which {QUERY} needs"),
    (
        by("Week", MARKET, *WEEK),
        f"reportOptions.reportPeriod is 'Week'; {MARKET} allows DAY, WEEK, MONTH, QUARTER: did you mean WEEK?",
    ),
    (by("DAY", REPEAT, *WEEK), f"reportOptions.reportPeriod is 'DAY'; {REPEAT} allows WEEK, MONTH, QUARTER"),
    (
        of("GET_SALES_AND_TRAFFIC_REPORT", options={"asinGranularity": "CHILDREN"}),
        "reportOptions.asinGranularity is 'CHILDREN'; GET_SALES_AND_TRAFFIC_REPORT allows PARENT, CHILD, SKU",
    ),
    (by("WEEK", TRAFFIC), f"{TRAFFIC} by WEEK {NEEDS} a Sunday and a Saturday"),
    (by("WEEK", TRAFFIC, WEEK[0]), f"{TRAFFIC} by WEEK {NEEDS} a Sunday and a Saturday"),
    (
        by("WEEK", TRAFFIC, "0001-01-01T00:00:00Z", "2026-11-07T23:59:59Z"),
        f"{TRAFFIC} by WEEK {NEEDS} a Sunday and a Saturday, and 0001-01-01 is too early for one",
    ),
    (
        by("WEEK", TERMS, "2026-10-25T00:00:00Z", WEEK[1]),
        f"{TERMS} by WEEK spans 1 at most, 2026-10-25 to 2026-10-31, and dataEndTime is on 2026-11-07: split it",
    ),
    (
        by("DAY", MARKET, *WEEK),
        (f"{MARKET} by DAY spans 1 at most, 2026-11-01 to 2026-11-01, and dataEndTime is on 2026-11-07: split it"),
    ),
    (
        of(SALES, "2026-09-13T00:00:00Z", WEEK[1], options=VENDOR_OPTIONS),
        f"{SALES} by WEEK spans 7 at most, 2026-09-13 to 2026-10-31, and dataEndTime is on 2026-11-07: split it",
    ),
    (
        of(
            "GET_SALES_AND_TRAFFIC_REPORT",
            "2026-11-08T00:00:00Z",
            "2026-11-09T23:59:59Z",
            options={"dateGranularity": "WEEK"},
        ),
        (
            f"GET_SALES_AND_TRAFFIC_REPORT by WEEK {NEEDS} a Sunday and a Saturday, and 2026-11-08 and 2026-11-09 were "
            "found: give 2026-11-01 and 2026-11-07"
        ),
    ),
    (of("GET_SALES_AND_TRAFFIC_REPORT"), f"GET_SALES_AND_TRAFFIC_REPORT by DAY {NEEDS} the first and the last day"),
    (of("GET_LEDGER_DETAIL_VIEW_DATA"), "GET_LEDGER_DETAIL_VIEW_DATA needs dataStartTime and dataEndTime"),
    (
        of("GET_VENDOR_REAL_TIME_SALES_REPORT", "2026-11-09T11:10:00Z", "2026-11-09T11:50:00Z"),
        (
            "GET_VENDOR_REAL_TIME_SALES_REPORT is made of whole hours in UTC, and none ends between dataStartTime "
            "2026-11-09T11:10:00Z and dataEndTime 2026-11-09T11:50:00Z"
        ),
    ),
    (
        of("GET_VENDOR_REAL_TIME_INVENTORY_REPORT", "2026-11-08T00:00:00Z", "2026-11-09T00:59:59Z"),
        (
            "GET_VENDOR_REAL_TIME_INVENTORY_REPORT spans 24 hours at most, and dataStartTime to dataEndTime are 25: "
            "split them into 2 executions"
        ),
    ),
    (
        of(FEES, "2026-11-08T12:00:00Z"),
        f"{FEES} needs a dataStartTime 72 hours ago, 2026-11-07T12:00:00Z or before",
    ),
    (
        by("WEEK", MARGIN, "2026-09-06T00:00:00Z", "2026-09-12T23:59:59Z"),
        f"{MARGIN} reaches back 8 weeks, to 2026-09-13, and dataStartTime is 2026-09-06T00:00:00Z",
    ),
    (
        by("DAY", TRAFFIC, "2026-11-10T00:00:00Z", "2026-11-10T11:00:00Z"),
        (
            f"{TRAFFIC} by DAY needs a dataEndTime on a day that is over, and 2026-11-10 is not; "
            "it is 2026-11-10T12:00:00Z now"
        ),
    ),
    (
        of(ORDERS, "2026-10-01T00:00:00Z", "2026-10-31T23:59:59Z"),
        f"{ORDERS} spans 30 days at most, and dataStartTime to dataEndTime are 31: split them into 2 executions",
    ),
    (
        of(ORDERS, "2026-08-10T12:00:00Z"),
        (f"{ORDERS} spans 30 days at most, and dataStartTime to now are 92: split them into 4 executions"),
    ),
    (
        of(ORDERS, "2024-11-01T00:00:00Z", "2024-11-02T00:00:00Z"),
        f"{ORDERS} reaches back 731 days, to 2024-11-09, and dataStartTime is 2024-11-01T00:00:00Z",
    ),
    (
        of(SHIPMENTS, "2025-05-08T23:59:59Z", "2025-05-31T23:59:59Z"),
        f"{SHIPMENTS} reaches back 550 days, to 2025-05-09, and dataStartTime is 2025-05-08T23:59:59Z",
    ),
    (
        by("DAY", MARGIN, "2022-11-10T00:00:00Z", "2022-11-10T23:59:59Z"),
        f"{MARGIN} reaches back 1460 days, to 2022-11-11, and dataStartTime is 2022-11-10T00:00:00Z",
    ),
]


@pytest.mark.parametrize(("raw", "sentence"), REFUSED, ids=[sentence[:70] for _, sentence in REFUSED])
def test_refused_with_the_correction(raw: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(raw, now=NOW)
    assert str(refused.value) == sentence


# Windows by a period that are not whole periods, and the whole ones that the refusal offers.
WHOLE_DAYS = {
    "WEEK": "a Sunday and a Saturday",
    "MONTH": "the first and the last day of a month",
    "QUARTER": "the first and the last day of a quarter",
    "YEAR": "the first and the last day of a year",
}
NOT_WHOLE = [
    ("WEEK", TRAFFIC, "2026-10-26T00:00:00Z", "2026-11-01T23:59:59Z", ("2026-10-25", "2026-10-31")),
    ("WEEK", TERMS, "2026-10-26T00:00:00Z", "2026-11-01T23:59:59Z", ("2026-10-25", "2026-10-31")),
    # The week of today is not over.
    ("WEEK", TRAFFIC, "2026-11-08T00:00:00Z", "2026-11-10T10:00:00Z", ("2026-11-01", "2026-11-07")),
    ("MONTH", TRAFFIC, "2026-10-01T00:00:00Z", "2026-10-30T23:59:59Z", ("2026-10-01", "2026-10-31")),
    ("QUARTER", TRAFFIC, "2026-06-01T00:00:00Z", "2026-08-31T23:59:59Z", ("2026-07-01", "2026-09-30")),
    ("YEAR", TRAFFIC, "2026-01-01T00:00:00Z", "2026-10-31T23:59:59Z", ("2025-01-01", "2025-12-31")),
    # A Monday to a Sunday are one week for most people, and one of Amazon's.
    ("WEEK", TRAFFIC, "2026-11-02T00:00:00Z", "2026-11-08T23:59:59Z", ("2026-11-01", "2026-11-07")),
    # Amazon makes whole weeks of these by itself: of the first none, and the second is not over.
    ("WEEK", "END_USER_DATA_REPORT", "2026-11-03T00:00:00Z", WEEK[1], ("2026-11-01", "2026-11-07")),
]


@pytest.mark.parametrize(("period", "report_type", "start", "end", "whole"), NOT_WHOLE)
def test_a_window_that_is_no_whole_period_is_refused_with_one_that_is(
    period: str, report_type: str, start: str, end: str, whole: tuple[str, str]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(by(period, report_type, start, end), now=NOW)
    assert str(refused.value) == (
        f"{report_type} by {period} {NEEDS} {WHOLE_DAYS[period]}, and {start[:10]} and {end[:10]} were found: "
        f"give {whole[0]} and {whole[1]}"
    )


@pytest.mark.parametrize(
    "raw",
    [
        # No entry, no rule.
        of(
            "GET_TYPE_OF_TOMORROW",
            "1999-01-01T00:00:00Z",
            options={"reportPeriod": "x"},
            marketplaceIds=[GERMANY, FRANCE],
        ),
        # An option that is not known of the type may be new.
        of(SALES, *WEEK, options={**VENDOR_OPTIONS, "currency": "EUR"}, unknownOptions="allow"),
        of(SALES, *WEEK, options=VENDOR_OPTIONS, sellingPartnerId="amzn1.vg.7"),
        # Data that is late is waited for.
        of("GET_VENDOR_REAL_TIME_TRAFFIC_REPORT", "2026-11-10T11:00:00Z", "2026-11-10T12:00:00Z"),
        of(ORDERS, "2026-10-01T00:00:00Z", "2026-10-31T00:00:00Z"),
        of(ORDERS, "2024-11-09T00:00:00Z", "2024-11-10T00:00:00Z"),
        of(ORDERS, period="last-30-days", scheduledTime="2026-11-10T06:00:00Z"),
        of("GET_MERCHANT_LISTINGS_ALL_DATA", "2001-01-01T00:00:00Z"),
    ],
)
def test_what_amazon_may_take_is_left_to_it(raw: dict[str, Any]) -> None:
    request = parse_request(raw, now=NOW)
    assert request["reportOptions"] == raw.get("reportOptions", {})
    assert request.get("dataStartTime") == raw.get("dataStartTime") or "period" in raw


def test_a_type_is_refused_from_the_day_of_its_removal_on() -> None:
    raw = of("GET_FBA_SNS_FORECAST_DATA")
    assert parse_request(raw, now=datetime(2025, 12, 10, 23, 59, tzinfo=UTC))["reportType"] == raw["reportType"]
    with pytest.raises(InvalidRequest, match="since 2025-12-11"):
        parse_request(raw, now=datetime(2025, 12, 11, tzinfo=UTC))


@pytest.mark.parametrize(
    ("period", "start", "end", "first", "last"),
    [
        ("WEEK", *WEEK, "2026-11-01", "2026-11-07"),
        ("WEEK", "2026-11-01T00:00:00Z", "2026-11-08T00:00:00Z", "2026-11-01", "2026-11-07"),
        ("WEEK", "2026-11-01T00:00:00Z", "2026-11-07T00:00:00Z", "2026-11-01", "2026-11-07"),
        ("WEEK", "2026-11-01T00:00:00-08:00", "2026-11-07T23:59:59-08:00", "2026-11-01", "2026-11-07"),
        ("WEEK", "2026-11-01T00:00:00-10:00", "2026-11-08T00:00:00-10:00", "2026-11-01", "2026-11-07"),
        ("WEEK", "2026-10-18T00:00:00Z", "2026-11-07T23:59:59Z", "2026-10-18", "2026-11-07"),
        ("MONTH", "2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-10-01", "2026-10-31"),
        ("MONTH", "2024-02-01T00:00:00Z", "2024-02-29T23:59:59Z", "2024-02-01", "2024-02-29"),
        ("QUARTER", "2026-07-01T00:00:00Z", "2026-09-30T23:59:59Z", "2026-07-01", "2026-09-30"),
        ("YEAR", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2025-01-01", "2025-12-31"),
        ("DAY", "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z", "2026-11-01", "2026-11-01"),
        ("DAY", "2026-11-01T08:30:00Z", "2026-11-03T09:00:00Z", "2026-11-01", "2026-11-03"),
    ],
)
def test_where_amazon_reads_days_it_is_asked_for_whole_days(
    period: str, start: str, end: str, first: str, last: str
) -> None:
    request = parse_request(by(period, TRAFFIC, start, end), now=NOW)
    assert (request["dataStartTime"], request["dataEndTime"]) == (f"{first}T00:00:00Z", f"{last}T23:59:59Z")


ALIGNED = st.sampled_from(["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"])
DAYS_END = date(2026, 11, 9)
DAYS = st.dates(date(2000, 1, 1), DAYS_END)


@given(ALIGNED, DAYS, st.integers(0, 400), st.integers(-12, 14))
def test_just_whole_periods_are_accepted_in_any_offset(period: str, first: date, more: int, hours: int) -> None:
    # As many days as one report spans.
    last = min(first + DAY * (more % {"DAY": 15, "WEEK": 49}.get(period, 400)), DAYS_END)
    offset = timezone(timedelta(hours=hours))
    start = datetime.combine(first, datetime.min.time(), offset)
    end = datetime.combine(last, datetime.min.time(), offset) + DAY - SECOND
    raw = by(period, TRAFFIC, start.isoformat(), end.isoformat())
    whole = first_day(period, first) == first and next_first_day(period, last) == last + DAY
    late = NOW + DAY
    if whole:
        request = parse_request(raw, now=late)
        assert (request["dataStartTime"], request["dataEndTime"][:10]) == (f"{first}T00:00:00Z", str(last))
        assert (request["firstDay"], request["lastDay"]) == (str(first), str(last))
    else:
        with pytest.raises(InvalidRequest, match=rf"needs .*{first} and {last} were found: give "):
            parse_request(raw, now=late)


RECENT = st.dates(date(2024, 1, 1), date(2026, 11, 9))


@given(st.sampled_from(["WEEK", "MONTH", "QUARTER"]), RECENT, RECENT, st.sampled_from([TRAFFIC, REPEAT, TERMS]))
def test_the_mend_is_accepted_and_no_whole_period_is_nearer(
    period: str, one: date, other: date, report_type: str
) -> None:
    first, last = sorted([one, other])
    if first_day(period, first) == first:
        first += DAY
        last = max(first, last)
    with pytest.raises(InvalidRequest, match="were found: give ") as refused:
        parse_request(by(period, report_type, f"{first}T00:00:01Z", f"{last}T11:00:00Z"), now=NOW)
    begin, end = str(refused.value).rpartition("give ")[2].split(" and ")
    accepted = parse_request(by(period, report_type, f"{begin}T00:00:00Z", f"{end}T23:59:59Z"), now=NOW)
    assert (accepted["firstDay"], accepted["lastDay"]) == (begin, end)
    if last - first < timedelta(days=7) and last < NOW.date() - DAY * 92:
        assert next_first_day(period, date.fromisoformat(begin)) == date.fromisoformat(end) + DAY


@pytest.mark.parametrize(
    ("report_type", "option", "period", "given", "read"),
    [
        ("GET_SALES_AND_TRAFFIC_REPORT", "dateGranularity", "WEEK", "2026-10-20 2026-10-29", "2026-10-18 2026-10-31"),
        ("GET_SALES_AND_TRAFFIC_REPORT", "dateGranularity", "MONTH", "2026-10-31 2026-10-31", "2026-10-01 2026-10-31"),
        ("GET_SALES_AND_TRAFFIC_REPORT", "dateGranularity", "DAY", "2026-10-31 2026-11-03", "2026-10-31 2026-11-03"),
        ("END_USER_DATA_REPORT", "reportPeriod", "WEEK", "2026-10-20 2026-11-07", "2026-10-25 2026-11-07"),
        ("END_USER_DATA_REPORT", "", "MONTH", "2026-08-31 2026-11-03", "2026-09-01 2026-10-31"),
    ],
)
def test_what_amazon_makes_of_days_is_asked_for_exactly(
    report_type: str, option: str, period: str, given: str, read: str
) -> None:
    first, last = given.split()
    raw = of(report_type, f"{first}T00:00:00+02:00", f"{last}T23:59:59+02:00", options=option and {option: period})
    request = parse_request(raw, now=NOW)
    assert f"{request['firstDay']} {request['lastDay']}" == read
    assert f"{request['dataStartTime'][:10]} {request['dataEndTime'][:10]}" == read
