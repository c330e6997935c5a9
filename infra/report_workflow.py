"""The machine: create report, wait, get report, choose on its status, handle how it ended."""

from typing import Any

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import Config
from infra.functions import ReportFunction, ReportFunctions
from infra.notifications import wait_for_notification, wait_items_policy
from infra.state_machine import (
    AWS_RETRYABLE_ERRORS,
    SP_API_RETRYABLE_ERRORS,
    StandardMachine,
    equals,
    execution_context,
    fail,
    invoke,
    refuse_invalid,
    wait_for,
)
from infra.storage import ReportStorage
from infra.suppressions import accept

# Longer than three reports with the longest deadline, and their waits for quota: an execution always ends.
MACHINE_TIMEOUT = Duration.days(7)
DOCUMENT_RETRYABLE_ERRORS = [
    "DocumentTooSlow",
    "DocumentUrlExpired",
    "DocumentUnavailable",
    "DocumentIncomplete",
    "DocumentCorrupt",
    "ReportDocumentIdMissing",
]


class ReportWorkflow(Construct):
    """The state machine. Its states stand under names that read in the console as they do in the README."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        storage: ReportStorage,
        functions: ReportFunctions,
    ) -> None:
        """Name every state, then wire them in one expression."""
        super().__init__(scope, construct_id)
        states = Construct(self, "States")

        create_report = _create_report(states, functions.create_report)
        creation_outcome = sfn.Choice(states, "Creation outcome")
        wait_for_quota = wait_for(states, "Wait for quota")
        already_landed = sfn.Succeed(states, "Already landed", output_path="$.result")
        report_too_soon = fail(states, "Report too soon", error="ReportTooSoon", cause_path="$.result.cause")
        get_report = _handle(states, "Get report", functions.get_report, result_path="$")
        wait = (
            wait_for_notification(states, storage.ledger, get_report)
            if config.notifications
            else wait_for(states, "Wait")
        )
        report_status = sfn.Choice(states, "Report status")
        handle_done = _landing(states, "Handle done", functions.handle_done)
        handle_restricted = _landing(states, "Handle restricted", functions.handle_restricted)
        landing_outcome = sfn.Choice(states, "Landing outcome")
        wait_for_document_quota = wait_for(states, "Wait for document quota", seconds_path="$.result.waitSeconds")
        report_landed = sfn.Succeed(states, "Report landed", output_path="$.result")
        handle_cancelled = _handle(states, "Handle cancelled", functions.handle_cancelled)
        cancellation_outcome = sfn.Choice(states, "Cancellation outcome")
        no_data = sfn.Succeed(states, "No data", output_path="$.result")
        cancelled_elsewhere = sfn.Succeed(states, "Cancelled elsewhere", output_path="$.result")
        wait_to_request_again = wait_for(states, "Wait to request again", seconds_path="$.result.waitSeconds")
        handle_fatal = _handle(states, "Handle fatal", functions.handle_fatal, faults=DOCUMENT_RETRYABLE_ERRORS)
        fatal_outcome = sfn.Choice(states, "Fatal outcome")
        report_fatal = fail(states, "Report fatal", error="ReportFatal", cause_path="$.result.cause")
        handle_overdue = _handle(states, "Handle overdue", functions.handle_overdue)
        report_overdue = fail(states, "Report overdue", error="ReportOverdue", cause_path="$.result.cause")
        unexpected_status = fail(
            states,
            "Unexpected status",
            error="UnexpectedStatus",
            cause_path="States.Format('Amazon answered a processingStatus that its model does not have: {}', "
            "$.report.processingStatus)",
        )
        unexpected_outcome = fail(
            states, "Unexpected outcome", error="UnexpectedOutcome", cause_path="$.result.outcome"
        )

        wait_for_document_quota.next(report_status)
        wait_to_request_again.next(create_report)
        landing_outcome.when(_outcome("LANDED"), report_landed).when(_outcome("ALREADY_LANDED"), already_landed).when(
            _outcome("WAIT"), wait_for_document_quota
        ).otherwise(unexpected_outcome)
        cancellation_outcome.when(_outcome("NO_DATA"), no_data).when(
            _outcome("CANCELLED_ELSEWHERE"), cancelled_elsewhere
        ).when(_outcome("ASK_AGAIN"), wait_to_request_again).when(_outcome("TOO_SOON"), report_too_soon).otherwise(
            unexpected_outcome
        )
        fatal_outcome.when(_outcome("FATAL"), report_fatal).when(_outcome("ASK_AGAIN"), wait_to_request_again).when(
            _outcome("WAIT"), wait_for_document_quota
        ).otherwise(unexpected_outcome)
        definition = create_report.next(
            creation_outcome.when(_outcome("WAIT"), wait_for_quota.next(create_report))
            .when(_outcome("ALREADY_LANDED"), already_landed)
            .when(
                _outcome("CREATED", "ADOPTED"),
                wait.next(get_report).next(
                    report_status.when(_done_and_restricted(), handle_restricted.next(landing_outcome))
                    .when(equals("$.report.processingStatus", "DONE"), handle_done.next(landing_outcome))
                    .when(equals("$.report.processingStatus", "CANCELLED"), handle_cancelled.next(cancellation_outcome))
                    .when(equals("$.report.processingStatus", "FATAL"), handle_fatal.next(fatal_outcome))
                    .when(_pending_and_overdue(), handle_overdue.next(report_overdue))
                    .when(equals("$.report.processingStatus", "IN_QUEUE", "IN_PROGRESS"), wait)
                    .otherwise(unexpected_status)
                ),
            )
            # Another execution was at work on the same request, and its outcome is this one's.
            .when(_outcome("NO_DATA"), no_data)
            .when(_outcome("CANCELLED_ELSEWHERE"), cancelled_elsewhere)
            .when(_outcome("TOO_SOON"), report_too_soon)
            .when(_outcome("FATAL"), report_fatal)
            .when(_outcome("OVERDUE"), report_overdue)
            .otherwise(unexpected_outcome)
        )
        self.machine = StandardMachine(self, "Machine", config=config, definition=definition, timeout=MACHINE_TIMEOUT)
        if config.notifications:
            self.machine.add_to_role_policy(wait_items_policy("dynamodb:PutItem", storage.ledger))
        # Create report sees whether the execution that a ledger entry belongs to is still at work.
        self.grant_describe_executions(functions.create_report)

    def grant_describe_executions(self, function: ReportFunction) -> None:
        """Let a function look at the machine's executions."""
        executions = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        looking = iam.PolicyStatement(actions=["states:DescribeExecution"], resources=[executions])
        # A policy of its own: in the role's, the function would come after the machine, which comes after the function.
        policy = iam.Policy(self, f"{function.node.id}Looks", statements=[looking], roles=[function.own_role])
        accept(policy, "AwsSolutions-IAM5[…:execution:<….Name>:*]", because="executions are named by their callers")


def _create_report(states: Construct, function: lambda_.IFunction) -> sfn.TaskStateBase:
    # Not "$": from Wait for quota this state is entered again, with the machine's own data.
    payload = {**execution_context(), **_execution_ids()}
    faults = [*SP_API_RETRYABLE_ERRORS, *AWS_RETRYABLE_ERRORS, "ClaimLost"]
    task = invoke(states, "Create report", function, payload=payload, faults=faults)
    refuse_invalid(states, task)
    return task


def _handle(
    states: Construct,
    name: str,
    function: lambda_.IFunction,
    *,
    result_path: str = "$.result",
    faults: list[str] | None = None,
) -> sfn.TaskStateBase:
    turn = {part: sfn.JsonPath.object_at(f"$.{part}") for part in ("request", "result", "report", "poll")}
    return invoke(
        states,
        name,
        function,
        payload={**turn, **_execution_ids()},
        faults=[*SP_API_RETRYABLE_ERRORS, *AWS_RETRYABLE_ERRORS, "ClaimLost", *(faults or [])],
        result_path=result_path,
    )


def _execution_ids() -> dict[str, Any]:
    """Return what a function's log line says of the run: whose it is, and how often its state has been retried."""
    return {
        "executionArn": sfn.JsonPath.string_at("$$.Execution.Id"),
        "attempt": sfn.JsonPath.number_at("$$.State.RetryCount"),
    }


def _landing(states: Construct, name: str, function: lambda_.IFunction) -> sfn.TaskStateBase:
    task = _handle(states, name, function, faults=DOCUMENT_RETRYABLE_ERRORS)
    # Right after DONE, Amazon may not know the document's id yet.
    task.add_retry(errors=["SpApiRejected"], interval=Duration.seconds(30), max_attempts=3, backoff_rate=2)
    # Not a failure: the document is larger than one run, and a new address for it may be asked for once a minute.
    task.add_retry(errors=["DocumentUnfinished"], interval=Duration.seconds(60), max_attempts=100, backoff_rate=1)
    return task


def _outcome(*values: str) -> sfn.Condition:
    return equals("$.result.outcome", *values)


def _done_and_restricted() -> sfn.Condition:
    restricted = sfn.Condition.boolean_equals("$.request.restricted", value=True)
    return sfn.Condition.and_(equals("$.report.processingStatus", "DONE"), restricted)


def _pending_and_overdue() -> sfn.Condition:
    pending = equals("$.report.processingStatus", "IN_QUEUE", "IN_PROGRESS")
    return sfn.Condition.and_(pending, sfn.Condition.boolean_equals("$.poll.overdue", value=True))
