"""What is wrong with a configuration that the schema allows: names, accounts, regions, schedules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lambdas.request import periods, report_types
from lambdas.schedules.due_times import due_times
from lambdas.spapi.regions import BY_COUNTRY, MARKETPLACES, region_of
from planning import type_checks
from planning.config_problem import ConfigProblem

if TYPE_CHECKING:
    from lambdas.schedules.report_config import ConfiguredReport, ReportConfig

# More timings than this would bring the stack near CloudFormation's 500 resources.
MOST_TIMINGS = 300
# What one due time may start: Start reports has 15 minutes, and StartExecution's quota is 150 a second in most regions.
MOST_EXECUTIONS = 100_000
MARKETPLACES_ALLOWED = f"allowed are {', '.join(BY_COUNTRY)} and their ids"
# The periods that are whole ones of each kind; all are whole days.
_MADE_OF = {
    "WEEK": ("previous-week",),
    "MONTH": ("previous-month", "previous-quarter"),
    "QUARTER": ("previous-quarter",),
    "YEAR": (),
}
SOME_DAY = datetime(2026, 11, 1, tzinfo=UTC)


def problems(report_config: ReportConfig, raw: Mapping[str, Any], *, now: datetime) -> Iterator[ConfigProblem]:
    """Yield all that is wrong; `raw` has the tables as they are written."""
    yield from _of_partners(report_config)
    tables = raw.get("reports", [])
    for report in report_config.reports:
        yield from _of_report(report, tables[report.index], report_config)
        yield from _of_discovery(report, tables[report.index])
        yield from type_checks.problems(report, report_config, now=now)
    yield from _of_due_times(report_config)
    if len(report_config.timings) > MOST_TIMINGS:
        yield ConfigProblem(
            ("reports",),
            f"have {len(report_config.timings)} different schedules; allowed are {MOST_TIMINGS}: let some share",
        )


def _of_due_times(report_config: ReportConfig) -> Iterator[ConfigProblem]:
    """Yield the report with which the executions of one due time become too many."""
    for timing, reports in report_config.timings.items():
        executions = 0
        for report in reports:
            requests = sum(len(report.marketplaces_of(partner)) for partner in report.selling_partners)
            executions += requests * (1 + report.lookback_days)
            if executions > MOST_EXECUTIONS:
                sentence = (
                    f"is {timing.schedule!r}, at which {executions:,} executions would be due with this report; "
                    f"allowed are {MOST_EXECUTIONS:,} at a time: give it another time, or fewer lookbackDays"
                )
                yield ConfigProblem(("reports", report.index, "schedule"), sentence)
                break


def _of_partners(report_config: ReportConfig) -> Iterator[ConfigProblem]:
    seen: dict[tuple[str, str], str] = {}
    for index, partner in enumerate(report_config.selling_partners):
        path = ("sellingPartners", index)
        if strange := _strange_marketplaces(partner.marketplace_ids):
            yield ConfigProblem((*path, "marketplaceIds"), strange)
            continue
        for key in ("name", "sellingPartnerId"):
            value = partner.name if key == "name" else partner.selling_partner_id
            if (partner.region, value) in seen:
                yield ConfigProblem(
                    (*path, key), f"is {value!r}, which an earlier selling partner in {partner.region} has"
                )
            seen[partner.region, value] = key


def _strange_marketplaces(marketplace_ids: tuple[str, ...]) -> str | None:
    for one in marketplace_ids:
        if one not in MARKETPLACES:
            return f"has {one[:40]!r}, which is no marketplace; {MARKETPLACES_ALLOWED}"
    try:
        region_of(marketplace_ids)
    except ValueError:
        return "is of several regions: write a table for each region, with the same name"
    return None


def _of_report(
    report: ConfiguredReport, table: Mapping[str, Any], report_config: ReportConfig
) -> Iterator[ConfigProblem]:
    path = ("reports", report.index)
    by_name = {partner.name: partner for partner in report_config.selling_partners}
    accounts = report_types.get(report.report_type).accounts
    for name in table.get("sellingPartners", []):
        if name not in by_name:
            known = ", ".join(by_name) or "none: there is no [[sellingPartners]] table"
            yield ConfigProblem(
                (*path, "sellingPartners"), f"has {name!r}, which is no selling partner; there are {known}"
            )
        elif by_name[name].account not in accounts:
            kind = f"{report.report_type} is for {accounts[0]}s"
            yield ConfigProblem((*path, "sellingPartners"), f"has {name!r}, a {by_name[name].account}, and {kind}")
    for one in report.marketplace_ids:
        if one not in MARKETPLACES:
            yield ConfigProblem(
                (*path, "marketplaceIds"), f"has {one[:40]!r}, which is no marketplace; {MARKETPLACES_ALLOWED}"
            )
    for key, sentence in chain(_of_times(report), () if report.discovered else _of_window(report)):
        yield ConfigProblem((*path, key) if key else path, sentence)


def _of_discovery(report: ConfiguredReport, table: Mapping[str, Any]) -> Iterator[ConfigProblem]:
    scheduled = report_types.get(report.report_type).mode == "schedule"
    if report.amazon_schedule and not scheduled:
        sentence = f"is given, and Amazon makes {report.report_type} on no schedule that is needed: leave it out"
        yield ConfigProblem(("reports", report.index, "amazonSchedule"), sentence)
    # Options are those of Amazon's schedule.
    of_requests = () if scheduled else ("reportOptions", "unknownOptions")
    for key in ("period", *of_requests, "deadlineHours", "utf8Copy"):
        if report.discovered and table.get(key):
            sentence = f"is given, and Amazon makes {report.report_type} by itself: leave it out"
            yield ConfigProblem(("reports", report.index, key), sentence)
    if report.all_marketplaces and not report.discovered:
        sentence = f"is true, and {report.report_type} is requested for marketplaceIds: leave it out"
        yield ConfigProblem(("reports", report.index, "allMarketplaces"), sentence)


def _of_times(report: ConfiguredReport) -> Iterator[tuple[str, str]]:
    zone = report.timing.time_zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "timeZone", f"is {zone!r}, which is no time zone; allowed is a name such as 'Europe/Berlin'"
        return
    try:
        next(due_times(report.timing, since=SOME_DAY, until=SOME_DAY + periods.DAY), None)
    except ValueError as error:
        yield "schedule", f"is {report.timing.schedule!r}, which EventBridge does not take: {error}"
    if report.lookback_days and report.period != "previous-day":
        yield "lookbackDays", f"is {report.lookback_days}; it needs period = 'previous-day'"
    if report.delay_days and report.period is None:
        yield "delayDays", f"is {report.delay_days}, and there is no period to count back"


def _of_window(report: ConfiguredReport) -> Iterator[tuple[str, str]]:
    """Yield what makes a period one that Amazon would read as other days, or not at all."""
    name, kind, period = report.report_type, report_types.get(report.report_type), report.period
    unit = kind.period_of(report.report_options) or ("" if kind.window.period_option else "DAY")
    mend = next((named for named, made_of in periods.NAMED.items() if made_of == unit), None)
    give = f": give '{mend}'" if mend else ""
    if period is None:
        if kind.window.required:
            yield "", f"lacks period, and {name} is of a window{give}"
    elif kind.window.reads == "snapshot":
        yield "period", f"is {period!r}, and {name} is of the moment it is made: leave it out"
    elif kind.window.reads == "dates" and period == "previous-hour":
        yield "period", f"is {period!r}, and {name} is of whole days{give}"
    elif period in periods.NAMED and period not in _MADE_OF.get(unit, periods.NAMED):
        option = f"reportOptions.{kind.window.period_option}"
        given = kind.window.period_option in report.report_options
        yield "period", f"is {period!r}, and {option} is {unit!r}{'' if given else ' where it is not given'}{give}"
