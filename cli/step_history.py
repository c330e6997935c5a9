"""The states that an execution went through, as Step Functions has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.spapi.foreign import error_message, parsed_or_text

if TYPE_CHECKING:
    from datetime import datetime

    from cli.stack import DeployedStack


class StepError(NamedTuple):
    """A failed attempt of a state: its error, and the cause as a sentence."""

    error: str
    cause: str


@dataclass
class Step:
    """One stay in a state: the machine's data when it was entered, and when it was left."""

    state: str
    entered: datetime
    given: Any = None
    left: datetime | None = None
    output: Any = None
    faults: list[StepError] = field(default_factory=list)


class StepHistory:
    """The steps of an execution, read a little further with each `read`."""

    def __init__(self, deployed: DeployedStack, arn: str) -> None:
        """Nothing is read yet."""
        self._stepfunctions = deployed.stepfunctions
        self._arn = arn
        self._last = 0
        self.steps: list[Step] = []

    def read(self) -> list[Step]:
        """Read what has happened since, and return all steps."""
        unseen: list[Any] = []
        pages = self._stepfunctions.get_paginator("get_execution_history")
        # Backwards: a long history is not read from its beginning again and again.
        for page in pages.paginate(executionArn=self._arn, reverseOrder=True):
            unseen += [event for event in page["events"] if event["id"] > self._last]
            if page["events"][-1]["id"] <= self._last:
                break
        for event in sorted(unseen, key=lambda event: int(event["id"])):
            self._take(event)
        return self.steps

    def _take(self, event: dict[str, Any]) -> None:
        self._last = event["id"]
        if entered := event.get("stateEnteredEventDetails"):
            self.steps.append(Step(entered["name"], event["timestamp"], parsed_or_text(entered.get("input"))))
        elif not self.steps:
            return
        elif exited := event.get("stateExitedEventDetails"):
            self.steps[-1].left = event["timestamp"]
            self.steps[-1].output = parsed_or_text(exited.get("output"))
        elif event["type"].endswith(("Failed", "TimedOut")) and not event["type"].startswith("Execution"):
            self.steps[-1].faults += [
                StepError(details.get("error", event["type"]), error_message(details.get("cause", "")))
                for key, details in event.items()
                if key.endswith("EventDetails")
            ]
