"""How an execution went, read from its history and from what was recorded on the way."""

import json
from dataclasses import dataclass
from typing import Any

from tests.testing.machine.run import BackOff, Invocation, Run

STATUSES = {
    "ExecutionSucceeded": "SUCCEEDED",
    "ExecutionFailed": "FAILED",
    "ExecutionTimedOut": "TIMED_OUT",
    "ExecutionAborted": "ABORTED",
}


@dataclass(frozen=True, kw_only=True)
class ExecutionResult:
    """One execution's end and its way there.

    `output` is parsed; `states` are those entered, in order; `waits`, `retries` and `seconds` are in virtual seconds;
    `events` is the length of the history, of which AWS allows 25,000.
    """

    arn: str
    status: str
    error: str | None
    cause: str | None
    output: Any
    states: list[str]
    waits: list[float]
    retries: list[BackOff]
    invocations: list[Invocation]
    events: int
    seconds: float


def read(*, arn: str, run: Run) -> ExecutionResult:
    """Return the end of a run, which must have come."""
    history = run.history()
    kind = history[-1]["type"].value
    details = history[-1].get(f"e{kind[1:]}EventDetails", {})
    return ExecutionResult(
        arn=arn,
        status=STATUSES[kind],
        error=details.get("error"),
        cause=details.get("cause"),
        output=json.loads(details.get("output", "null")),
        states=states_entered(history),
        waits=run.waits,
        retries=run.back_offs,
        invocations=run.invocations,
        events=len(history),
        seconds=run.ended_at - run.started_at,
    )


def states_entered(history: list[Any]) -> list[str]:
    """Return the names of the states entered, in order, from GetExecutionHistory's events."""
    return [event["stateEnteredEventDetails"]["name"] for event in history if event["type"].endswith("StateEntered")]
