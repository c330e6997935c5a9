"""Gaps: the windows that the configuration makes one expect, held against the ledger."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.request import report_types
from lambdas.schedules.expected_windows import expected_windows
from lambdas.schedules.missing_periods import MissingPeriod, missing_periods
from lambdas.schedules.scheduled_executions import ScheduledExecution, in_background

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambdas.ledger.item import Entry
    from lambdas.ledger.table import Ledger
    from lambdas.schedules.expected_windows import ExpectedWindow
    from lambdas.schedules.report_config import ReportConfig

DAYS = 30
# Nobody reads each of more gaps than these, and the function's memory is limited; the rest is counted.
MOST = 10_000
# As many items as DynamoDB returns at once.
BATCH = 100
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


class Unfinished(NamedTuple):
    """A scheduled window, and what the ledger has of it: nothing where an execution failed before it could write."""

    start: ScheduledExecution
    entry: Entry | None

    @property
    def due(self) -> datetime:
        """When its execution was due."""
        return datetime.fromisoformat(self.start.input["scheduledTime"])

    @property
    def since(self) -> datetime:
        """Since when nothing has been written of it."""
        return self.entry.updated_at if self.entry else self.due


class Gaps(NamedTuple):
    """What a look at the ledger has found.

    `found` is as JSON has it: how many windows of each kind, by selling partner and type, and the gaps. `missing` are
    the executions that would ask for what nobody has asked for, and `missing_lately` counts those due since `lately`.
    `unfinished` are the windows that somebody has asked for, and that have neither landed nor no data, and the missing
    ones due since `lately`. Of gaps, of missing and of unfinished ones there are MOST at most.
    """

    found: dict[str, Any]
    missing: list[ScheduledExecution]
    missing_lately: int
    unfinished: list[Unfinished]


def find_gaps(
    report_config: ReportConfig, *, ledger: Ledger, now: datetime, days: int = DAYS, lately: datetime | None = None
) -> Gaps:
    """Return the gaps among the scheduled windows, in one pass.

    Args:
        report_config: its schedules say which windows are expected.
        ledger: has what became of each.
        now: the windows that were due before it are looked at.
        days: how far back, in days.
        lately: `missing_lately` counts the missing windows that were due since then; none without it.
    """
    since, missing_lately, more = now - timedelta(days=days), 0, 0
    counted: dict[tuple[str, str, str], Counter[str]] = {}
    gaps: list[dict[str, Any]] = []
    missing: list[ScheduledExecution] = []
    unfinished: list[Unfinished] = []
    for window, entry in _with_entries(expected_windows(report_config, since=since, now=now), ledger):
        partner, kind = window.start.partner, kind_of(entry, now=now)
        row = partner.name, partner.selling_partner_id, window.request["reportType"]
        counted.setdefault(row, Counter())[kind] += 1
        wanted = Unfinished(window.start, entry)
        is_late = kind == MISSING and lately is not None and not window.skipped and wanted.due >= lately
        if (is_late or (entry and kind in (IN_FLIGHT, FAILED))) and len(unfinished) < MOST:
            unfinished.append(wanted)
        if kind == MISSING:
            missing_lately += lately is not None and wanted.due >= lately
            if len(missing) < MOST:
                missing.append(in_background(window.start))
        if kind in (FAILED, MISSING):
            if len(gaps) < MOST:
                reason = entry.result.get("reason") if entry and entry.result else window.skipped
                gaps.append({"kind": kind, "reason": reason, "input": window.start.input})
            else:
                more += 1
    for row, kinds, its_gaps in _consecutive(report_config, ledger=ledger, since=since):
        counted.setdefault(row, Counter()).update(kinds)
        more += max(0, len(gaps) + len(its_gaps) - MOST)
        gaps += its_gaps[: max(0, MOST - len(gaps))]
    found = {
        "since": since.isoformat(timespec="seconds"),
        "until": now.isoformat(timespec="seconds"),
        "reports": _rows(counted),
        "gaps": gaps,
        "moreGaps": more,
    }
    return Gaps(found, missing, missing_lately, unfinished)


def _rows(counted: Mapping[tuple[str, str, str], Counter[str]]) -> list[dict[str, Any]]:
    return [
        {"sellingPartner": name, "sellingPartnerId": partner_id, "reportType": report_type}
        | {kind: kinds[kind] for kind in KINDS}
        for (name, partner_id, report_type), kinds in sorted(counted.items())
    ]


def _with_entries(windows: Iterator[ExpectedWindow], ledger: Ledger) -> Iterator[tuple[ExpectedWindow, Entry | None]]:
    """Yield windows with what the ledger knows of them, and hold no more than a batch of them."""
    while batch := list(islice(windows, BATCH)):
        yield from zip(batch, ledger.entries([window.request for window in batch]), strict=True)


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
