"""The tasks of the report machine: what each function gets, and which of its errors are retried for how long."""

from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.state_machine import CALL_FAULTS, execution_context, invoke, refuse_invalid
from lambdas import passing_errors


def create_report(states: Construct, function: lambda_.IFunction) -> sfn.TaskStateBase:
    """Return the task that an execution begins with; an invalid input ends it."""
    # Not "$": from Wait for quota this state is entered again, with the machine's own data.
    payload = {**execution_context(), **_execution_ids()}
    faults = (*CALL_FAULTS, *passing_errors.LEDGER)
    task = invoke(states, "Create report", function, payload=payload, faults=faults)
    refuse_invalid(states, task)
    return task


def handle(
    states: Construct,
    name: str,
    function: lambda_.IFunction,
    *,
    result_path: str = "$.result",
    faults: Sequence[str] = (),
) -> sfn.TaskStateBase:
    """Return a task that gets the machine's data, and retries these faults besides those of any call."""
    state_data = {part: sfn.JsonPath.object_at(f"$.{part}") for part in ("request", "result", "report", "poll")}
    return invoke(
        states,
        name,
        function,
        payload={**state_data, **_execution_ids()},
        faults=(*CALL_FAULTS, *passing_errors.LEDGER, *faults),
        result_path=result_path,
    )


def _execution_ids() -> dict[str, Any]:
    """Return what a function's log line says of the run: its execution, and how often its state has been retried."""
    return {
        "executionArn": sfn.JsonPath.string_at("$$.Execution.Id"),
        "attempt": sfn.JsonPath.number_at("$$.State.RetryCount"),
    }


def with_document(states: Construct, name: str, function: lambda_.IFunction) -> sfn.TaskStateBase:
    """Return a task that downloads a document."""
    task = handle(states, name, function, faults=passing_errors.DOCUMENT)
    # An address may be asked for once a minute: soon again once or twice, then with patience, for an hour in all.
    task.add_retry(
        errors=[*passing_errors.DOCUMENT_HOST],
        interval=Duration.seconds(5),
        max_attempts=7,
        backoff_rate=3,
        max_delay=Duration.seconds(1800),
    )
    return task


def landing(states: Construct, name: str, function: lambda_.IFunction) -> sfn.TaskStateBase:
    """Return a task that lands a document, in several runs if need be."""
    task = with_document(states, name, function)
    # Right after DONE, Amazon may not know the document's id yet.
    task.add_retry(errors=["SpApiRejected"], interval=Duration.seconds(30), max_attempts=3, backoff_rate=2)
    # The document is larger than one run, and a new address for it may be asked for once a minute.
    unfinished = [*passing_errors.UNFINISHED]
    task.add_retry(errors=unfinished, interval=Duration.seconds(60), max_attempts=100, backoff_rate=1)
    return task
