"""Starts the machines for all that one invocation of a schedule stands for: run by EventBridge Scheduler.

In: Schedule invocation. Out: how many executions there are now for it. Raises: NotAllStarted, UnknownTiming. A schedule
invocation that comes late, or again, starts nothing twice: the names of the executions follow from the time it was due.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from lambdas.dependencies import dependencies
from lambdas.schedules import bundled_files
from lambdas.schedules.report_config import ReportConfig, ScheduleTiming, parse
from lambdas.schedules.scheduled_executions import ScheduledExecution, scheduled_executions

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

    from lambdas.payloads import Context

logger = logging.getLogger(__name__)
# The configuration is a part of the asset: this run and the synthesis of its schedule have read the same file.
CONFIGURATION = bundled_files.TASK_ROOT / bundled_files.REPORTS
SPARE_MILLISECONDS = 10_000


class ScheduleInvocation(TypedDict):
    """What a schedule sends: its timing, and when it was due."""

    schedule: str
    timeZone: str
    flexibleMinutes: int
    scheduledTime: str


class UnknownTiming(Exception):
    """The configuration has no report for this timing: it has changed since the schedule fired."""


class NotAllStarted(Exception):
    """Some executions could not be started. The invocation is repeated as a whole, then kept as a dead letter."""


def start_reports(
    invocation: ScheduleInvocation,
    *,
    report_config: ReportConfig,
    stepfunctions: SFNClient,
    machines: Mapping[str, str],
    context: Context,
) -> dict[str, int]:
    """Start an execution for each request that is due; `machines` are the ARNs of the report and the discovery machine.

    Raises:
        UnknownTiming, NotAllStarted: see there.
    """
    wanted = due_at(invocation, report_config=report_config)
    start_all(wanted, stepfunctions=stepfunctions, machines=machines, context=context)
    return {"executions": len(wanted)}


def start_all(
    wanted: Sequence[ScheduledExecution], *, stepfunctions: SFNClient, machines: Mapping[str, str], context: Context
) -> None:
    """Start these executions, as far as they have not been started before.

    Raises:
        NotAllStarted: some could not be.
    """
    failures: list[str] = []
    for number, start in enumerate(wanted):
        if context.get_remaining_time_in_millis() < SPARE_MILLISECONDS:
            raise NotAllStarted(f"there was no time for {len(wanted) - number} of {len(wanted)} executions")
        try:
            arn = machines[start.machine]
            stepfunctions.start_execution(stateMachineArn=arn, name=start.name, input=json.dumps(start.input))
        except stepfunctions.exceptions.ExecutionAlreadyExists:
            pass  # this schedule invocation came before, and that execution is over
        except ClientError as error:
            # One that cannot be started must not keep the others from it.
            failures.append(error.response["Error"]["Code"])
    if failures:
        raise NotAllStarted(f"{len(failures)} of {len(wanted)} executions were not started: {', '.join(set(failures))}")


def due_at(invocation: ScheduleInvocation, *, report_config: ReportConfig) -> list[ScheduledExecution]:
    """Return what a schedule invocation stands for."""
    timing = ScheduleTiming(
        schedule=invocation["schedule"],
        time_zone=invocation["timeZone"],
        flexible_minutes=invocation["flexibleMinutes"],
    )
    due = datetime.fromisoformat(invocation["scheduledTime"]).astimezone(ZoneInfo(timing.time_zone))
    if timing not in report_config.timings:
        raise UnknownTiming(f"reports.toml has no enabled report at {timing.schedule} in {timing.time_zone}")
    return [start for report in report_config.timings[timing] for start in scheduled_executions(report, due=due)]


def handler(event: ScheduleInvocation, context: Context) -> dict[str, int]:
    """Run start_reports."""
    report_config = parse(CONFIGURATION.read_text(encoding="utf-8"))
    started = start_reports(
        event,
        report_config=report_config,
        stepfunctions=dependencies().stepfunctions,
        machines={"report": os.environ["STATE_MACHINE_ARN"], "discovery": os.environ["DISCOVERY_MACHINE_ARN"]},
        context=context,
    )
    logger.info("started", extra={"scheduledTime": event["scheduledTime"], **started})
    return started
