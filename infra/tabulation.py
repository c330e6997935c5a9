"""The way of one zone's reports into the tables of one database."""

from aws_cdk import Aws, Duration, Size, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_glue as glue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from infra.functions import ReportFunctions
from infra.outcome_events import grant_events
from infra.queues import dead_letters, function_queue
from infra.report_function import ReportFunction
from infra.storage import ReportStorage
from infra.suppressions import accept
from infra.workgroup import QueryWorkgroup
from lambdas.environment import Environment

PATIENCE = Duration.minutes(15)
# So many functions at once leave the account's concurrency to those that land reports.
AT_ONCE = 10
READ_AND_APPEND = [
    *("glue:GetTable", "glue:GetTables", "glue:CreateTable", "glue:UpdateTable"),
    *("glue:GetPartition", "glue:BatchCreatePartition", "glue:BatchUpdatePartition"),
]


class Tabulation(Construct):
    """The way of one zone's reports into a database: rule, queue, function; and the workgroup that queries it."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        storage: ReportStorage,
        functions: ReportFunctions,
        code: lambda_.Code,
        zone: str = "",
    ) -> None:
        """Tabulate what lands in this zone: empty, or `restricted/`."""
        super().__init__(scope, construct_id)
        self._storage, self._zone = storage, zone
        suffix = "_restricted" if zone else ""
        self.database = f"{Stack.of(self).stack_name.replace('-', '_').lower()}{suffix}"
        glue.CfnDatabase(
            self,
            "Database",
            catalog_id=Aws.ACCOUNT_ID,
            database_input=glue.CfnDatabase.DatabaseInputProperty(
                name=self.database, description="Amazon's reports, as reportflow has landed them"
            ),
        )
        self.dead_letters = dead_letters(self, of="the reports to be tabulated")
        self.queue = function_queue(
            self, timeout=PATIENCE, letters=self.dead_letters, attempts=3, retention=Duration.days(14)
        )
        self._rule()
        self._function(functions, code)
        QueryWorkgroup(self, "Workgroup", name=self.database, storage=storage, zone=zone)

    def _rule(self) -> None:
        events.Rule(
            self,
            "Landed",
            event_pattern=events.EventPattern(
                source=["reportflow"],
                detail_type=["Report Landed"],
                detail={"outcome": ["LANDED"], "manifestKey": [{"prefix": f"{self._zone}manifests/"}]},
            ),
            targets=[targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)],
        )

    def _function(self, functions: ReportFunctions, code: lambda_.Code) -> None:
        restricted, key = bool(self._zone), self._storage.restricted_key
        environment = Environment(
            report_bucket=self._storage.bucket.bucket_name,
            report_zone=self._zone,
            report_key_arn=key.key_arn if restricted else "",
            tables_database=self.database,
        )
        function = functions.function(
            "TabulateRestricted" if restricted else "Tabulate",
            "tabulate",
            code=code,
            environment=environment,
            # One full vCPU.
            memory_size=1769,
            timeout=PATIENCE,
            # The Parquet alone, an eighth of its text.
            scratch=Size.gibibytes(2),
        )
        function.add_event_source(sources.SqsEventSource(self.queue, batch_size=1, max_concurrency=AT_ONCE))
        self._grant_files(function)
        self._grant_catalog(function)
        grant_events(function)
        if restricted:
            key.grant(function, "kms:GenerateDataKey", "kms:Decrypt")

    def _grant_files(self, function: ReportFunction) -> None:
        bucket, zone = self._storage.bucket, self._zone
        reports, manifests, tables = (
            bucket.arn_for_objects(f"{zone}{folder}/*") for folder in ("reports", "manifests", "tables")
        )
        for actions, resources in (
            (["s3:GetObject", "s3:GetObjectVersion"], [reports]),
            (["s3:GetObject"], [manifests]),
            # A write on the condition that the file is the one that was looked at takes GetObject.
            (["s3:GetObject", "s3:PutObject"], [tables]),
            # Without it S3 answers 403 instead of 404 for a file that is not there yet.
            (["s3:ListBucket"], [bucket.bucket_arn]),
        ):
            function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=resources))
        accept(
            function.own_role,
            *(f"AwsSolutions-IAM5[Resource::…/{zone}{folder}/*]" for folder in ("reports", "manifests", "tables")),
            because="keys carry report ids and types, which nobody knows beforehand",
        )

    def _grant_catalog(self, function: ReportFunction) -> None:
        parts = {"catalog": None, "database": self.database, "table": f"{self.database}/*"}
        stack = Stack.of(self)
        resources = [
            stack.format_arn(service="glue", resource=kind, resource_name=name) for kind, name in parts.items()
        ]
        function.add_to_role_policy(iam.PolicyStatement(actions=READ_AND_APPEND, resources=resources))
        tables = f"AwsSolutions-IAM5[…:table/{self.database}/*]"
        accept(function.own_role, tables, because="a table for each report type, made when the first of them lands")
