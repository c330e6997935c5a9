"""What createReport and getReports accept, and how Amazon complains (Reports API model 2021-06-30, live messages)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from local.simulator.report_types import NOT_REQUESTABLE
from local.simulator.responses import Refused, invalid

RETENTION = timedelta(days=90)
STATUSES = {"CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE"}


@dataclass(frozen=True, kw_only=True)
class Specification:
    """An accepted createReport body; `received` is the body itself, reportOptions included."""

    report_type: str
    marketplace_ids: list[str]
    data_start: datetime
    data_end: datetime
    received: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ReportFilter:
    """An accepted getReports query."""

    report_types: list[str]
    processing_statuses: list[str]
    marketplace_ids: list[str]
    page_size: int
    created_since: datetime
    created_until: datetime


def parse_specification(body: object, *, now: datetime) -> Specification:
    """Read the body of createReport. Raises Refused as Amazon refuses it, 500 for a reportType that is no string."""
    if not isinstance(body, dict):
        raise invalid("Could not parse the request body as a JSON object")
    missing = [name for name in ("marketplaceIds", "reportType") if not body.get(name)]
    if missing:
        raise invalid("One or more required parameters missing", details="".join(f"{name};" for name in missing))
    report_type = body["reportType"]
    if not isinstance(report_type, str):
        raise Refused(status=500)
    check_lists(body)
    start, end = (parse_time(body, name, default=now) for name in ("dataStartTime", "dataEndTime"))
    if start > end:
        raise invalid("dataStartTime is after dataEndTime")
    if end > now:
        raise invalid("dataEndTime is after the current time")
    if report_type in NOT_REQUESTABLE:
        raise invalid(f"Request for report type {report_type} is not allowed at this time")
    return Specification(
        report_type=report_type,
        marketplace_ids=body["marketplaceIds"],
        data_start=start,
        data_end=end,
        received=body,
    )


def check_lists(body: Mapping[str, Any]) -> None:
    """Check marketplaceIds and reportOptions. Raises Refused (400)."""
    marketplaces, options = body["marketplaceIds"], body.get("reportOptions", {})
    if not isinstance(marketplaces, list) or not all(isinstance(each, str) for each in marketplaces):
        raise invalid("marketplaceIds is not a list of strings")
    if len(marketplaces) > 25:
        raise invalid(f"marketplaceIds has {len(marketplaces)} items; at most 25 are allowed")
    if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
        raise invalid("reportOptions is not a map of strings to strings")


def parse_filter(query: MultiDict[str, str], *, now: datetime) -> ReportFilter:
    """Read the query of getReports without nextToken. Raises Refused (400)."""
    report_types = values(query, "reportTypes", most=10)
    if not report_types:
        raise invalid("Either reportTypes or nextToken is required")
    statuses = values(query, "processingStatuses", most=len(STATUSES))
    if not STATUSES.issuperset(statuses):
        raise invalid("Invalid input in processing status")
    page_size = query.get("pageSize", "10")
    if not page_size.isdecimal() or not 1 <= int(page_size) <= 100:
        raise invalid(f"pageSize is {page_size}; allowed are 1 to 100")
    since = parse_time(query, "createdSince", default=now - RETENTION)
    if since < now - RETENTION:
        raise invalid(f"RequestedFromDate {since.isoformat()} is more than 90 days old")
    return ReportFilter(
        report_types=report_types,
        processing_statuses=statuses,
        marketplace_ids=values(query, "marketplaceIds", most=10),
        page_size=int(page_size),
        created_since=since,
        created_until=parse_time(query, "createdUntil", default=now),
    )


def values(query: MultiDict[str, str], name: str, *, most: int) -> list[str]:
    """Split a comma-joined array; the same parameter twice is not how Amazon takes arrays."""
    if len(query.getlist(name)) > 1:
        raise invalid(f"{name} is given more than once; join its values by commas")
    values = [value for value in query.get(name, "").split(",") if value]
    if len(values) > most:
        raise invalid(f"{name} has {len(values)} values; at most {most} are allowed")
    return values


def parse_time(source: Mapping[str, Any], name: str, *, default: datetime) -> datetime:
    """Read an ISO 8601 time, UTC where it names no offset. Raises Refused (400)."""
    text = source.get(name)
    if text is None:
        return default
    try:
        time = datetime.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise invalid(f"{name} is not an ISO 8601 date and time") from error
    return time if time.tzinfo else time.replace(tzinfo=UTC)
