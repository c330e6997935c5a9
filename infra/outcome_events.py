"""Outcomes: whatever ended an execution, Step Functions says so, and one function tells everybody else."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_destinations as destinations
from constructs import Construct

from infra.config import Config
from infra.functions import ReportFunctions
from infra.queues import dead_letters
from infra.report_function import ReportFunction
from infra.report_workflow import ReportWorkflow
from lambdas.environment import Environment

PATIENCE = Duration.hours(6)


class OutcomeEvents(Construct):
    """The function behind a rule for the machine's outcomes, and the queue of those it could not announce."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        functions: ReportFunctions,
        workflow: ReportWorkflow,
    ) -> None:
        """Announce every outcome of the workflow's machine."""
        super().__init__(scope, construct_id)
        self.dead_letters = dead_letters(self, of="the announcements")
        alarms = Environment(finding_alarms=" ".join(config.finding_alarms))
        self.function = functions.function("PublishOutcome", "publish_outcome", environment=alarms)
        # The rule's queue gets what Lambda did not accept, the function's what it failed at.
        self.function.configure_async_invoke(
            max_event_age=PATIENCE, retry_attempts=2, on_failure=destinations.SqsDestination(self.dead_letters)
        )
        self._rule(workflow)
        workflow.grant_executions(self.function, "states:DescribeExecution")
        grant_events(self.function)

    def _rule(self, workflow: ReportWorkflow) -> None:
        target = targets.LambdaFunction(
            self.function, dead_letter_queue=self.dead_letters, max_event_age=PATIENCE, retry_attempts=20
        )
        events.Rule(
            self,
            "Outcomes",
            event_pattern=events.EventPattern(
                source=["aws.states"],
                detail_type=["Step Functions Execution Status Change"],
                detail={
                    "stateMachineArn": [workflow.machine.state_machine_arn],
                    "status": ["SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"],
                },
            ),
            targets=[target],
        )


def grant_events(function: ReportFunction) -> None:
    """Let a function put events of the source `reportflow` on the default bus."""
    bus = Stack.of(function).format_arn(service="events", resource="event-bus", resource_name="default")
    function.add_to_role_policy(
        iam.PolicyStatement(
            actions=["events:PutEvents"],
            resources=[bus],
            # The key has a value for each event of a call; there is no event without.
            conditions={"ForAllValues:StringEquals": {"events:source": "reportflow"}},
        )
    )
