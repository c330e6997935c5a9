"""What a configuration comes down to in the next 30 days, from the configuration alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.request import report_types
from lambdas.schedules.due_times import skipped_times
from lambdas.schedules.scheduled_executions import window_of
from planning import costs
from planning.quota_usage import QuotaUsage, quota_usages
from planning.workload import DAYS, Workload, workloads

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.schedules.report_config import ConfiguredReport, ReportConfig


def forecast(
    report_config: ReportConfig, *, now: datetime, polls: int | None = None, tables: bool = False
) -> dict[str, Any]:
    """Return it as JSON has it; `polls` are assumed per report, and with `tables` reports become rows.

    Counted as Amazon would see it if nothing had landed before and everything that is asked for is DONE. What a
    discovery will find cannot be known.
    """
    until = now + timedelta(days=DAYS)
    work = workloads(report_config, since=now, until=until)
    partners = list(dict.fromkeys(partner for each in work for partner in each.report.selling_partners))
    executions = sum(each.executions * each.requests for each in work)
    discoveries = sum(each.executions * each.requests for each in work if each.report.discovered)
    reports = sum(each.calls * each.requests for each in work)
    turns = costs.polls() if polls is None else polls
    tabulated = sum(each.calls * each.requests for each in work if tables and _has_table(each.report))
    used = costs.used(executions, reports, discoveries=discoveries, polls=turns, tabulated=tabulated)
    standing = costs.standing(selling_partners=len(partners), tables=tables)
    return {
        "from": now.isoformat(timespec="minutes"),
        "until": until.isoformat(timespec="minutes"),
        "executions": executions,
        "discoveries": discoveries,
        "createReport": reports,
        "getReportDocument": reports,
        "transitions": round(used["state transition"]),
        "dollars": _dollars(costs.by_service(used), standing),
        "tabulated": tabulated,
        "assumed": {"polls": turns, "megabytes": costs.GB * 1000},
        "reports": [_report(each, since=now, until=until) for each in work],
        "sellingPartners": [
            {
                "name": partner.name,
                "sellingPartnerId": partner.selling_partner_id,
                "region": partner.region,
                "executions": sum(each.executions * each.requests_of(partner) for each in work),
                "createReport": sum(each.calls * each.requests_of(partner) for each in work),
                "getReportDocument": sum(each.calls * each.requests_of(partner) for each in work),
                "createRestrictedDataToken": sum(
                    each.calls * each.requests_of(partner)
                    for each in work
                    if report_types.get(each.report.report_type).restricted
                ),
            }
            for partner in partners
        ],
        "quotas": [_quota(use) for use in quota_usages(work)],
    }


def summary(month: dict[str, Any]) -> str:
    """Return a plan in a sentence."""
    partners, dollars = len(month["sellingPartners"]), month["dollars"]
    return (
        f"the next {DAYS} days of reports.toml: {month['createReport']:,} reports of "
        f"{partners} selling partner{'s' if partners > 1 else ''}, about {dollars['total']:.2f} dollars, "
        f"{dollars['standing']['total']:.2f} of them for what stands without a report"
    )


def _has_table(report: ConfiguredReport) -> bool:
    # Restricted ones have tables with an option of their own.
    return report.table and not report_types.get(report.report_type).restricted


def _dollars(reports: Mapping[str, float], standing: Mapping[str, float]) -> dict[str, Any]:
    """Return dollars for what executions take, by service, and for what stands, by what it is; with their totals."""
    total = sum(reports.values()) + sum(standing.values())
    return {"reports": _with_total(reports), "standing": _with_total(standing), "total": round(total, 2)}


def _with_total(dollars: Mapping[str, float]) -> dict[str, float]:
    summed = {**dollars, "total": sum(dollars.values())}
    return {name: round(amount, 2) for name, amount in summed.items()}


def _report(each: Workload, *, since: datetime, until: datetime) -> dict[str, Any]:
    report, kind = each.report, report_types.get(each.report.report_type)
    first = each.due[0].at if each.due else None
    end = window_of(report, due=first).get("dataEndTime") if first else None
    there = end + timedelta(hours=kind.lag_hours or 0) if end else None
    return {
        "report": f"reports[{report.index}]",
        "reportType": report.report_type,
        "schedule": report.timing.schedule,
        "timeZone": report.timing.time_zone,
        "sellingPartners": len(report.selling_partners),
        "executions": each.executions * each.requests,
        "createReport": each.calls * each.requests,
        "personalData": kind.restricted,
        "nextDue": first.isoformat(timespec="minutes") if first else None,
        "skipped": [
            wall.isoformat(timespec="minutes") for wall, _ in skipped_times(report.timing, since=since, until=until)
        ],
        "nextDataThere": there.isoformat(timespec="minutes") if there else None,
    }


def _quota(use: QuotaUsage) -> dict[str, Any]:
    return {
        "sellingPartner": use.partner.name,
        "sellingPartnerId": use.partner.selling_partner_id,
        "scope": use.scope,
        "calls": use.calls,
        "share": round(use.share, 4),
        "longestWaitSeconds": int(use.longest_wait().total_seconds()),
    }
