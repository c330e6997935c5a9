"""Starts the machines for all that one invocation of a schedule stands for: run by EventBridge Scheduler.

In: payloads.ScheduleInvocation. Out: how many executions there are now for it. Raises: executions.NotAllStarted,
UnknownTiming. A schedule invocation that comes late, or again, starts nothing twice: the names of the executions follow
from the time it was due.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from lambdas.dependencies import dependencies
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.schedule import ScheduleInvocation
from lambdas.payloads.state_data import Context
from lambdas.schedules.report_config import ReportConfig, ScheduleTiming
from lambdas.schedules.scheduled_executions import ScheduledExecution, scheduled_executions


class UnknownTiming(Exception):
    """The configuration has no report for this timing: it has changed since the schedule fired."""


def due_at(invocation: ScheduleInvocation, *, report_config: ReportConfig) -> Iterator[ScheduledExecution]:
    """Yield the executions that a schedule invocation stands for.

    Raises:
        UnknownTiming: no enabled report of the configuration has this timing.
    """
    timing = ScheduleTiming(
        schedule=invocation["schedule"],
        time_zone=invocation["timeZone"],
        flexible_minutes=invocation["flexibleMinutes"],
    )
    due = datetime.fromisoformat(invocation["scheduledTime"]).astimezone(ZoneInfo(timing.time_zone))
    if timing not in report_config.timings:
        raise UnknownTiming(f"reports.toml has no enabled report at {timing.schedule} in {timing.time_zone}")
    for report in report_config.timings[timing]:
        yield from scheduled_executions(report, due=due)


def handler(event: ScheduleInvocation, context: Context) -> dict[str, int]:
    """Start an execution for each request that is due."""
    with log_invocation("Start reports") as run:
        run.fields["scheduledTime"] = event["scheduledTime"]
        due = due_at(event, report_config=dependencies().report_config)
        started = dependencies().executions.start_all(due, context=context)
        run.fields["executions"] = started
        return {"executions": started}
