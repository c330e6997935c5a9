"""A fleet whose ledger is the same on every day and machine: what became of each window is decided by its name."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from lambdas.dynamodb import to_item
from lambdas.landing.naming import path_of
from lambdas.ledger.item import Entry, encoded, report_key, request_key
from lambdas.request import report_types
from lambdas.request.window import days_of
from lambdas.schedules.expected_windows import expected_windows
from lambdas.schedules.report_config import ReportConfig, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.ledger.item import Outcome, Result
    from lambdas.payloads.request import Request
    from lambdas.schedules.expected_windows import ExpectedWindow

NOW = datetime(2026, 11, 20, 7, 42, tzinfo=UTC)
MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:reports"
RETENTION = timedelta(days=400)
ORDERS, SALES = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", "GET_SALES_AND_TRAFFIC_REPORT"
RETURNS, LISTINGS = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE", "GET_MERCHANT_LISTINGS_ALL_DATA"
VENDOR = "GET_VENDOR_SALES_REPORT"
CONFIG = f"""
[[sellingPartners]]
name = "Acme Europe"
sellingPartnerId = "A2ACMEEUROPE1"
account = "seller"
marketplaceIds = ["DE", "FR", "IT"]

[[sellingPartners]]
name = "Acme US"
sellingPartnerId = "A3ACMEUSA4711"
account = "seller"
marketplaceIds = ["US"]

[[sellingPartners]]
name = "Globex"
sellingPartnerId = "A1GLOBEXLTD42"
account = "seller"
marketplaceIds = ["UK"]

[[sellingPartners]]
name = "Hooli Japan"
sellingPartnerId = "A4HOOLIJAPAN9"
account = "seller"
marketplaceIds = ["JP"]

[[sellingPartners]]
name = "Initech Vendor"
sellingPartnerId = "amzn1.vg.1234567"
account = "vendor"
marketplaceIds = ["DE"]

[[reports]]
reportType = "{ORDERS}"
period = "previous-day"
schedule = "cron(0 6 * * ? *)"
timeZone = "Europe/Berlin"
lookbackDays = 3

[[reports]]
reportType = "{SALES}"
reportOptions = {{ dateGranularity = "DAY", asinGranularity = "CHILD" }}
period = "previous-day"
delayDays = 1
schedule = "cron(30 6 * * ? *)"
timeZone = "Europe/Berlin"

[[reports]]
reportType = "{RETURNS}"
period = "previous-day"
schedule = "cron(0 9 * * ? *)"
timeZone = "Europe/Berlin"

[[reports]]
reportType = "{LISTINGS}"
schedule = "cron(0 5 * * ? *)"

[[reports]]
reportType = "{VENDOR}"
reportOptions = {{ reportPeriod = "WEEK", distributorView = "MANUFACTURING", sellingProgram = "RETAIL" }}
period = "previous-week"
schedule = "cron(0 8 ? * WED *)"
timeZone = "Europe/Berlin"
"""
LARGE_PARTNER = """
[[sellingPartners]]
name = "Client {number:03}"
sellingPartnerId = "A1CLIENT{number:04}"
account = "seller"
marketplaceIds = ["DE"]
"""
LARGE_REPORT = """
[[reports]]
reportType = "{report_type}"
period = "previous-day"
schedule = "cron(0 6 * * ? *)"
"""
LARGE_TYPES = [
    name
    for name in report_types.names()
    if name.startswith(("GET_FLAT_FILE", "GET_FBA"))
    and report_types.get(name).mode == "request"
    and report_types.get(name).window.min_start_age_hours is None
    and report_types.get(name).deprecated_on is None
][:20]
FATAL = "The report data for the requested date range is not yet available"
WARNING = {
    "code": "ROWS",
    "severity": "warning",
    "sentence": "It has 12 rows; the reports before it had 214 (median of 20).",
    "details": {},
}
ERROR = {
    "code": "FORMAT",
    "severity": "error",
    "sentence": "It is an HTML page, and reports of this type are TSV.",
    "details": {},
}


@dataclass(frozen=True)
class DemoFleet:
    """A configuration, and a ledger of so many days up to NOW."""

    report_config: ReportConfig
    days: int

    @classmethod
    def small(cls) -> DemoFleet:
        """Return the fleet that the documentation shows."""
        return cls(parse(CONFIG), 75)

    @classmethod
    def large(cls, *, partners: int, days: int = 365) -> DemoFleet:
        """Return a fleet of so many selling partners with twenty report types each, so many days old."""
        tables = "".join(LARGE_PARTNER.format(number=number) for number in range(partners))
        return cls(parse(tables + "".join(LARGE_REPORT.format(report_type=each) for each in LARGE_TYPES)), days)

    def alone(self, partner: str, report_type: str) -> DemoFleet:
        """Return the fleet of one selling partner and type."""
        partners = tuple(each for each in self.report_config.selling_partners if each.selling_partner_id == partner)
        reports = tuple(
            replace(each, selling_partners=partners)
            for each in self.report_config.reports
            if each.report_type == report_type
        )
        return DemoFleet(ReportConfig(selling_partners=partners, reports=reports), self.days)

    @cached_property
    def windows(self) -> list[ExpectedWindow]:
        """All windows that were due, the last one last."""
        found = expected_windows(
            self.report_config, since=NOW - timedelta(days=self.days), now=NOW + timedelta(minutes=15)
        )
        return sorted(found, key=lambda window: (window.start.input["scheduledTime"], window.start.name))

    def items(self) -> Iterator[dict[str, Any]]:
        """Yield the ledger's items as DynamoDB has them."""
        for window in self.windows:
            if entry := entry_of(window):
                yield item_of(window.request, entry)
                if entry.report_id:
                    key = report_key(window.request, entry.report_id)
                    yield {**key, "request": request_key(window.request)["entry"]}


def entry_of(window: ExpectedWindow) -> Entry | None:
    """Return what became of a window; None of one that nobody has asked for."""
    due, fate = datetime.fromisoformat(window.start.input["scheduledTime"]), fate_of(window)
    if fate == "MISSING":
        return None
    ended = fate not in ("REQUESTED", "QUEUED")
    seconds = 180 + number_of(window.start.name, 900)
    report_id = str(50_000_000_000 + number_of(window.start.name, 999_999))
    return Entry(
        status=cast("Outcome", fate),
        execution=MACHINE.replace(":stateMachine:", ":execution:") + ":" + window.start.name,
        claimed_at=due,
        updated_at=due + timedelta(seconds=seconds if ended else 70),
        version=3,
        attempts=1,
        report_id=report_id,
        result=cast("Result", result_of(window, fate, report_id, seconds)) if ended else None,
    )


def fate_of(window: ExpectedWindow) -> str:
    """Return the status that a window has ended with, or has."""
    request, name = window.request, window.start.name
    first = date.fromisoformat(days_of(request)[0])
    partner, report_type = request["sellingPartnerId"], request["reportType"]
    if partner == "A1GLOBEXLTD42" and report_type == SALES and date(2026, 11, 9) <= first <= date(2026, 11, 13):
        return "MISSING"
    if partner == "A4HOOLIJAPAN9" and first < date(2026, 10, 12):
        return "MISSING"
    if NOW - datetime.fromisoformat(window.start.input["scheduledTime"]) < timedelta(hours=2.5) and _is(window, 3):
        return "REQUESTED"
    if partner == "A3ACMEUSA4711" and report_type == SALES and first == date(2026, 11, 18):
        return "FATAL"
    if report_type == RETURNS and number_of(name, 4) == 0:
        return "NO_DATA"
    return "FATAL" if number_of(name + "fate", 70) == 0 else "LANDED"


def result_of(window: ExpectedWindow, fate: str, report_id: str, seconds: int) -> dict[str, Any]:
    """Return the result that an execution has ended with."""
    request, name = window.request, window.start.name
    keys = ("sellingPartnerId", "reportType", "marketplaceIds", "reportOptions", "firstDay", "lastDay", "timeZone")
    asked: dict[str, Any] = {key: value for key, value in request.items() if key in keys} | {"reportId": report_id}
    if fate == "NO_DATA":
        return {
            **asked,
            "outcome": "NO_DATA",
            "reason": "Amazon cancelled the report: there is nothing for this window.",
        }
    if fate == "FATAL":
        return {**asked, "outcome": "FATAL", "reason": "NOT_YET_AVAILABLE", "cause": FATAL}
    rows = 180 + number_of(name, 140)
    findings = (
        [WARNING] if number_of(name + "found", 45) == 0 else [ERROR] if number_of(name + "found", 160) == 1 else []
    )
    made: Any = {"request": request, "poll": {"reportId": report_id}, "report": {"createdTime": NOW.isoformat()}}
    path = path_of(made)
    return {
        **asked,
        "outcome": "LANDED",
        "bucket": "reportflow-reports",
        "key": f"reports/{path}.tsv.gz",
        "manifestKey": f"manifests/{path}.json",
        "bytes": rows * 97,
        "rows": 12 if findings == [WARNING] else rows,
        "charset": "UTF-8",
        "sha256": hashlib.sha256(name.encode()).hexdigest(),
        "secondsToLand": seconds,
        "suspectEmpty": False,
        "findings": findings,
        "changed": True if _is(window, 9) else None,
    }


def item_of(request: Request, entry: Entry) -> dict[str, Any]:
    """Return the item that the ledger has of a request."""
    expires = int((entry.updated_at + RETENTION).timestamp())
    more = to_item({"request": json.dumps(request, sort_keys=True), "expiresAt": expires})
    return {**request_key(request), **encoded(entry), **more}


def number_of(name: str, below: int) -> int:
    """Return a number that is always the same of this name."""
    return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % below


def _is(window: ExpectedWindow, one_in: int) -> bool:
    return number_of(window.start.name + "is", one_in) == 0
