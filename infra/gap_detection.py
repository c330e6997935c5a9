"""Once a day: which of the windows that the configuration makes one expect have not landed."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.config import Config
from infra.functions import ReportFunctions
from infra.report_workflow import ReportWorkflow
from infra.schedules import ReportSchedules
from infra.storage import ReportStorage
from infra.suppressions import accept
from lambdas.environment import Environment
from lambdas.schedules.report_config import ScheduleTiming

# In the middle of the day, when what was due in the night has landed in most time zones.
DAILY = ScheduleTiming(schedule="cron(0 12 * * ? *)")
GAPS = "gaps/*"


class GapDetection(Construct):
    """Find gaps, and its schedule where something is scheduled."""

    def __init__(  # noqa: PLR0913 - it is where ledger, machine and schedules meet
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        storage: ReportStorage,
        functions: ReportFunctions,
        workflow: ReportWorkflow,
        schedules: ReportSchedules,
    ) -> None:
        """Let it read the ledger, write what it finds, and start or redrive what the configuration says."""
        super().__init__(scope, construct_id)
        environment = Environment(
            ledger_table=storage.ledger.table_name,
            ledger_retention_days=config.ledger_retention_days,
            report_bucket=storage.bucket.bucket_name,
            state_machine_arn=workflow.machine.state_machine_arn,
            start_missing_windows=config.start_missing_windows,
            repeat_failed=config.repeat_failed,
        )
        function = functions.function(
            "FindGaps",
            "find_gaps",
            environment=environment,
            memory_size=512,
            timeout=Duration.minutes(15),
            dead_letter_queue=schedules.dead_letters,
        )
        storage.ledger.grant(function, "dynamodb:BatchGetItem", "dynamodb:Query")
        writing = iam.PolicyStatement(actions=["s3:PutObject"], resources=[storage.bucket.arn_for_objects(GAPS)])
        function.add_to_role_policy(writing)
        accept(function.own_role, f"AwsSolutions-IAM5[Resource::…/{GAPS}]", because="an object for each day")
        if config.start_missing_windows or config.repeat_failed:
            workflow.machine.grant_start_execution(function)
        if config.repeat_failed:
            workflow.grant_executions(function, "states:DescribeExecution", "states:RedriveExecution")
        if config.reports.timings:
            schedules.invoke(function, DAILY, {}, of="the gaps")
