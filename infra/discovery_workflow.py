"""The machine that discoveries: it lists what Amazon makes by itself, and has the report machine land what is new."""

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.config import Config
from infra.functions import ReportFunctions
from infra.outcome_events import grant_events
from infra.report_function import ReportFunction
from infra.report_workflow import ReportWorkflow
from infra.state_machine import (
    CALL_FAULTS,
    StandardMachine,
    equals,
    execution_context,
    fail,
    invoke,
    refuse_invalid,
    wait_for,
)
from lambdas.environment import Environment


class DiscoveryWorkflow(Construct):
    """List reports, page after page, as the quota of getReports allows."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        functions: ReportFunctions,
        workflow: ReportWorkflow,
    ) -> None:
        """Start the workflow's machine for each report that is found."""
        super().__init__(scope, construct_id)
        self.list_reports = functions.function(
            "ListReports",
            "list_reports",
            environment=functions.environment | Environment(state_machine_arn=workflow.machine.state_machine_arn),
            timeout=Duration.minutes(5),
        )
        functions.grant_calls(self.list_reports)
        workflow.machine.grant_start_execution(self.list_reports)
        workflow.grant_executions(self.list_reports, "states:DescribeExecution")
        grant_events(self.list_reports)
        states = Construct(self, "States")

        list_reports = _list_reports(states, self.list_reports)
        listing_outcome = sfn.Choice(states, "Listing outcome")
        wait_for_quota = wait_for(states, "Wait for quota")
        reports_listed = sfn.Succeed(states, "Reports listed")
        unexpected_outcome = fail(states, "Unexpected outcome", error="UnexpectedOutcome", cause_path="$.outcome")

        definition = list_reports.next(
            listing_outcome.when(equals("$.outcome", "WAIT"), wait_for_quota.next(list_reports))
            .when(equals("$.outcome", "LISTED"), reports_listed)
            .otherwise(unexpected_outcome)
        )
        self.machine = StandardMachine(self, "Machine", config=config, definition=definition, timeout=Duration.days(1))


def _list_reports(states: Construct, function: ReportFunction) -> sfn.TaskStateBase:
    # The input at first, then what was found so far.
    payload = {**execution_context(), "data": sfn.JsonPath.entire_payload}
    task = invoke(states, "List reports", function, payload=payload, faults=CALL_FAULTS)
    refuse_invalid(states, task)
    return task
