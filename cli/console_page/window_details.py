"""What is known of the windows behind a cell: how each ended, its versions, rows, findings, file and execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cli.console_page.grid import DUE
from cli.console_page.preview import RESTRICTED
from cli.errors import CommandFailed
from cli.ledger_query import LedgerFilter, rows
from cli.manifests import manifest_at
from lambdas.gaps import kind_of
from lambdas.request.window import days_of
from lambdas.spapi.regions import country_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from cli.console_page.expectations import Expected
    from cli.ledger_query import LedgerRow
    from cli.stack import DeployedStack

# Each costs a read of S3.
WITH_VERSIONS = 8
VERSION_KEYS = ("reportId", "versionId", "landedAt", "rows", "bytes")
# Of a month of hourly windows nobody reads each.
MOST = 60
LANDED_KEYS = (
    "key",
    "manifestKey",
    "bucket",
    "rows",
    "bytes",
    "charset",
    "sha256",
    "changed",
    "secondsToLand",
    "supersededBy",
)


def known_windows(
    deployed: DeployedStack, partner: str, report_type: str, *, first: date, last: date, now: datetime
) -> list[dict[str, Any]]:
    """Return the windows that the ledger has of these days, the first ones first."""
    found = rows(deployed, LedgerFilter(partner, report_type, until=last.isoformat()))
    within = [row for row in found if days_of(row.request)[1] >= first.isoformat()]
    windows = [_known(row, now=now) for row in sorted(within, key=lambda row: (row.day, row.request["marketplaceIds"]))]
    for window in [each for each in windows if "manifestKey" in each][:WITH_VERSIONS]:
        window["earlier"] = _earlier(deployed, window)
    return windows


def _earlier(deployed: DeployedStack, window: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the versions of a window before the latest one, the newest first, by its manifest.

    What is restricted stays unread, manifests too.
    """
    if window["key"].startswith(RESTRICTED):
        return []
    try:
        manifest = manifest_at(deployed, window["manifestKey"], of=window["key"])
    except CommandFailed:
        return []  # it has expired, or a deployment before this one has landed it
    found: list[dict[str, Any]] = manifest.get("earlier", [])
    return [{key: one.get(key) for key in VERSION_KEYS} for one in found]


def expected_windows(open_windows: Iterable[tuple[Expected, str]]) -> list[dict[str, Any]]:
    """Return the windows that nobody has asked for yet, in the same form."""
    return [
        {
            "kind": kind,
            "status": None,
            "first": window.first,
            "last": window.last,
            "timeZone": window.input.get("timeZone"),
            "marketplaces": countries(window.marketplaces),
            "options": dict(window.input.get("reportOptions", {})),
            "due": window.due.timestamp() if kind == DUE else None,
            "reason": window.skipped,
        }
        for window, kind in open_windows
    ]


def countries(marketplace_ids: Iterable[str]) -> list[str]:
    """Return marketplaces as people call them."""
    return sorted(map(country_of, marketplace_ids))


def _known(row: LedgerRow, *, now: datetime) -> dict[str, Any]:
    request, entry = row.request, row.entry
    first, last = days_of(request)
    result: dict[str, Any] = dict(entry.result or {})
    return {
        "kind": kind_of(entry, now=now),
        "status": entry.status,
        "first": first,
        "last": last,
        "timeZone": request.get("timeZone"),
        "marketplaces": countries(request["marketplaceIds"]),
        "options": request["reportOptions"],
        "execution": entry.execution.rpartition(":")[2],
        "reportId": entry.report_id,
        "updated": entry.updated_at.timestamp(),
        "notBefore": entry.not_before.timestamp() if entry.not_before else None,
        "attempts": entry.attempts,
        "reason": result.get("cause") or result.get("reason"),
        "findings": [
            {"code": each["code"], "severity": each["severity"], "sentence": each["sentence"]}
            for each in result.get("findings") or ()
        ],
        "earlier": [],
        **{key: result[key] for key in LANDED_KEYS if result.get(key) is not None},
    }
