"""Tables: what lands becomes rows in Glue's catalogue and Parquet, for Athena and whatever else reads them.

Reports with personal data stay out, unless restrictedTables is on: then they have a queue, a function, a database and a
workgroup of their own, all of it in their zone of the bucket and under its key.
"""

from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config
from infra.functions import ReportFunctions
from infra.lambda_asset import table_functions_code
from infra.storage import RESTRICTED_ZONE, ReportStorage
from infra.suppressions import accept
from infra.tabulation import PATIENCE, Tabulation
from lambdas.environment import Environment


class ReportTables(Construct):
    """The tables of all reports, the daily look at what is not in them yet, and the workgroups to query them."""

    def __init__(
        self, scope: Construct, construct_id: str, *, config: Config, storage: ReportStorage, functions: ReportFunctions
    ) -> None:
        """Put what lands into tables."""
        super().__init__(scope, construct_id)
        code = table_functions_code(config.reports_file)
        self._open = Tabulation(self, "Open", storage=storage, functions=functions, code=code)
        self._restricted = (
            Tabulation(self, "Restricted", storage=storage, functions=functions, code=code, zone=RESTRICTED_ZONE)
            if config.restricted_tables
            else None
        )
        made = [self._open, self._restricted] if self._restricted else [self._open]
        self.dead_letters: Sequence[sqs.Queue] = [one.dead_letters for one in made]
        self._find_untabulated(storage, functions, code)

    @property
    def outputs(self) -> Mapping[str, str]:
        """What the command line reads of the deployed stack."""
        return {
            "TablesDatabaseName": self._open.database,
            "QueryWorkgroupName": self._open.database,
            "TabulateQueueUrl": self._open.queue.queue_url,
            **({"RestrictedTablesName": self._restricted.database} if self._restricted else {}),
        }

    def _find_untabulated(self, storage: ReportStorage, functions: ReportFunctions, code: lambda_.Code) -> None:
        """Once a day, send to the queue what has landed and is in no table: events come on a best-effort basis."""
        bucket = storage.bucket
        function = functions.function(
            "FindUntabulated",
            "find_untabulated",
            code=code,
            environment=Environment(report_bucket=bucket.bucket_name, tabulate_queue_url=self._open.queue.queue_url),
            memory_size=512,
            timeout=PATIENCE,
            dead_letter_queue=self._open.dead_letters,
        )
        for actions, resource in (
            (["s3:ListBucket"], bucket.bucket_arn),
            (["s3:GetObject"], bucket.arn_for_objects("manifests/*")),
            (["sqs:SendMessage"], self._open.queue.queue_arn),
        ):
            function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
        keys = "keys carry report ids, which nobody knows beforehand"
        accept(function.own_role, "AwsSolutions-IAM5[Resource::…/manifests/*]", because=keys)
        daily = events.Schedule.rate(Duration.days(1))
        events.Rule(self, "Daily", schedule=daily, targets=[targets.LambdaFunction(function)])
