"""The functions behind the machine's states, each with a role of its own that allows what it does and no more."""

from typing import Any

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config
from infra.lambda_asset import ARCHITECTURE, RUNTIME, functions_code
from infra.storage import RESTRICTED_ZONE, ReportStorage
from infra.suppressions import accept
from lambdas.environment import Environment

ACCEPTED = {
    "CKV_AWS_115": "the quotas in the ledger pace it; a limit here would only let executions fail",
    "CKV_AWS_117": "it talks to Amazon's public API; a VPC would add a NAT gateway, and nothing to protect",
    "CKV_AWS_173": "names and addresses, no secrets, under AWS's own key",
}


class ReportFunction(lambda_.Function):
    """A function of the asset `lambdas/`: arm64, JSON logs of its own with a retention, a role of its own."""

    def __init__(  # noqa: PLR0913 - what one function may have other than the rest
        self,
        scope: Construct,
        construct_id: str,
        *,
        code: lambda_.Code,
        module: str,
        config: Config,
        environment: Environment,
        memory_size: int = 256,
        timeout: Duration | None = None,
        dead_letter_queue: sqs.IQueue | None = None,
    ) -> None:
        """Make the function whose code is `handler` in `lambdas/handlers/<module>.py`."""
        log_group = logs.LogGroup(
            scope,
            f"{construct_id}Logs",
            retention=config.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        self.memory_mb = memory_size
        self.own_role = iam.Role(scope, f"{construct_id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.own_role)
        super().__init__(
            scope,
            construct_id,
            code=code,
            handler=f"lambdas.handlers.{module}.handler",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            memory_size=memory_size,
            timeout=timeout or Duration.minutes(1),
            role=self.own_role,
            environment=(environment | Environment(detailed_metrics=config.dashboard)).as_variables(),
            dead_letter_queue=dead_letter_queue,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
        )
        for finding, because in ACCEPTED.items():
            accept(self, finding, because=because)
        if dead_letter_queue is None:
            accept(self, "CKV_AWS_116", because="its caller waits for the answer, and has the error")


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
        # An execution may ask for a UTF-8 copy that the deployment does not.
        _grant_utf8_copies(function, storage.bucket, zone=zone.report_zone)
        return function

    def function(self, name: str, module: str, **more: Any) -> ReportFunction:
        """Make another function of the same asset."""
        made = ReportFunction(self, name, code=self._code, module=module, config=self._config, **more)
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
    folders = ("manifests", "reports", "unfinished")
    manifests, reports, unfinished = (bucket.arn_for_objects(f"{zone}{folder}/*") for folder in folders)
    for actions, resources in (
        (["s3:PutObject", "s3:AbortMultipartUpload"], [manifests, reports]),
        (["s3:PutObject"], [unfinished]),
        (["s3:ListMultipartUploadParts"], [reports]),
        (["s3:GetObject"], [manifests, unfinished]),
        # Without it S3 answers 403 instead of 404 for a manifest that is not there yet.
        (["s3:ListBucket"], [bucket.bucket_arn]),
    ):
        function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=resources))
    accept(
        function.own_role,
        *(f"AwsSolutions-IAM5[Resource::<….Arn>/{zone}{folder}/*]" for folder in (*folders, "utf-8")),
        because="keys carry report ids, which nobody knows beforehand",
    )


def _grant_utf8_copies(function: ReportFunction, bucket: s3.IBucket, *, zone: str) -> None:
    # A UTF-8 copy is made of the report as it landed.
    reports, utf8_copies = (bucket.arn_for_objects(f"{zone}{folder}/*") for folder in ("reports", "utf-8"))
    for actions, resource in (
        # HeadObject of a copy tells whether an upload whose answer was lost is complete.
        (["s3:GetObject"], reports),
        (["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"], utf8_copies),
    ):
        function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
