"""Gaps: the windows that the configuration makes one expect, held against the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.request import report_types
from lambdas.schedules.expected_windows import expected_windows
from lambdas.schedules.missing_periods import MissingPeriod, missing_periods
from lambdas.schedules.scheduled_executions import ScheduledExecution, in_background

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.ledger.item import Entry
    from lambdas.ledger.table import Ledger
    from lambdas.schedules.report_config import ReportConfig

DAYS = 30
# Longer than an execution lasts: nobody is at work on it any more.
STALE = timedelta(days=7)
NOT_MET = "the periods of two reports that Amazon made do not meet: a discovery has not found what is between them"
LANDED, NO_DATA, IN_FLIGHT, FAILED, MISSING = KINDS = ("landed", "no data", "in flight", "failed", "missing")
BY_STATUS = {
    "LANDED": LANDED,
    "NO_DATA": NO_DATA,
    "CANCELLED_ELSEWHERE": NO_DATA,
    **dict.fromkeys(("QUEUED", "CLAIMED", "REQUESTED", "ASK_AGAIN"), IN_FLIGHT),
}


class Gaps(NamedTuple):
    """`found` as JSON has it: how many windows of each kind, by selling partner and type, and those not there.

    `missing` are the executions that would ask for what nobody has asked for.
    """

    found: dict[str, Any]
    missing: list[ScheduledExecution]


def find_gaps(report_config: ReportConfig, *, ledger: Ledger, now: datetime, days: int = DAYS) -> Gaps:
    """Return the gaps among the windows that were due in the last days."""
    since = now - timedelta(days=days)
    windows = list(expected_windows(report_config, since=since, now=now))
    counted: dict[tuple[str, str, str], Counter[str]] = {}
    gaps, missing = [], []
    for window, entry in zip(windows, ledger.entries([window.request for window in windows]), strict=True):
        partner, kind = window.start.partner, kind_of(entry, now=now)
        row = partner.name, partner.selling_partner_id, window.request["reportType"]
        counted.setdefault(row, Counter())[kind] += 1
        if kind in (FAILED, MISSING):
            reason = entry.result.get("reason") if entry and entry.result else window.skipped
            gaps.append({"kind": kind, "reason": reason, "input": window.start.input})
        if kind == MISSING:
            missing.append(in_background(window.start))
    for row, kinds, its_gaps in _consecutive(report_config, ledger=ledger, since=since):
        counted.setdefault(row, Counter()).update(kinds)
        gaps += its_gaps
    found = {
        "since": since.isoformat(timespec="seconds"),
        "until": now.isoformat(timespec="seconds"),
        "reports": [
            {"sellingPartner": name, "sellingPartnerId": partner_id, "reportType": report_type}
            | {kind: kinds[kind] for kind in KINDS}
            for (name, partner_id, report_type), kinds in sorted(counted.items())
        ],
        "gaps": gaps,
    }
    return Gaps(found, missing)


def _consecutive(
    report_config: ReportConfig, *, ledger: Ledger, since: datetime
) -> Iterator[tuple[tuple[str, str, str], dict[str, int], list[dict[str, Any]]]]:
    """Yield, of each selling partner and type that Amazon makes in one period after another, what landed and lacks."""
    reports = [each for reports in report_config.timings.values() for each in reports]
    wanted = {
        (partner.name, partner.selling_partner_id, report.report_type): None
        for report in reports
        if report_types.get(report.report_type).consecutive
        for partner in report.selling_partners
    }
    for row in wanted:
        landed = list(ledger.landed(*row[1:]))
        lacking = [each for each in missing_periods(landed) if each.end >= since]
        within = [one for one in landed if "dataEndTime" in one and datetime.fromisoformat(one["dataEndTime"]) >= since]
        gaps = [{"kind": MISSING, "reason": NOT_MET, "input": _input_of(row, each)} for each in lacking]
        if within or gaps:
            yield row, {LANDED: len(within), MISSING: len(gaps)}, gaps


def _input_of(row: tuple[str, str, str], missing: MissingPeriod) -> dict[str, Any]:
    return {
        "sellingPartnerId": row[1],
        "reportType": row[2],
        "marketplaceIds": list(missing.marketplace_ids),
        "dataStartTime": missing.start.isoformat(),
        "dataEndTime": missing.end.isoformat(),
    }


def kind_of(entry: Entry | None, *, now: datetime) -> str:
    """Return which of KINDS a window is."""
    if entry is None:
        return MISSING
    kind = BY_STATUS.get(entry.status, FAILED)
    return FAILED if kind == IN_FLIGHT and now - entry.updated_at > STALE else kind
