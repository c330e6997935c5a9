"""The windows that the configuration makes one expect of a selling partner and type, a month at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.ledger.item import request_key
from lambdas.request import periods
from lambdas.request.window import days_of
from lambdas.schedules.expected_windows import GRACE, expected_windows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from lambdas.schedules.expected_windows import ExpectedWindow
    from lambdas.schedules.report_config import ConfiguredReport, ReportConfig

# Months of rows: each has the windows of some weeks at most, of a kilobyte.
MOST_MONTHS = 2_000


class Expected(NamedTuple):
    """A window that a schedule has asked for, or will."""

    entry: str
    """Its key in the ledger, once it is there."""
    first: str
    last: str
    marketplaces: frozenset[str]
    due: datetime
    late_after: datetime
    """When it is missing, if the ledger does not know it."""
    skipped: str | None
    """Why no schedule asks for it."""
    input: Mapping[str, Any]


class Expectations:
    """What `reportflow gaps` expects too, by the same code."""

    def __init__(self, report_config: ReportConfig) -> None:
        """Expect what this configuration asks for."""
        self._config = report_config
        self._due_in = lru_cache(MOST_MONTHS)(self._read)

    def between(self, partner: str, report_type: str, *, first: date, last: date) -> Iterator[Expected]:
        """Yield the windows of which a day lies between these, once each."""
        seen = set()
        reports = self._reports(partner, report_type)
        latest = last + timedelta(days=max(map(_reach, reports), default=0))
        month = first.replace(day=1)
        while reports and month <= latest:
            for each in self._due_in(partner, report_type, month):
                if each.entry not in seen and each.first <= last.isoformat() and each.last >= first.isoformat():
                    seen.add(each.entry)
                    yield each
            month = (month + timedelta(days=32)).replace(day=1)

    def _reports(self, partner: str, report_type: str) -> list[ConfiguredReport]:
        """Return the reports of this type, for this selling partner alone."""
        found = []
        for report in (each for reports in self._config.timings.values() for each in reports):
            theirs = tuple(each for each in report.selling_partners if each.selling_partner_id == partner)
            if report.report_type == report_type and theirs:
                found.append(replace(report, selling_partners=theirs))
        return found

    def _read(self, partner: str, report_type: str, month: date) -> tuple[Expected, ...]:
        """Return the windows that are due in a month of UTC."""
        since = datetime(month.year, month.month, 1, tzinfo=UTC)
        until = (since + timedelta(days=32)).replace(day=1)
        theirs = self._reports(partner, report_type)
        return tuple(
            _expected(window, patience)
            for window, patience in due_between(theirs, self._config, since=since, until=until)
        )


def due_between(
    reports: Iterable[ConfiguredReport], report_config: ReportConfig, *, since: datetime, until: datetime
) -> Iterator[tuple[ExpectedWindow, timedelta]]:
    """Yield the windows that are due in a time that need not have passed, and how late each may be."""
    for report in reports:
        patience = GRACE + timedelta(minutes=report.timing.flexible_minutes)
        alone = replace(report_config, reports=(report,))
        for window in expected_windows(alone, since=since, now=until + patience):
            yield window, patience


def _expected(window: ExpectedWindow, patience: timedelta) -> Expected:
    due = datetime.fromisoformat(window.start.input["scheduledTime"])
    return Expected(
        request_key(window.request)["entry"]["S"],
        *days_of(window.request),
        frozenset(window.request["marketplaceIds"]),
        due,
        due + patience,
        window.skipped,
        window.start.input,
    )


def _reach(report: ConfiguredReport) -> int:
    """Return how many days after a window's last day it may be due: it is due in the period after, and zones differ."""
    named = periods.NAMED.get(report.period or "")
    return report.delay_days + (periods.LONGEST[named].days if named in periods.LONGEST else 0) + 2
