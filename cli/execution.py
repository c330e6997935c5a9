"""An execution as Step Functions tells it: how it stands, and the states that it went through."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from cli.errors import CommandFailed, Exit, unreachable
from cli.ledger_query import row_of_report
from lambdas.spapi.foreign import error_message, parsed_or_text

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from cli.stack import DeployedStack

NO_DOCUMENT = ("NO_DATA", "CANCELLED_ELSEWHERE")


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


@dataclass(frozen=True, kw_only=True)
class Execution:
    """An execution."""

    arn: str
    status: str
    started: datetime
    stopped: datetime | None
    given: Any
    output: Any
    error: str | None
    cause: str | None

    @property
    def name(self) -> str:
        """Its name in the console."""
        return self.arn.rsplit(":", 1)[1]

    @property
    def outcome(self) -> str:
        """The outcome of a success, the error of a failure, or the status."""
        outcome = self.output.get("outcome") if isinstance(self.output, dict) else None
        return str(outcome or self.error or self.status)

    @property
    def exit_code(self) -> Exit:
        """What a command that has waited for its end ends with."""
        if self.status != "SUCCEEDED":
            return Exit.FAILED
        return Exit.NO_DOCUMENT if self.outcome in NO_DOCUMENT else Exit.OK


def arns_of(deployed: DeployedStack, execution: str) -> list[str]:
    """Return the ARNs that an execution may have which is given by its ARN, or by its name: of any of the machines."""
    if execution.startswith("arn:"):
        return [execution]
    return [f"{one.replace(':stateMachine:', ':execution:')}:{execution}" for one in deployed.machines]


def describe(deployed: DeployedStack, execution: str) -> Execution:
    """Return how the execution of this ARN or name stands.

    Raises:
        CommandFailed: there is none.
    """
    for arn in arns_of(deployed, execution):
        try:
            return _execution(deployed.stepfunctions.describe_execution(executionArn=arn))
        except ClientError as error:
            if error.response["Error"].get("Code") not in ("ExecutionDoesNotExist", "InvalidArn"):
                raise
    raise unreachable(
        f"the stack {deployed.stack} knows no {execution}: `reportflow executions` shows what there is; "
        "Step Functions forgets an execution 90 days after its end"
    )


def of_any_id(deployed: DeployedStack, wanted: str, *, seller: str | None = None) -> Execution:
    """Return the execution of this ARN or name, or the one that has the report of this reportId.

    Raises:
        CommandFailed: there is none.
    """
    try:
        return describe(deployed, wanted)
    except CommandFailed:
        row = None if wanted.startswith("arn:") else row_of_report(deployed, wanted, seller=seller)
        if row is None:
            raise
        return describe(deployed, row.entry.execution)


def _execution(described: DescribeExecutionOutputTypeDef) -> Execution:
    return Execution(
        arn=described["executionArn"],
        status=described["status"],
        started=described["startDate"],
        stopped=described.get("stopDate"),
        given=parsed_or_text(described.get("input")),
        output=parsed_or_text(described.get("output")),
        error=described.get("error"),
        cause=described.get("cause"),
    )


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
