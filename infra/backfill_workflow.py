"""The machine that backfills: it plans the windows, has the report machine get each, and sums up what has become."""

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.config import Config
from infra.functions import ReportFunctions
from infra.report_function import ReportFunction
from infra.report_workflow import ReportWorkflow
from infra.state_machine import (
    StandardMachine,
    equals,
    execution_context,
    fail,
    invoke,
    refuse_invalid,
)
from infra.storage import ReportStorage
from infra.suppressions import accept
from lambdas import passing_errors
from lambdas.environment import Environment

# Enough for Amazon's one report a minute where each takes an hour, waits for quota included.
AT_ONCE = 60
# 3,000 windows, the most of one backfill, take two days.
TIMEOUT = Duration.days(30)


class BackfillWorkflow(Construct):
    """Plan backfill, Each window, Summarize backfill."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        storage: ReportStorage,
        functions: ReportFunctions,
        workflow: ReportWorkflow,
    ) -> None:
        """Get each window by an execution of the workflow's machine."""
        super().__init__(scope, construct_id)
        self.plan_backfill, self.summarize_backfill = _functions(config, storage=storage, functions=functions)
        definition = _definition(
            Construct(self, "States"),
            plan_backfill=self.plan_backfill,
            summarize_backfill=self.summarize_backfill,
            reports=workflow.machine,
        )
        self.machine = StandardMachine(self, "Machine", config=config, definition=definition, timeout=TIMEOUT)
        accept(
            self.machine,
            *("AwsSolutions-IAM5[…:execution:…*]", "AwsSolutions-IAM5[…:execution:…/*:*]"),
            because="executions that it starts, describes, stops and redrives have names that are made then",
        )


def _functions(
    config: Config, *, storage: ReportStorage, functions: ReportFunctions
) -> tuple[ReportFunction, ReportFunction]:
    """Return Plan backfill and Summarize backfill, with what they may do."""
    ledger = Environment(ledger_table=storage.ledger.table_name, ledger_retention_days=config.ledger_retention_days)
    bucket, patience = Environment(report_bucket=storage.bucket.bucket_name), Duration.minutes(5)
    plan = functions.function("PlanBackfill", "plan_backfill", environment=ledger, timeout=patience)
    summarize = functions.function(
        "SummarizeBackfill", "summarize_backfill", environment=ledger | bucket, timeout=patience
    )
    for reader in (plan, summarize):
        storage.ledger.grant(reader, "dynamodb:BatchGetItem")
    summaries = storage.bucket.arn_for_objects("backfills/*")
    summarize.add_to_role_policy(iam.PolicyStatement(actions=["s3:PutObject"], resources=[summaries]))
    accept(
        summarize.own_role,
        "AwsSolutions-IAM5[Resource::…/backfills/*]",
        because="a summary has the name of its execution, which its caller gives",
    )
    return plan, summarize


def _definition(
    states: Construct,
    *,
    plan_backfill: ReportFunction,
    summarize_backfill: ReportFunction,
    reports: sfn.IStateMachine,
) -> sfn.IChainable:
    plan = _task(states, "Plan backfill", plan_backfill)
    refuse_invalid(states, plan)
    unexpected_outcome = fail(states, "Unexpected outcome", error="UnexpectedOutcome", cause_path="$.outcome")
    incomplete = fail(states, "Backfill incomplete", error="BackfillIncomplete", cause_path="$.cause")
    backfill_outcome = (
        sfn.Choice(states, "Backfill outcome")
        .when(equals("$.outcome", "COMPLETE"), sfn.Succeed(states, "Backfill complete"))
        .when(equals("$.outcome", "INCOMPLETE"), incomplete)
        .otherwise(unexpected_outcome)
    )
    summarize = _task(states, "Summarize backfill", summarize_backfill)
    return plan.next(_each_window(states, reports=reports)).next(summarize).next(backfill_outcome)


def _task(states: Construct, name: str, function: ReportFunction) -> sfn.TaskStateBase:
    payload = {**execution_context(), "executionName": sfn.JsonPath.string_at("$$.Execution.Name")}
    return invoke(states, name, function, payload=payload, faults=passing_errors.AWS)


def _each_window(states: Construct, *, reports: sfn.IStateMachine) -> sfn.DistributedMap:
    day = "States.ArrayGetItem(States.StringSplit($.window.dataStartTime, 'T'), 0)"
    get_window = tasks.StepFunctionsStartExecution(
        states,
        "Get window",
        state_machine=reports,
        integration_pattern=sfn.IntegrationPattern.RUN_JOB,
        # Unique, so that a redrive starts it again: what it has done already the ledger knows.
        name=sfn.JsonPath.string_at(f"States.Format('{{}}-{{}}-{{}}', $.name, {day}, States.UUID())"),
        input=sfn.TaskInput.from_json_path_at("States.JsonMerge($.given, $.window, false)"),
        # The Map's result is all of these, and must stay small.
        result_selector={"ended": sfn.JsonPath.string_at("$.Status")},
    )
    # StartExecution was throttled or not answered; a window that ended red is none of these.
    get_window.add_retry(
        errors=["StepFunctions.ThrottlingException", "StepFunctions.SdkClientException", "StepFunctions.SfnException"],
        interval=Duration.seconds(5),
        max_attempts=10,
        max_delay=Duration.seconds(300),
        jitter_strategy=sfn.JitterType.FULL,
    )
    each_window = sfn.DistributedMap(
        states,
        "Each window",
        items_path="$.windows",
        item_selector={
            "name": sfn.JsonPath.string_at("$.name"),
            "given": sfn.JsonPath.object_at("$.given"),
            "window": sfn.JsonPath.object_at("$$.Map.Item.Value"),
        },
        map_execution_type=sfn.StateMachineType.STANDARD,
        max_concurrency=AT_ONCE,
        # One red window does not stop the others.
        tolerated_failure_percentage=100,
        result_path=sfn.JsonPath.DISCARD,
    )
    return each_window.item_processor(get_window)
