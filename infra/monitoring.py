"""Monitoring: the client secret's age, the alarms, the dashboard, and the queries that lead from them to the logs."""

from collections.abc import Sequence

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from infra.alarms import ReportAlarms
from infra.config import Config
from infra.dashboard import ReportDashboard
from infra.functions import ReportFunctions
from lambdas.environment import Environment

IDS = "@timestamp, message, sellingPartnerId, reportType, reportId"
# Kept in the console, under Logs Insights: for one selling partner, or one execution, put its id in.
QUERIES = {
    "One selling partner's runs": (
        f"fields {IDS}, attempt, outcome, error, seconds",
        "filter sellingPartnerId = 'A2EXAMPLE'",
        "sort @timestamp desc",
    ),
    "One execution's runs": (
        f"fields {IDS}, attempt, outcome, error, seconds",
        "filter executionArn = 'arn:aws:states:…'",
        "sort @timestamp asc",
    ),
    "Outcomes by selling partner": (
        "filter ispresent(Landed) or ispresent(NoData) or ispresent(Fatal) or ispresent(Overdue) or ispresent(Failed)",
        "stats sum(Landed), sum(NoData), sum(Fatal), sum(Overdue), sum(Failed) by sellingPartnerId, reportType",
    ),
    "Outcomes that failed": (
        f"fields {IDS}, error, executionArn",
        "filter message = 'Report Failed'",
        "sort @timestamp desc",
    ),
    "Credentials refused": (f"fields {IDS}, error", "filter CredentialsRefused = 1", "sort @timestamp desc"),
    "Calls by selling partner": (
        "stats sum(createReport), sum(getReport), sum(getReportDocument), sum(Throttled) by sellingPartnerId",
    ),
}


class Monitoring(Construct):
    """Everything that is there to be seen."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Config,
        functions: ReportFunctions,
        machines: Sequence[sfn.IStateMachine],
        dead_letters: Sequence[sqs.IQueue],
    ) -> None:
        """Watch the machines (that of reports comes first), their functions, and the queues that must stay empty."""
        super().__init__(scope, construct_id)
        _check_client_secret(self, config=config, functions=functions)
        alarms = ReportAlarms(self, "Alarms", config=config, machines=machines, dead_letters=dead_letters)
        self.topic = alarms.topic
        if config.dashboard:
            ReportDashboard(self, "Page", machine=machines[0], functions=functions.all, dead_letters=dead_letters)
        for name, query in QUERIES.items():
            logs.CfnQueryDefinition(
                self,
                name.replace("'s", "").replace(" ", ""),
                name=f"reportflow/{name}",
                query_string="\n| ".join(query),
                log_group_names=[function.log_group.log_group_name for function in functions.all],
            )


def _check_client_secret(scope: Construct, *, config: Config, functions: ReportFunctions) -> None:
    """Have the age of the client secret measured every day, by a function that cannot read it."""
    function = functions.function(
        "CheckClientSecret", "check_client_secret", environment=Environment(secret_prefix=config.secret_prefix)
    )
    # AWS adds six characters to the name; of a secret that is not there it asks IAM about the name alone.
    secrets = [
        Stack.of(scope).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{config.secret_prefix}/lwa-client{suffix}",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        for suffix in ("", "-??????")
    ]
    dates = iam.PolicyStatement(actions=["secretsmanager:ListSecretVersionIds"], resources=secrets)
    function.add_to_role_policy(dates)
    daily = events.Schedule.rate(Duration.days(1))
    events.Rule(scope, "Daily", schedule=daily, targets=[targets.LambdaFunction(function)])
