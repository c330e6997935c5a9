"""Amazon's limits against what is asked for: how far each is used, the wait at the worst peak, what is too much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from math import ceil
from typing import TYPE_CHECKING

from lambdas.quota.usage_plans import PLANS, UsagePlan
from lambdas.request import report_types
from planning.config_problem import ConfigProblem
from planning.workload import DAYS, workloads

if TYPE_CHECKING:
    from datetime import datetime

    from lambdas.schedules.report_config import ReportConfig, SellingPartner
    from planning.workload import Workload

# A schedule of once a day and a limit of once a day get along.
FULL = 1.01
# From this share of an operation's limit on, one report is asked about.
REMARKABLE = 0.5


@dataclass(frozen=True, kw_only=True)
class QuotaUsage:
    """How a selling partner's limit is used. `plan` is the limit: milliseconds per call, and how many at once."""

    partner: SellingPartner
    scope: str
    plan: UsagePlan
    workloads: tuple[Workload, ...]
    marketplace_id: str | None = None
    """None: the limit is one for all of the selling partner's marketplaces."""

    @cached_property
    def calls(self) -> int:
        """How many calls come under it."""
        return sum(each.calls * self.requests_of(each) for each in self.workloads)

    def requests_of(self, workload: Workload) -> int:
        """Return how many requests each window of a workload is under it."""
        if self.marketplace_id is None:
            return workload.requests_of(self.partner)
        return sum(self.marketplace_id in one for one in workload.report.marketplaces_of(self.partner))

    @property
    def share(self) -> float:
        """How much of what it allows in the long run is used: more than 1 never gets done."""
        return self.calls * self.plan.interval_ms / (DAYS * 86_400_000)

    def longest_wait(self) -> timedelta:
        """Return how long the last call of the worst peak has to wait for its turn."""
        arrival = worst = 0.0
        for at, calls in self._peaks():
            arrival = max(arrival, at) + calls * self.plan.interval_ms
            worst = max(worst, arrival - self.plan.burst * self.plan.interval_ms - at)
        return timedelta(milliseconds=round(worst))

    def _peaks(self) -> Sequence[tuple[float, int]]:
        """Return when calls come, in milliseconds, and how many."""
        peaks: dict[datetime, int] = defaultdict(int)
        for each in self.workloads:
            requests = self.requests_of(each)
            for due in each.due:
                peaks[due.at] += due.calls * requests
        return sorted((at.timestamp() * 1000, calls) for at, calls in peaks.items())


def quota_usages(workloads: Sequence[Workload]) -> Iterator[QuotaUsage]:
    """Yield the use of every limit that something comes under: of the operations, and of the report types."""
    by_partner: dict[SellingPartner, list[Workload]] = defaultdict(list)
    for each in workloads:
        for partner in each.report.selling_partners:
            by_partner[partner].append(each)
    for partner, its in by_partner.items():
        for operation in ("createReport", "getReportDocument"):
            yield QuotaUsage(partner=partner, scope=operation, plan=PLANS[operation], workloads=tuple(its))
        for report_type in dict.fromkeys(each.report.report_type for each in its):
            of_type = tuple(each for each in its if each.report.report_type == report_type)
            for count, seconds in _limits(report_type):
                scope = f"{report_type}, {count} in {seconds / 3600:g} hours"
                plan = UsagePlan(seconds * 1000 / count, 1)
                yield QuotaUsage(partner=partner, scope=scope, plan=plan, workloads=of_type)
            yield from _cooldown(partner, report_type, of_type)


def _cooldown(partner: SellingPartner, report_type: str, workloads: tuple[Workload, ...]) -> Iterator[QuotaUsage]:
    """Yield the use of a type's cooldown, in the marketplace where most is asked for."""
    seconds = report_types.get(report_type).cooldown_seconds
    if seconds:
        scope, plan = f"{report_type}, a cooldown of {seconds / 3600:g} hours", UsagePlan(seconds * 1000, 1)
        yield max(
            (
                QuotaUsage(partner=partner, scope=scope, plan=plan, workloads=workloads, marketplace_id=one)
                for one in partner.marketplace_ids
            ),
            key=lambda use: use.calls,
        )


def overcommitted(workloads: Sequence[Workload]) -> Iterator[tuple[int, str]]:
    """Yield the report that asks most of a limit that cannot keep up, and a sentence about it; each report once."""
    told: set[int] = set()
    for use in quota_usages(workloads):
        most = max(use.workloads, key=lambda each: each.calls * use.requests_of(each))
        if use.share > FULL and most.report.index not in told:
            told.add(most.report.index)
            yield most.report.index, _too_often(use)


def notes(report_config: ReportConfig, *, now: datetime) -> Iterator[ConfigProblem]:
    """Yield the snapshots that alone take more than half of what an operation allows: a slip, more likely than not."""
    for each in workloads(report_config, since=now, until=now + timedelta(days=DAYS)):
        if each.report.period is not None:
            continue
        alone = [use for use in quota_usages([each]) if use.scope in PLANS and use.share > REMARKABLE]
        if alone:
            use = max(alone, key=lambda use: use.calls)
            found = f"is {each.report.timing.schedule!r}, {use.calls:,} reports of {use.partner.name} in {DAYS} days"
            sentence = f"{found}, {use.share:.0%} of its quota for {use.scope}: is that meant?"
            yield ConfigProblem(("reports", each.report.index, "schedule"), sentence)


def _too_often(use: QuotaUsage) -> str:
    return (
        f"is too often: {use.partner.name} would ask for {use.calls} reports in {DAYS} days, and the limit "
        f"({use.scope}) allows {int(use.calls / use.share)}: make it {ceil(use.share * 10) / 10} times as rare, "
        "or ask for fewer marketplaces or days to look back"
    )


def _limits(report_type: str) -> list[tuple[int, int]]:
    return [(quota.count, quota.seconds) for quota in report_types.get(report_type).quotas]
