"""An execution's history as steps: each time that it entered a state, until it left it.

The machine has no Map and no Parallel, so an execution is in one state at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from types_boto3_stepfunctions import SFNClient
    from types_boto3_stepfunctions.type_defs import HistoryEventTypeDef

PAGE = 200
ENDS_RED = ("ExecutionFailed", "ExecutionTimedOut", "ExecutionAborted")
ENDS = ("ExecutionSucceeded", *ENDS_RED)


class StepError(TypedDict):
    """An attempt that failed."""

    at: float
    error: str


class Step(TypedDict):
    """One stay in a state. Times are seconds since the epoch."""

    state: str
    type: str
    entered: float
    exited: float | None
    status: Literal["current", "done", "caught", "failed"]
    faults: list[StepError]


class ExecutionHistory:
    """The events of one execution so far. Each look asks only for what is new."""

    def __init__(self, stepfunctions: SFNClient, *, execution: str) -> None:
        """Read the history of `execution`."""
        self._stepfunctions = stepfunctions
        self._execution = execution
        self._events: list[HistoryEventTypeDef] = []

    def look(self) -> list[Step]:
        """Return the steps so far."""
        newer = self._newer_than(self._events[-1]["id"] if self._events else 0)
        self._events += sorted(newer, key=lambda event: event["id"])
        return steps(self._events)

    @property
    def ended(self) -> bool:
        """Whether all of it has been seen. A history may come later than the execution's end."""
        return bool(self._events) and self._events[-1]["type"] in ENDS

    def data(self, number: int) -> dict[str, str | None]:
        """Return the JSON texts that went into and came out of a step."""
        entered = [index for index, event in enumerate(self._events) if "stateEnteredEventDetails" in event]
        first = entered[number]
        left = next((event for event in self._events[first:] if "stateExitedEventDetails" in event), None)
        return {
            "input": self._events[first]["stateEnteredEventDetails"].get("input"),
            "output": left["stateExitedEventDetails"].get("output") if left else None,
        }

    def _newer_than(self, last: int) -> Iterable[HistoryEventTypeDef]:
        pages = self._stepfunctions.get_paginator("get_execution_history").paginate(
            executionArn=self._execution,
            reverseOrder=True,
            PaginationConfig={"PageSize": PAGE},
        )
        for page in pages:
            for event in page["events"]:
                if event["id"] <= last:
                    return
                yield event


def steps(events: Sequence[HistoryEventTypeDef]) -> list[Step]:
    """Return the steps that events tell of, the first first."""
    told: list[Step] = []
    failed = False
    for event in events:
        kind, at = event["type"], _seconds(event["timestamp"])
        if "stateEnteredEventDetails" in event:
            name = event["stateEnteredEventDetails"]["name"]
            told.append(_entered(name, kind.removesuffix("StateEntered"), at))
            failed = False
        elif "stateExitedEventDetails" in event and told:
            told[-1] |= {"exited": at, "status": "caught" if failed else "done"}
        elif kind in ENDS_RED and told:
            told[-1] |= {"exited": at, "status": "failed"}
        elif error := _error(event):
            failed = True
            told[-1]["faults"].append({"at": at, "error": error})
        elif kind.endswith("Succeeded"):
            failed = False
    return told


def _entered(name: str, kind: str, at: float) -> Step:
    return {"state": name, "type": kind, "entered": at, "exited": None, "status": "current", "faults": []}


def _error(event: HistoryEventTypeDef) -> str | None:
    """Return the error of an attempt that failed; it is in lambdaFunctionFailedEventDetails, or one of its kin."""
    if not event["type"].endswith(("Failed", "TimedOut")):
        return None
    details: Any = next((value for key, value in event.items() if key.endswith("EventDetails")), {})
    return details.get("error") or event["type"]


def _seconds(time: datetime) -> float:
    return time.timestamp()
