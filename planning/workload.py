"""How much a configuration asks for: executions and createReport calls of each report, by when they are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from lambdas.schedules.due_times import due_times
from lambdas.schedules.scheduled_executions import window_of

if TYPE_CHECKING:
    from lambdas.schedules.report_config import ConfiguredReport, ReportConfig, SellingPartner

# What a plan is of.
DAYS = 30


class Due(NamedTuple):
    """What one due time starts for one selling partner and one request's marketplaces."""

    at: datetime
    executions: int
    calls: int
    """createReport calls: a window that has landed is not asked for again, unless it is looked back at."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What one report asks for."""

    report: ConfiguredReport
    due: tuple[Due, ...]

    @cached_property
    def executions(self) -> int:
        """Of one selling partner and one request's marketplaces."""
        return sum(due.executions for due in self.due)

    @cached_property
    def calls(self) -> int:
        """Likewise."""
        return sum(due.calls for due in self.due)

    def requests_of(self, partner: SellingPartner) -> int:
        """Return how many requests each window is for a selling partner: one, or one for each marketplace."""
        return len(self.report.marketplaces_of(partner)) if partner in self._partners else 0

    @cached_property
    def _partners(self) -> frozenset[SellingPartner]:
        return frozenset(self.report.selling_partners)

    @cached_property
    def requests(self) -> int:
        """How many requests each window is for all selling partners."""
        return sum(self.requests_of(partner) for partner in self.report.selling_partners)


def workloads(report_config: ReportConfig, *, since: datetime, until: datetime) -> list[Workload]:
    """Return what each enabled report asks for, in the order of the file."""
    reports = sorted(
        (each for reports in report_config.timings.values() for each in reports), key=lambda each: each.index
    )
    return [Workload(report=each, due=tuple(_due(each, since, until))) for each in reports]


def _due(report: ConfiguredReport, since: datetime, until: datetime) -> Iterator[Due]:
    seen: set[object] = set()
    for at in due_times(report.timing, since=since, until=until):
        if report.discovered:
            yield Due(at, 1, 0)
            continue
        window = window_of(report, due=at).get("dataStartTime", at)
        yield Due(at, 1 + report.lookback_days, report.lookback_days + (window not in seen))
        seen.add(window)
