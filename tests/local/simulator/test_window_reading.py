"""What Amazon makes of a window, by type; and the document that says which dates, hours or instants it holds."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from local.simulator import Simulator
from local.simulator.specification import parse_specification
from local.simulator.window_document import document_of
from local.simulator.window_reading import CLIENT_ERROR, read_window
from tests.testing.simulator_client import Client

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)
TRAFFIC, END_USER = "GET_SALES_AND_TRAFFIC_REPORT", "END_USER_DATA_REPORT"
VENDOR, TERMS = "GET_VENDOR_SALES_REPORT", "GET_BRAND_ANALYTICS_SEARCH_TERMS_REPORT"
STOCK, VISITS = "GET_VENDOR_REAL_TIME_INVENTORY_REPORT", "GET_VENDOR_REAL_TIME_TRAFFIC_REPORT"
FEES, VIEWS = "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA", "MARKETPLACE_ASIN_PAGE_VIEW_METRICS"
LISTINGS, TAXES = "GET_MERCHANT_LISTINGS_ALL_DATA", "SC_VAT_TAX_REPORT"


def body(report_type: str, *window: str, **options: str) -> dict[str, Any]:
    """Return the body of createReport; a date is midnight in UTC."""
    times = (time if "T" in time else f"{time}T00:00:00Z" for time in window)
    dates = dict(zip(("dataStartTime", "dataEndTime"), times, strict=False))
    return {"reportType": report_type, "marketplaceIds": ["A1PA6795UKMFR9"], **dates, "reportOptions": options}


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        # The time is ignored: the local midnight of 23 October in Berlin is the day before.
        (body(TRAFFIC, "2026-10-22T22:00:00Z", "2026-10-23T21:59:59Z"), "2026-10-22 2026-10-23"),
        (body(TRAFFIC, "2026-10-23", "2026-10-23"), "2026-10-23 2026-10-23"),
        (body(TRAFFIC, "2026-10-20", "2026-10-29", dateGranularity="WEEK"), "2026-10-18 2026-10-31"),
        (body(TRAFFIC, "2026-10-31", "2026-11-01", dateGranularity="MONTH"), "2026-10-01 2026-11-30"),
        (body(END_USER, "2026-10-20", "2026-11-07", reportPeriod="WEEK"), "2026-10-25 2026-11-07"),
        (body(END_USER, "2026-08-31", "2026-11-03"), "2026-09-01 2026-10-31"),
        (body(END_USER, "2025-01-01", "2026-11-03", reportPeriod="DAY"), "2025-01-01 2025-12-31"),
        (body(VENDOR, "2026-10-25", "2026-11-07", reportPeriod="WEEK"), "2026-10-25 2026-11-07"),
        (body(VIEWS, "2026-11-03", "2026-11-10"), "2026-11-03 2026-11-10"),
        (body(TAXES, "2026-10-01", "2026-10-01T23:59:59Z"), "2026-10-01 2026-10-01"),
        (body(STOCK, "2026-11-09T10:30:00Z", "2026-11-09T13:30:00Z"), "2026-11-09T11:00:00Z 2026-11-09T12:00:00Z"),
        (body(STOCK, "2026-11-09T10:00:00Z", "2026-11-09T11:59:59Z"), "2026-11-09T10:00:00Z 2026-11-09T10:00:00Z"),
        (body(LISTINGS, "2026-10-01", "2026-10-02"), "2026-11-10 2026-11-10"),
        (body(FEES, "2026-11-07T12:00:00Z"), "2026-11-10 2026-11-10"),
        (
            body("GET_LEDGER_DETAIL_VIEW_DATA", "2026-10-22T22:00:00Z", "2026-10-23T21:59:59Z"),
            "2026-10-22T22:00:00Z 2026-10-23T21:59:59Z",
        ),
    ],
)
def test_what_is_read(asked: dict[str, Any], held: str) -> None:
    specification = parse_specification(asked, now=NOW)
    reading = read_window(specification, now=NOW)
    assert reading.outcome == "DONE"
    assert f"{reading.rows[0]} {reading.rows[-1]}" == held
    text = gzip.decompress(document_of(specification, reading).body).decode()
    assert all(row in text for row in reading.rows)


@pytest.mark.parametrize(
    ("asked", "outcome"),
    [
        (body(TRAFFIC), "FATAL"),
        (body(TRAFFIC, "2024-11-01", "2024-11-02"), "CANCELLED"),
        (body(END_USER, "2026-10-20", "2026-10-23", reportPeriod="WEEK"), "CANCELLED"),
        (body(VENDOR, "2026-10-26", "2026-11-01", reportPeriod="WEEK"), "FATAL"),
        (body(VENDOR, "2026-10-25", "2026-11-01", reportPeriod="WEEK"), "FATAL"),
        (body(VENDOR, "2026-10-25", "2026-10-31"), "FATAL"),
        (body(TERMS, "2026-10-25", "2026-11-07", reportPeriod="WEEK"), "FATAL"),
        (body(VIEWS, "2026-11-02", "2026-11-03"), "CANCELLED"),
        (body(TAXES, "2026-10-01", "2026-10-01"), "CANCELLED"),
        (body(STOCK, "2026-11-09T10:10:00Z", "2026-11-09T11:50:00Z"), "FATAL"),
        (body(STOCK, "2026-11-08T10:00:00Z", "2026-11-09T11:00:00Z"), "FATAL"),
        (body(STOCK, "2026-11-03T10:00:00Z", "2026-11-03T11:00:00Z"), "FATAL"),
        (body(VISITS, "2026-11-10T10:00:00Z", "2026-11-10T11:30:00Z"), "FATAL"),
        (body(FEES), "FATAL"),
        (body(FEES, "2026-11-01", "2026-11-09"), "FATAL"),
    ],
)
def test_what_comes_to_nothing(asked: dict[str, Any], outcome: str) -> None:
    assert read_window(parse_specification(asked, now=NOW), now=NOW).outcome == outcome


def test_a_fatal_report_says_so_and_a_done_one_what_it_holds(simulator: Simulator, client: Client) -> None:
    options = {"reportPeriod": "WEEK"}
    monday = client.created(VENDOR, **times("2024-01-01", "2024-01-07"), reportOptions=options)
    sunday = client.created(VENDOR, **times("2024-01-07", "2024-01-13"), reportOptions=options)
    reports = {report["reportId"]: report for report in (ended(client, monday), ended(client, sunday))}
    assert [reports[each]["processingStatus"] for each in (monday, sunday)] == ["FATAL", "DONE"]
    said, held = (content(client, reports[each]["reportDocumentId"]) for each in (monday, sunday))
    assert said == {"errorDetails": CLIENT_ERROR}
    assert held["reportSpecification"]["dataStartTime"] == "2024-01-07"
    assert [(row["startDate"], row["endDate"]) for row in held["salesAggregate"]] == [("2024-01-07", "2024-01-13")]


def times(first: str, last: str) -> dict[str, str]:
    return {"dataStartTime": f"{first}T00:00:00Z", "dataEndTime": f"{last}T23:59:59Z"}


def ended(client: Client, report_id: str) -> dict[str, Any]:
    *_, last = (client.get(report_id).json() for _ in range(3))
    return dict(last)


def content(client: Client, document_id: str) -> Any:
    return json.loads(gzip.decompress(client.download(client.document(document_id).json()["url"]).data))
