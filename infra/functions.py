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


class ReportFunction(lambda_.Function):
    """A function of the asset `lambdas/`: arm64, JSON logs of its own with a retention, a role of its own."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        code: lambda_.Code,
        module: str,
        config: Config,
        environment: dict[str, str],
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
            environment=environment,
            dead_letter_queue=dead_letter_queue,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
        )
        for finding, because in (
            ("CKV_AWS_115", "the quotas in the ledger pace it; a limit here would only let executions fail"),
            ("CKV_AWS_117", "it talks to Amazon's public API; a VPC would add a NAT gateway, and nothing to protect"),
            ("CKV_AWS_173", "names and addresses, no secrets, under AWS's own key"),
        ):
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
        self.environment = environment = {
            "LEDGER_TABLE": storage.ledger.table_name,
            "LEDGER_RETENTION_DAYS": str(config.ledger_retention_days),
            "SECRET_PREFIX": config.secret_prefix,
            "SP_API_ENDPOINT": config.sp_api_endpoint,
            "LWA_ENDPOINT": config.lwa_endpoint,
        }
        documents = {"DOCUMENT_ORIGINS": config.document_origins}
        bucket = {"REPORT_BUCKET": storage.bucket.bucket_name, "UTF8_COPY": str(config.utf8_copy).lower()}
        restricted = {"REPORT_ZONE": RESTRICTED_ZONE, "REPORT_KEY_ARN": storage.restricted_key.key_arn}
        waiting = {
            "REPORT_DEADLINE_SECONDS": str(config.deadline_seconds),
            "POLLING_FACTOR": str(config.polling_factor),
        }
        if config.notifications:
            waiting["NOTIFICATIONS"] = "true"

        def landing(name: str, zone: dict[str, str]) -> ReportFunction:
            environment_of_zone = environment | documents | bucket | zone
            # One full vCPU: inflating to verify is what takes the time.
            return self.function(
                name,
                "handle_done",
                environment=environment_of_zone,
                memory_size=1769,
                timeout=Duration.minutes(15),
            )

        self.create_report = self.function("CreateReport", "create_report", environment=environment | waiting)
        self.get_report = self.function("GetReport", "get_report", environment=environment)
        self.handle_done = landing("HandleDone", {})
        self.handle_restricted = landing("HandleRestricted", restricted)
        self.handle_cancelled = self.function("HandleCancelled", "handle_cancelled", environment=environment)
        self.handle_fatal = self.function("HandleFatal", "handle_fatal", environment=environment | documents)
        self.handle_overdue = self.function("HandleOverdue", "handle_overdue", environment=environment)
        for caller in (
            self.create_report,
            self.get_report,
            self.handle_done,
            self.handle_restricted,
            self.handle_cancelled,
            self.handle_fatal,
            self.handle_overdue,
        ):
            self.grant_calls(caller)
        storage.ledger.grant(self.create_report, "dynamodb:Query")
        for lander, zone in ((self.handle_done, ""), (self.handle_restricted, RESTRICTED_ZONE)):
            _grant_landing(lander, storage.bucket, zone=zone)
            # An execution may ask for a UTF-8 copy that the deployment does not.
            _grant_utf8_copies(lander, storage.bucket, zone=zone)
        # To write parts under a key takes Decrypt as well: S3 reads them when the upload is completed.
        storage.restricted_key.grant(self.handle_restricted, "kms:GenerateDataKey", "kms:Decrypt")

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
            resource_name=f"{self.environment['SECRET_PREFIX']}/*",
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        caller.add_to_role_policy(iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=[secrets]))
        self._ledger.grant(caller, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem")
        accept(
            caller.own_role,
            f"AwsSolutions-IAM5[…:secret:{self.environment['SECRET_PREFIX']}/*]",
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
    for actions, resource in ((["s3:GetObject"], reports), (["s3:PutObject", "s3:AbortMultipartUpload"], utf8_copies)):
        function.add_to_role_policy(iam.PolicyStatement(actions=actions, resources=[resource]))
