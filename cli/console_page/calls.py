"""The calls to SP-API that an execution made, from the lines that its functions logged."""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, Any, TypedDict

from lambdas.spapi.foreign import parsed_or_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from types_boto3_logs import CloudWatchLogsClient

    from cli.console_page.history import Step

# CloudWatch may show a line some seconds after it was written, and lines of one second in any order.
LATE_MILLISECONDS = 60_000
# Looks in vain, after which a line is taken for lost: its process died, or its log is no JSON.
PATIENCE = 20


class Call(TypedDict):
    """A call to SP-API, as the function logged it. No status: there was no answer."""

    operation: str
    status: int | None
    seconds: float


class CallLog:
    """The log lines of one execution, read only from functions that have run since the last look."""

    def __init__(self, logs: CloudWatchLogsClient, *, execution: str, since: float, groups: Mapping[str, str]) -> None:
        """Read what `execution` logged after `since`, in true seconds since the epoch; `groups` are by state."""
        self._logs = logs
        self._execution = execution
        self._groups = groups
        self._since = dict.fromkeys(groups, int(since * 1000))
        self._lines: dict[str, dict[tuple[int, str], dict[str, Any]]] = {state: {} for state in groups}
        self._in_vain = dict.fromkeys(groups, 0)

    def calls(self, steps: Sequence[Step]) -> list[list[Call]]:
        """Return the calls that were made in each step."""
        for state, runs in Counter(step["state"] for step in steps for _ in range(_runs(step))).items():
            if state in self._groups and len(self._lines[state]) < runs and self._in_vain[state] < PATIENCE:
                self._look(state)
        ahead = {state: deque(lines[key] for key in sorted(lines)) for state, lines in self._lines.items()}
        return [_taken(ahead.get(step["state"], deque()), _runs(step)) for step in steps]

    def _look(self, state: str) -> None:
        lines, before = self._lines[state], len(self._lines[state])
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self._groups[state],
            startTime=self._since[state],
            filterPattern=f'{{ $.executionArn = "{self._execution}" }}',
        )
        for page in pages:
            for event in page["events"]:
                line = _parsed(event["message"])
                if line.get("executionArn") == self._execution and "calls" in line:
                    lines[event["timestamp"], event.get("eventId", event["message"])] = line
        self._in_vain[state] = 0 if len(lines) > before else self._in_vain[state] + 1
        if lines:
            self._since[state] = max(self._since[state], max(lines)[0] - LATE_MILLISECONDS)


def _runs(step: Step) -> int:
    """Return how many runs of its function a step has seen to their ends; each has logged a line, unless it died."""
    return len(step["faults"]) + (step["status"] == "done")


def _taken(lines: deque[dict[str, Any]], runs: int) -> list[Call]:
    return [call for _ in range(min(runs, len(lines))) for call in lines.popleft()["calls"]]


def _parsed(message: str) -> dict[str, Any]:
    fields = parsed_or_text(message)
    return fields if isinstance(fields, dict) else {}
