"""Tries a configuration out: what its next due times would ask for, by the rules of every execution's input.

And whether Amazon's limits, and the time at which it has its data, let it have that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING

from lambdas.request import parsing as requests
from lambdas.request import report_types
from lambdas.schedules.due_times import due_times
from lambdas.schedules.scheduled_executions import scheduled_executions, window_of
from planning import data_lag, quota_usage
from planning.config_problem import ConfigProblem
from planning.workload import DAYS, workloads

if TYPE_CHECKING:
    from lambdas.schedules.report_config import ConfiguredReport, ReportConfig, SellingPartner
    from lambdas.schedules.scheduled_executions import ScheduledExecution

# Enough for every weekday, and for months of every length.
TRIED, TRIED_UNTIL = 15, timedelta(days=400)


def problems(report_config: ReportConfig, *, now: datetime) -> Iterator[ConfigProblem]:
    """Yield what Amazon would not do, of a configuration that makes sense."""
    found = list(chain.from_iterable(_of_requests(report, now=now) for report in report_config.reports))
    yield from found
    if not found:
        work = workloads(report_config, since=now, until=now + timedelta(days=DAYS))
        for index, sentence in quota_usage.overcommitted(work):
            yield ConfigProblem(("reports", index, "schedule"), sentence)


def _of_requests(report: ConfiguredReport, *, now: datetime) -> Iterator[ConfigProblem]:
    """Yield what the rules have against the requests that the next due times stand for."""
    due = list(islice(due_times(report.timing, since=now, until=now + TRIED_UNTIL), TRIED))
    if not due:
        yield ConfigProblem(("reports", report.index, "schedule"), f"is {report.timing.schedule!r}, which is never due")
    if report.discovered:
        return
    tried = replace(report, selling_partners=tuple(_one_of_each_account(report)))
    if due and report_types.get(report.report_type).window.reads == "hours":
        due.append(_longest(report, since=due[0]))
    for start in chain.from_iterable(scheduled_executions(tried, due=moment) for moment in due):
        if sentence := _refusal(start):
            yield ConfigProblem(("reports", report.index, _key_in(sentence)), f"cannot be had: {sentence}")
            return
    if late := data_lag.too_early(report, due):
        yield ConfigProblem(("reports", report.index, "schedule"), late)


def _refusal(start: ScheduledExecution) -> str | None:
    """Return what is wrong with an execution's input; also that Amazon would make other days of its window."""
    try:
        request = requests.parse_request(start.input, now=datetime.fromisoformat(start.input["scheduledTime"]))
    except requests.InvalidRequest as refused:
        return str(refused)
    if "dataStartTime" not in start.input:
        return None
    meant = tuple(start.input[key][:10] for key in ("dataStartTime", "dataEndTime"))
    read = request["firstDay"], request["lastDay"]
    if meant == read:
        return None
    return f"of dataStartTime and dataEndTime on {' and '.join(meant)} Amazon makes {' and '.join(read)}"


def _longest(report: ConfiguredReport, *, since: datetime) -> datetime:
    """Return the day with the longest window: in autumn a day has an hour more by some clocks."""

    def length(due: datetime) -> timedelta:
        window = window_of(report, due=due)
        return window["dataEndTime"].astimezone(UTC) - window["dataStartTime"].astimezone(UTC)

    return max((since + timedelta(days=days) for days in range(TRIED_UNTIL.days)), key=length)


def _one_of_each_account(report: ConfiguredReport) -> Iterable[SellingPartner]:
    """Return a seller and a vendor of the report's: the rules say the same of the others."""
    return {one.account: one for one in report.selling_partners if report.marketplaces_of(one)}.values()


def _key_in(sentence: str) -> str:
    """Return the key that a rule's sentence is about, if it is one of the table's."""
    for found, key in (("reportOptions", "reportOptions"), ("data(Start|End)Time", "period")):
        if re.search(rf"\b{found}\b", sentence):
            return key
    return "reportType"
