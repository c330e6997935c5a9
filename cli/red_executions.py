"""Executions that ended red in a span of time, and why one of them cannot be redriven."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import TYPE_CHECKING, Any

from cli.errors import refused
from lambdas import passing_errors
from lambdas.spapi.foreign import parsed_or_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from cli.stack import DeployedStack

# Source: RedriveExecution's page in the API reference of Step Functions.
REDRIVABLE = timedelta(days=14)
# DescribeExecution takes 300 at once and then 15 a second, in small regions 250 and 10: per account, not per caller.
AT_ONCE, SECONDS_BETWEEN = 100, 0.1
AGO = re.compile(r"([1-9][0-9]{0,3})([mhd])")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
# They end in a Fail state, which a redrive would only enter again.
ENDED_WITH = {
    "InvalidRequest": "its input is refused: correct it and start it again",
    "ReportFatal": "Amazon has ended the report (FATAL): start its input again",
    **dict.fromkeys(
        ("ReportOverdue", "ReportTooSoon", "UnexpectedStatus", "UnexpectedOutcome"),
        "it came to its end, and a redrive would only end it again: start its input again",
    ),
    "CreateReportUnanswered": "a redrive only looks for the report: start its input again",
}


@dataclass(frozen=True, kw_only=True)
class RedExecution:
    """An execution that failed or ran into its timeout."""

    arn: str
    error: str
    stopped: datetime
    given: Any
    not_redrivable: str
    """Step Functions' own reason; empty if it may be redriven."""

    @property
    def name(self) -> str:
        """Its name in the console."""
        return self.arn.rsplit(":", 1)[1]

    def is_of(self, key: str, wanted: str | None) -> bool:
        """Say whether its input has this value, or any where none is wanted."""
        return wanted is None or (isinstance(self.given, dict) and self.given.get(key) == wanted)

    def kept_from_it(self, *, errors: Sequence[str], now: datetime) -> str:
        """Return why it is not redriven; empty if it is. `errors` are those to redrive, by default those that pass."""
        if self.error in ENDED_WITH:
            return ENDED_WITH[self.error]
        if now - self.stopped >= REDRIVABLE:
            return "it ended more than 14 days ago: start its input again"
        if errors and self.error not in errors:
            return "it has another error"
        if not errors and not passing_errors.passes(self.error):
            return f"this error does not pass by itself: fix its cause, then say --error {self.error}"
        return self.not_redrivable


def moment(flag: str, text: str, *, now: datetime) -> datetime:
    """Return the time that a flag's value means: a date, a time (in UTC unless it has an offset), or 6h ago."""
    if ago := AGO.fullmatch(text):
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    # The latter of an offset that leads beyond the calendar.
    except (ValueError, OverflowError):
        allowed = "a date, a time such as 2026-11-20T06:00, and 6h or 3d"
        raise refused(f"{flag} is {text!r}; allowed are {allowed}") from None


def red_executions(
    deployed: DeployedStack, *, since: datetime, until: datetime, progress: Callable[[int], None]
) -> Iterator[RedExecution]:
    """Yield the report machine's executions that ended red in this span; `progress` gets their number so far."""
    count = 0
    # All that Step Functions still has: the latest start comes first, but one that was redriven may end weeks after it.
    for status in ("FAILED", "TIMED_OUT"):
        pages = deployed.stepfunctions.get_paginator("list_executions")
        for page in pages.paginate(stateMachineArn=deployed.machine, statusFilter=status):
            for listed in page["executions"]:
                if since <= listed["stopDate"] <= until:
                    count += 1
                    progress(count)
                    if count > AT_ONCE:
                        sleep(SECONDS_BETWEEN)
                    yield _described(deployed, listed["executionArn"])


def _described(deployed: DeployedStack, arn: str) -> RedExecution:
    described = deployed.stepfunctions.describe_execution(executionArn=arn)
    may = described.get("redriveStatus", "REDRIVABLE") == "REDRIVABLE"
    timeout = "States.Timeout" if described["status"] == "TIMED_OUT" else "no error"
    return RedExecution(
        arn=arn,
        error=described.get("error") or timeout,
        stopped=described["stopDate"],
        given=parsed_or_text(described.get("input")),
        not_redrivable="" if may else described.get("redriveStatusReason") or "Step Functions does not redrive it",
    )
