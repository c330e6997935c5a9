"""Today at a glance: what was due and what became of it, what failed or is missing, what is due next."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.console_page.expectations import due_between
from cli.console_page.grid import DUE, WORST_FIRST
from cli.console_page.window_details import countries
from lambdas.gaps import BATCH, FAILED, MISSING, kind_of
from lambdas.ledger.table import Ledger
from lambdas.request.window import days_of
from lambdas.schedules.due_times import due_times
from planning.quota_usage import quota_usages
from planning.workload import DAYS, workloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cli.stack import DeployedStack
    from lambdas.ledger.item import Entry
    from lambdas.schedules.expected_windows import ExpectedWindow
    from lambdas.schedules.report_config import ConfiguredReport, ReportConfig

    Due = tuple[ExpectedWindow, timedelta]

# Reading the windows of a day costs a read of DynamoDB each.
RENEWED_SECONDS = 120.0
MOST_PROBLEMS, MOST_NEXT, MOST_QUOTAS = 100, 8, 6
AHEAD = timedelta(days=8)
DAY = timedelta(days=1)


class Overview:
    """Counted in the background, and again when it is asked for and no longer fresh."""

    def __init__(self, deployed: DeployedStack, report_config: ReportConfig, *, clock: Callable[[], datetime]) -> None:
        """Count nothing yet."""
        self._ledger = Ledger(dynamodb=deployed.dynamodb, table=deployed.ledger, retention=timedelta())
        self._config = report_config
        self._reports = [each for reports in report_config.timings.values() for each in reports]
        self._clock = clock
        self._lock = Lock()
        self._counting: Thread | None = None
        self._counted: dict[str, Any] | None = None
        self._quotas: list[dict[str, Any]] | None = None

    def latest(self) -> dict[str, Any]:
        """Return what was counted last, and have it counted again if that is old. `at` is None before the first."""
        now = self._clock()
        with self._lock:
            stale = self._counted is None or now.timestamp() - self._counted["at"] >= RENEWED_SECONDS
            if stale and (self._counting is None or not self._counting.is_alive()):
                self._counting = Thread(target=self._count, daemon=True)
                self._counting.start()
            return self._counted or {"at": None}

    def _count(self) -> None:
        now = self._clock()
        # A person's day: that of the machine on which the page is served.
        midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        try:
            if self._quotas is None:
                self._quotas = _tightest(self._config, now=now)
            counted = self._windows(midnight, now=now)
        except (BotoCoreError, ClientError) as error:
            counted = {"trouble": str(error)}
        with self._lock:
            self._counted = {
                "at": now.timestamp(),
                **counted,
                "next": _next_due(self._reports, now=now),
                "quotas": self._quotas or [],
                "scheduled": bool(self._reports),
            }

    def _windows(self, midnight: datetime, *, now: datetime) -> dict[str, Any]:
        today: Counter[str] = Counter()
        problems: list[dict[str, Any]] = []
        more = 0
        due = due_between(self._reports, self._config, since=midnight - DAY, until=midnight + DAY)
        for (window, patience), entry in _with_entries(due, self._ledger):
            at = datetime.fromisoformat(window.start.input["scheduledTime"])
            kind = DUE if entry is None and at + patience > now else kind_of(entry, now=now)
            if at >= midnight:
                today[kind] += 1
            if kind in (FAILED, MISSING):
                more += len(problems) >= MOST_PROBLEMS
                problems += [_problem(window, kind, entry)] if len(problems) < MOST_PROBLEMS else []
        counts = {kind: today[kind] for kind in WORST_FIRST}
        return {"today": counts, "total": today.total(), "problems": problems, "moreProblems": more}


def _with_entries(due: Iterator[Due], ledger: Ledger) -> Iterator[tuple[Due, Entry | None]]:
    while batch := list(islice(due, BATCH)):
        yield from zip(batch, ledger.entries([window.request for window, _ in batch]), strict=True)


def _problem(window: ExpectedWindow, kind: str, entry: Entry | None) -> dict[str, Any]:
    request = window.request
    first, last = days_of(request)
    result: dict[str, Any] = dict(entry.result or {}) if entry else {}
    return {
        "kind": kind,
        "sellingPartnerId": request["sellingPartnerId"],
        "name": window.start.partner.name,
        "reportType": request["reportType"],
        "marketplaces": countries(request["marketplaceIds"]),
        "first": first,
        "last": last,
        "reason": result.get("cause") or result.get("reason") or window.skipped,
    }


def _next_due(reports: list[ConfiguredReport], *, now: datetime) -> list[dict[str, Any]]:
    found = []
    for report in reports:
        at = next(due_times(report.timing, since=now, until=now + AHEAD), None)
        if at:
            partners = [each.name for each in report.selling_partners]
            found.append(
                {
                    "at": at.timestamp(),
                    "reportType": report.report_type,
                    "sellingPartners": partners[:3],
                    "count": len(partners),
                }
            )
    return sorted(found, key=lambda each: (each["at"], each["reportType"]))[:MOST_NEXT]


def _tightest(report_config: ReportConfig, *, now: datetime) -> list[dict[str, Any]]:
    """Return the quotas of which the schedules use the largest shares in the next month, as `reportflow plan` does."""
    work = workloads(report_config, since=now.astimezone(UTC), until=now.astimezone(UTC) + timedelta(days=DAYS))
    uses = sorted(quota_usages(work), key=lambda use: -use.share)[:MOST_QUOTAS]
    return [
        {"sellingPartner": use.partner.name, "scope": use.scope, "calls": use.calls, "share": round(use.share, 4)}
        for use in uses
    ]
