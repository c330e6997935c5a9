"""Scheduled windows that failed for a reason that passes: the execution is redriven, or the window is requested again.

Both are bounded, per window and per day: what fails again and again is a gap that a person has to look at.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from lambdas import passing_errors
from lambdas.observability.aws_errors import code_of
from lambdas.schedules.scheduled_executions import in_background

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from lambdas.executions import Executions
    from lambdas.gaps import Unfinished
    from lambdas.payloads.state_data import Context
    from lambdas.schedules.scheduled_executions import ScheduledExecution

# Its last write was so long ago that its execution is over, or waits.
SETTLED = timedelta(hours=1)
# Step Functions redrives for 14 days after an execution's end.
REDRIVABLE = timedelta(days=13)
# A window that was due longer ago is not asked for again: three times at most, once a day.
ASKED_AGAIN = timedelta(days=3)
MOST_REDRIVES = 3
# Executions that are looked at in one run.
MOST_A_DAY = 1_000
# What is left of an invocation's time when it looks at no more, in milliseconds.
SPARE_MILLISECONDS = 60_000
NOT_THERE = "ExecutionDoesNotExist"
# What may have been done about a window.
REDRIVEN, STARTED = DONE = ("REDRIVEN", "STARTED")


class Repeated(NamedTuple):
    """What was done about a window, as the day's list of gaps has it."""

    executionArn: str  # noqa: N815 - as the list's other keys
    error: str
    repeated: str
    """REDRIVEN, STARTED, or AWS's error that kept it from being either."""


def repeat_failed(
    unfinished: Iterable[Unfinished], *, executions: Executions, now: datetime, context: Context
) -> list[Repeated]:
    """Let each execution go on that has failed for a reason that passes, and return what was done."""
    settled = [each for each in unfinished if now - each.since >= SETTLED]
    # The latest first: what nothing helps is older from day to day, and must not take the others' turn.
    settled.sort(key=lambda each: each.since, reverse=True)
    repeated = []
    for each in settled[:MOST_A_DAY]:
        if context.get_remaining_time_in_millis() < SPARE_MILLISECONDS:
            break
        arn = each.entry.execution if each.entry else executions.arn_of(each.start.name)
        error = ""
        try:
            execution = executions.describe(arn)
            error = _error_of(execution, each)
            done = _repeat(each, execution, error, executions=executions, now=now)
        except (BotoCoreError, ClientError) as failure:
            # One that cannot be had must not keep the others from it.
            done = str(code_of(failure))
            if done == NOT_THERE and not each.entry:
                # Nobody has asked for it: that is another matter, `startMissingWindows`.
                continue
        repeated += [Repeated(arn, error, done)] if done else []
    return repeated


def _repeat(
    each: Unfinished, execution: Mapping[str, Any], error: str, *, executions: Executions, now: datetime
) -> str | None:
    """Return REDRIVEN or STARTED; None of an execution that is left as it is."""
    if error in passing_errors.REDRIVEN:
        if not _may_be_redriven(execution, now=now):
            return None
        if executions.redrive(execution["executionArn"]):
            return REDRIVEN
    elif error not in passing_errors.RESTARTED:
        return None
    if now - each.due >= ASKED_AGAIN:
        return None
    again = _again(each.start, now=now)
    executions.start(again.name, again.input)
    return STARTED


def _error_of(execution: Mapping[str, Any], each: Unfinished) -> str:
    """Return the error of an execution that failed, or a fatal report's reason; empty of any other."""
    if execution["status"] == "TIMED_OUT":
        return "States.Timeout"
    if execution["status"] != "FAILED":
        return ""
    error = str(execution.get("error", ""))
    result: Any = (each.entry and each.entry.result) or {}
    return str(result.get("reason", error)) if error == "ReportFatal" else error


def _may_be_redriven(execution: Mapping[str, Any], *, now: datetime) -> bool:
    stopped: datetime = execution["stopDate"]
    return now - stopped < REDRIVABLE and int(execution.get("redriveCount", 0)) < MOST_REDRIVES


def _again(start: ScheduledExecution, *, now: datetime) -> ScheduledExecution:
    """Return an execution of another name, which it keeps for the day."""
    quiet = in_background(start)
    words, digest = quiet.name.rpartition("-")[::2]
    of_today = hashlib.sha256(f"{digest} {now:%Y-%m-%d}".encode()).hexdigest()[: len(digest)]
    return quiet._replace(name=f"{words}-{of_today}")
