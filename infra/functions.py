"""The functions behind the machine's states, each with a role of its own that allows what it does and no more."""

from typing import Any

from aws_cdk import ArnFormat, Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.lambda_asset import functions_code
from infra.report_function import ReportFunction
from infra.storage import RESTRICTED_ZONE, ReportStorage
from infra.suppressions import accept
from lambdas.environment import Environment


class ReportFunctions(Construct):
    """All of them, with who may do what in one place."""

    def __init__(self, scope: Construct, construct_id: str, *, config: Config, storage: ReportStorage) -> None:
        """Make the functions and grant each what it needs."""
        super().__init__(scope, construct_id)
        self._ledger = storage.ledger
        self._code = functions_code(config.reports_file)
        self.all: list[ReportFunction] = []
        self._config = config
        self.environment = Environment(
            ledger_table=storage.ledger.table_name,
            ledger_retention_days=config.ledger_retention_days,
            secret_prefix=config.secret_prefix,
            sp_api_endpoint=config.sp_api_endpoint,
            lwa_endpoint=config.lwa_endpoint,
        )
        waiting = Environment(
            report_deadline_seconds=config.deadline_seconds,
            polling_factor=config.polling_factor,
            notifications=config.notifications,
        )
        documents = Environment(document_origins=config.document_origins)
        restricted = Environment(report_zone=RESTRICTED_ZONE, report_key_arn=storage.restricted_key.key_arn)
        self.create_report = self._state("CreateReport", "create_report", waiting)
        self.get_report = self._state("GetReport", "get_report")
        self.handle_done = self._landing("HandleDone", documents, storage=storage)
        self.handle_restricted = self._landing("HandleRestricted", documents | restricted, storage=storage)
        self.handle_cancelled = self._state(
            "HandleCancelled", "handle_cancelled", Environment(no_data_retry_seconds=config.no_data_retry_seconds)
        )
        self.handle_fatal = self._state("HandleFatal", "handle_fatal", documents)
        self.handle_overdue = self._state("HandleOverdue", "handle_overdue")
        storage.ledger.grant(self.create_report, "dynamodb:Query")
        # To write parts under a key takes Decrypt as well: S3 reads them when the upload is completed.
        storage.restricted_key.grant(self.handle_restricted, "kms:GenerateDataKey", "kms:Decrypt")

    def _state(self, name: str, module: str, more: Environment | None = None, **settings: Any) -> ReportFunction:
        """Make a function of the report machine, all of which may call SP-API."""
        environment = self.environment | (more or Environment())
        function = self.function(name, module, environment=environment, **settings)
        self.grant_calls(function)
        return function

    def _landing(self, name: str, zone: Environment, *, storage: ReportStorage) -> ReportFunction:
        bucket = Environment(report_bucket=storage.bucket.bucket_name, utf8_copy=self._config.utf8_copy)
        # One full vCPU: inflating to verify is what takes the time.
        settings = {"memory_size": 1769, "timeout": Duration.minutes(15)}
        function = self._state(name, "handle_done", zone | bucket, **settings)
        _grant_landing(function, storage.bucket, zone=zone.report_zone)
        return function

    def function(self, name: str, module: str, *, code: lambda_.Code | None = None, **more: Any) -> ReportFunction:
        """Make another function, of the same asset unless `code` is another one."""
        made = ReportFunction(self, name, code=code or self._code, module=module, config=self._config, **more)
        self.all.append(made)
        return made

    def grant_calls(self, caller: ReportFunction) -> None:
        """Let a function call SP-API: read credentials, reserve its calls in the ledger and record reports there."""
        secrets = Stack.of(self).format_arn(
            service="secretsmanager",
            resource="secret",
            resource_name=f"{self.environment.secret_prefix}/*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        caller.add_to_role_policy(iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[secrets]))
        self._ledger.grant(caller, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        accept(
            caller.own_role,
            f"AwsSolutions-IAM5[…:secret:{self.environment.secret_prefix}/*]",
            because="AWS adds six characters to each name, and a selling partner is added without a deployment",
        )


def _grant_landing(function: ReportFunction, bucket: s3.IBucket, *, zone: str) -> None:
    folders = ("manifests", "reports", "unfinished", "utf-8")
    manifests, reports, unfinished, utf8_copies = (bucket.arn_for_objects(f"{zone}{folder}/*") for folder in folders)
    for actions, resources in (
        (["s3:PutObject"], [manifests, unfinished]),
        # A write on condition, and HeadObject, need GetObject. An execution may ask for a UTF-8 copy that the
        # deployment does not.
        (["s3:PutObject", "s3:AbortMultipartUpload", "s3:GetObject"], [reports, utf8_copies]),
        # A UTF-8 copy is made of the version that has landed.
        (["s3:ListMultipartUploadParts", "s3:GetObjectVersion"], [reports]),
        (["s3:GetObject"], [manifests, unfinished]),
        # What a window has already; and without it S3 answers 403 instead of 404 for a manifest that is not there yet.
        (["s3:ListBucket"], [bucket.bucket_arn]),
    ):
        function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=resources))
    accept(
        function.own_role,
        *(f"AwsSolutions-IAM5[Resource::…/{zone}{folder}/*]" for folder in folders),
        because="keys carry windows and report ids, which nobody knows beforehand",
    )
