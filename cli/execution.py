"""An execution as Step Functions has it: how it stands, and how it has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from cli.errors import CommandFailed, Exit, unreachable
from cli.ledger_query import row_of_report
from lambdas.spapi.foreign import parsed_or_text

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_stepfunctions.type_defs import DescribeExecutionOutputTypeDef

    from cli.stack import DeployedStack

NO_DOCUMENT = ("NO_DATA", "CANCELLED_ELSEWHERE")


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
