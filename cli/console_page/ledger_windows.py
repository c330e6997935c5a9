"""What the ledger knows of a selling partner's windows of one report type, in a form small enough to keep for many."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from cli.ledger_query import REQUEST
from lambdas.gaps import LANDED, MISSING, kind_of
from lambdas.ledger.item import Entry
from lambdas.request import report_types
from lambdas.request.window import days_of
from lambdas.schedules.missing_periods import missing_periods

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.stack import DeployedStack
    from lambdas.schedules.missing_periods import MissingPeriod

ATTRIBUTES = ("entry", "request", "status", "execution", "updatedAt", "expiresAt", "result")
# Shorter windows are parts of a day: one of them says nothing about the others.
WHOLE_DAY = timedelta(hours=22)


class LedgerWindow(NamedTuple):
    """A window that was asked for. Days are ISO 8601, by the request's own calendar."""

    entry: str
    """Its key in the ledger; "" of what lacks between reports that Amazon makes one after another."""
    first: str
    last: str
    kind: str
    severity: str
    """The worst of its findings: "", "warning" or "error"."""
    marketplaces: frozenset[str]
    whole: bool
    """Whether it has all of its days."""


@dataclass(frozen=True)
class LedgerRow:
    """All windows of a selling partner and report type, and when the ledger begins to forget."""

    windows: tuple[LedgerWindow, ...]
    remembered_since: datetime | None
    unreadable: int
    """Items that nobody can read."""


def read_row(deployed: DeployedStack, partner: str, report_type: str, *, now: datetime) -> LedgerRow:
    """Return a row, in one query."""
    windows, landed, unreadable, remembered = [], [], 0, None
    follow_each_other = report_types.get(report_type).consecutive
    for item in _items(deployed, partner, report_type):
        try:
            result = json.loads(item["result"]["S"]) if "S" in item.get("result", {}) else None
            windows.append(_window(item, result, now=now))
            if "expiresAt" in item:
                kept_for = int(item["expiresAt"]["N"]) - _instant(item["updatedAt"]["S"]).timestamp()
                remembered = now - timedelta(seconds=kept_for)
        # One that nobody can read, of another version or of another hand, must not hide the others.
        except (ValueError, KeyError, TypeError, RecursionError):
            unreadable += 1
            continue
        if follow_each_other and windows[-1].kind == LANDED and result:
            landed.append(result)
    return LedgerRow((*windows, *map(_between, missing_periods(landed))), remembered, unreadable)


def _items(deployed: DeployedStack, partner: str, report_type: str) -> Iterator[dict[str, Any]]:
    pages: Any = deployed.dynamodb.get_paginator("query").paginate(
        TableName=deployed.ledger,
        KeyConditionExpression="sellingPartnerId = :partner AND begins_with(entry, :beginning)",
        ExpressionAttributeValues={":partner": {"S": partner}, ":beginning": {"S": f"{REQUEST}{report_type}#"}},
        ProjectionExpression=", ".join(f"#{name}" for name in ATTRIBUTES),
        ExpressionAttributeNames={f"#{name}": name for name in ATTRIBUTES},
    )
    for page in pages:
        yield from page["Items"]


def _between(missing: MissingPeriod) -> LedgerWindow:
    """Return what lacks between two of Amazon's own reports."""
    days = missing.start.date().isoformat(), missing.end.date().isoformat()
    return LedgerWindow("", *days, MISSING, "", frozenset(missing.marketplace_ids), whole=True)


def _window(item: dict[str, Any], result: Any, *, now: datetime) -> LedgerWindow:
    request = json.loads(item["request"]["S"])
    first, last = days_of(request)
    updated = _instant(item["updatedAt"]["S"])
    entry = Entry(
        status=item["status"]["S"],
        execution=item["execution"]["S"],
        claimed_at=updated,
        updated_at=updated,
        version=0,
    )
    return LedgerWindow(
        item["entry"]["S"],
        intern(first),
        intern(last),
        intern(kind_of(entry, now=now)),
        intern(worst(result)),
        frozenset(map(intern, request["marketplaceIds"])),
        whole=_is_whole(request),
    )


def worst(result: Any) -> str:
    """Return the worst severity of a result's findings, those for information aside."""
    found = {finding["severity"] for finding in (result or {}).get("findings") or ()}
    return next((severity for severity in ("error", "warning") if severity in found), "")


def _is_whole(request: dict[str, Any]) -> bool:
    if "dataStartTime" not in request or "dataEndTime" not in request:
        return False
    return _instant(request["dataEndTime"]) - _instant(request["dataStartTime"]) >= WHOLE_DAY


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
