"""The machine: create report, wait, get report, choose on its status, handle how it ended."""

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import Config
from infra.functions import ReportFunctions
from infra.notifications import wait_for_notification, wait_items_policy
from infra.report_function import ReportFunction
from infra.report_tasks import create_report, handle, landing, with_document
from infra.state_machine import (
    StandardMachine,
    equals,
    fail,
    wait_for,
)
from infra.storage import ReportStorage
from infra.suppressions import accept

# Longer than three reports with the longest deadline, and their waits for quota: an execution always ends.
MACHINE_TIMEOUT = Duration.days(7)
PENDING = ("IN_QUEUE", "IN_PROGRESS")


class _Ends:
    """The states in which an execution ends. Several Choices lead to the same one."""

    def __init__(self, states: Construct) -> None:
        self.report_landed = sfn.Succeed(states, "Report landed", output_path="$.result")
        self.already_landed = sfn.Succeed(states, "Already landed", output_path="$.result")
        self.no_data = sfn.Succeed(states, "No data", output_path="$.result")
        self.cancelled_elsewhere = sfn.Succeed(states, "Cancelled elsewhere", output_path="$.result")
        cause = "$.result.cause"
        self.report_too_soon = fail(states, "Report too soon", error="ReportTooSoon", cause_path=cause)
        self.report_fatal = fail(states, "Report fatal", error="ReportFatal", cause_path=cause)
        self.report_overdue = fail(states, "Report overdue", error="ReportOverdue", cause_path=cause)
        self.unexpected_status = fail(
            states,
            "Unexpected status",
            error="UnexpectedStatus",
            cause_path="States.Format('Amazon answered a processingStatus that its model does not have: {}', "
            "$.report.processingStatus)",
        )
        self.unexpected_outcome = fail(
            states, "Unexpected outcome", error="UnexpectedOutcome", cause_path="$.result.outcome"
        )


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
        """Make the Tasks and the Waits, and let a function per Choice wire what follows it."""
        super().__init__(scope, construct_id)
        self._states = states = Construct(self, "States")
        self._ends = _Ends(states)
        self._create_report = create_report(states, functions.create_report)
        get_report = handle(states, "Get report", functions.get_report, result_path="$")
        self._wait = (
            wait_for_notification(states, storage.ledger, get_report)
            if config.notifications
            else wait_for(states, "Wait")
        )
        self._report_status = sfn.Choice(states, "Report status")
        result_seconds = "$.result.waitSeconds"
        self._request_again = wait_for(states, "Wait to request again", seconds_path=result_seconds)
        self._wait_for_document_quota = wait_for(states, "Wait for document quota", seconds_path=result_seconds)
        self._handle_restricted = landing(states, "Handle restricted", functions.handle_restricted)

        self._create_report.next(self._creation_outcome())
        self._request_again.next(self._create_report)
        self._wait.next(get_report).next(self._report_status)
        self._wait_for_document_quota.next(self._report_status)
        self._wire_report_status(functions)
        definition = self._create_report
        self.machine = StandardMachine(self, "Machine", config=config, definition=definition, timeout=MACHINE_TIMEOUT)
        if config.notifications:
            self.machine.add_to_role_policy(wait_items_policy("dynamodb:PutItem", storage.ledger))
        # Create report sees whether the execution that a ledger entry belongs to is still at work.
        self.grant_executions(functions.create_report, "states:DescribeExecution")

    def _creation_outcome(self) -> sfn.Choice:
        ends, wait_for_quota = self._ends, wait_for(self._states, "Wait for quota")
        return (
            sfn.Choice(self._states, "Creation outcome")
            .when(_outcome("WAIT"), wait_for_quota.next(self._create_report))
            .when(_outcome("ALREADY_LANDED"), ends.already_landed)
            .when(_outcome("CREATED", "ADOPTED"), self._wait)
            # Another execution was at work on the same request, and its outcome is this one's.
            .when(_outcome("NO_DATA"), ends.no_data)
            .when(_outcome("CANCELLED_ELSEWHERE"), ends.cancelled_elsewhere)
            .when(_outcome("TOO_SOON"), ends.report_too_soon)
            .when(_outcome("FATAL"), ends.report_fatal)
            .when(_outcome("OVERDUE"), ends.report_overdue)
            .otherwise(ends.unexpected_outcome)
        )

    def _wire_report_status(self, functions: ReportFunctions) -> None:
        states = self._states
        done = landing(states, "Handle done", functions.handle_done)
        restricted = self._handle_restricted.next(self._restricted_landing_outcome())
        cancelled = handle(states, "Handle cancelled", functions.handle_cancelled)
        fatal = with_document(states, "Handle fatal", functions.handle_fatal)
        overdue = handle(states, "Handle overdue", functions.handle_overdue)
        (
            self._report_status.when(_done_and_restricted(), restricted)
            .when(_status("DONE"), done.next(self._landing_outcome()))
            .when(_status("CANCELLED"), cancelled.next(self._cancellation_outcome()))
            .when(_status("FATAL"), fatal.next(self._fatal_outcome()))
            .when(_pending_and_overdue(), overdue.next(self._ends.report_overdue))
            .when(_status(*PENDING), self._wait)
            .otherwise(self._ends.unexpected_status)
        )

    def _landing_outcome(self) -> sfn.Choice:
        return (
            sfn.Choice(self._states, "Landing outcome")
            .when(_outcome("LANDED"), self._ends.report_landed)
            .when(_outcome("ALREADY_LANDED"), self._ends.already_landed)
            .when(_outcome("WAIT"), self._wait_for_document_quota)
            # Of a type that Amazon does not call restricted. Handle done cannot write where it belongs.
            .when(_outcome("PERSONAL_DATA"), self._handle_restricted)
            .otherwise(self._ends.unexpected_outcome)
        )

    def _restricted_landing_outcome(self) -> sfn.Choice:
        seconds = "$.result.waitSeconds"
        wait = wait_for(self._states, "Wait for restricted document quota", seconds_path=seconds)
        return (
            sfn.Choice(self._states, "Restricted landing outcome")
            .when(_outcome("LANDED"), self._ends.report_landed)
            .when(_outcome("ALREADY_LANDED"), self._ends.already_landed)
            .when(_outcome("WAIT"), wait.next(self._handle_restricted))
            .otherwise(self._ends.unexpected_outcome)
        )

    def _cancellation_outcome(self) -> sfn.Choice:
        return (
            sfn.Choice(self._states, "Cancellation outcome")
            .when(_outcome("NO_DATA"), self._ends.no_data)
            .when(_outcome("CANCELLED_ELSEWHERE"), self._ends.cancelled_elsewhere)
            .when(_outcome("ASK_AGAIN"), self._request_again)
            .when(_outcome("TOO_SOON"), self._ends.report_too_soon)
            .otherwise(self._ends.unexpected_outcome)
        )

    def _fatal_outcome(self) -> sfn.Choice:
        return (
            sfn.Choice(self._states, "Fatal outcome")
            .when(_outcome("FATAL"), self._ends.report_fatal)
            .when(_outcome("ASK_AGAIN"), self._request_again)
            .when(_outcome("WAIT"), self._wait_for_document_quota)
            .otherwise(self._ends.unexpected_outcome)
        )

    def grant_executions(self, function: ReportFunction, *actions: str) -> None:
        """Let a function look at the machine's executions, or more."""
        executions = Stack.of(self).format_arn(
            service="states",
            resource="execution",
            resource_name=f"{self.machine.state_machine_name}:*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        looking = iam.PolicyStatement(actions=[*actions], resources=[executions])
        # A policy of its own: in the role's, the function would come after the machine, which comes after the function.
        policy = iam.Policy(self, f"{function.node.id}Looks", statements=[looking], roles=[function.own_role])
        accept(policy, "AwsSolutions-IAM5[…:execution:<….Name>:*]", because="executions are named by their callers")


def _outcome(*values: str) -> sfn.Condition:
    return equals("$.result.outcome", *values)


def _status(*values: str) -> sfn.Condition:
    return equals("$.report.processingStatus", *values)


def _done_and_restricted() -> sfn.Condition:
    return sfn.Condition.and_(_status("DONE"), sfn.Condition.boolean_equals("$.request.restricted", value=True))


def _pending_and_overdue() -> sfn.Condition:
    return sfn.Condition.and_(_status(*PENDING), sfn.Condition.boolean_equals("$.poll.overdue", value=True))
