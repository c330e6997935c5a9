"""What explains an outcome besides its error: the request, what is known of its type, what the ledger has since."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cli.formatting import duration, seconds
from lambdas import passing_errors
from lambdas.request import report_types
from lambdas.request.parsing import InvalidRequest, parse_request

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.execution import Execution
    from cli.ledger_query import LedgerRow
    from cli.step_history import Step
    from lambdas.payloads.request import Request


def request_of(execution: Execution, steps: Sequence[Step]) -> Request | None:
    """Return the request as the machine has normalized it; None if it was refused."""
    for step in steps:
        if isinstance(step.output, dict) and "request" in step.output:
            request: Request = step.output["request"]
            return request
    try:
        return parse_request(execution.given, now=execution.started)
    except InvalidRequest:
        return None


def of_type(request: Request | None, *, now: datetime) -> Iterator[str]:
    """Yield what the catalogue knows of the type that bears on when and how it can be asked for."""
    if request is None:
        return
    kind, name = report_types.get(request["reportType"]), request["reportType"]
    if kind.lag_hours:
        expected = ""
        if "dataEndTime" in request:
            there = datetime.fromisoformat(request["dataEndTime"]) + timedelta(hours=kind.lag_hours)
            passed = "" if there > now else ", which has passed"
            expected = f": for this window from {there:%Y-%m-%d %H:%M} UTC on{passed}"
        yield f"{name}: data is there about {kind.lag_hours} hours after the end of a window{expected}."
    if kind.cooldown_seconds:
        yield f"{name}: Amazon makes one report per {seconds(kind.cooldown_seconds)}, whoever asks."
    for quota in kind.quotas:
        yield f"{name}: a selling partner gets {quota.count} per {seconds(quota.seconds)}."
    if kind.max_span_days:
        yield f"{name}: a report spans {kind.max_span_days} days at most."
    if kind.deadline_hours:
        yield f"{name}: it is waited for up to {kind.deadline_hours} hours."


def ledger_says(row: LedgerRow | None, execution: Execution) -> Iterator[str]:
    """Yield what the ledger has of the request now, where that is more than this execution's own outcome."""
    if row is None:
        return
    entry = row.entry
    if entry.execution != execution.arn:
        other = entry.execution.rsplit(":", 1)[1]
        yield f"Execution {other} has this request now: {entry.status}, {entry.updated_at:%Y-%m-%d %H:%M} UTC."
    if entry.status == "LANDED" and execution.outcome not in ("LANDED", "ALREADY_LANDED"):
        yield "The same request has landed since; a new start answers ALREADY_LANDED."
    if entry.unanswered_calls:
        asked = ", ".join(f"{time:%Y-%m-%d %H:%M:%S}" for time in entry.unanswered_calls)
        yield f"createReport at {asked} UTC had no answer: before anything is asked again, its report is looked for."
    if entry.status in ("REQUESTED", "OVERDUE") and execution.status != "RUNNING":
        yield f"Report {entry.report_id} is still Amazon's to make; a new start adopts it."
    if entry.attempts > 1:
        yield f"{entry.attempts} reports were asked for by this execution, each after a wait."


def passing(execution: Execution) -> Iterator[str]:
    """Yield what to do about an error that passes."""
    if execution.error in passing_errors.REDRIVEN and execution.stopped:
        when = f"--since {execution.stopped:%Y-%m-%d} --error {execution.error}"
        yield f"This error passes: `reportflow redrive {when}` lets all that have it go on."
    elif execution.error in passing_errors.RESTARTED:
        yield "This error passes, and a redrive does not help: start the same input again."


def now_waits(steps: Sequence[Step]) -> str:
    """Return where a running execution is, and why it waits."""
    if not steps:
        return "It has not entered its first state yet."
    here = steps[-1]
    given = here.given if isinstance(here.given, dict) else {}
    reason = given.get("result", {}).get("reason") if here.state.startswith("Wait") else ""
    # Wait is on a poll's time, the waits for quota and for another attempt may be on the result's.
    wait = given.get("result", {}).get("waitSeconds") or given.get("poll", {}).get("waitSeconds")
    until = f", {seconds(wait)} in all" if wait and here.state.startswith("Wait") else ""
    because = f": {reason}" if reason else ""
    return f"It is in {here.state} for {duration(here.entered, None)}{until}{because}."
