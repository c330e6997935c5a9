"""The functions behind the machine's states, each with a role of its own that allows what it does and no more."""

from aws_cdk import ArnFormat, Duration, RemovalPolicy, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.asset import ARCHITECTURE, RUNTIME, functions_code
from infra.config import Config
from infra.storage import ReportStorage


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
    ) -> None:
        """Make the function whose code is `handler` in `module`."""
        log_group = logs.LogGroup(
            scope,
            f"{construct_id}Logs",
            retention=config.log_retention,
            removal_policy=RemovalPolicy.DESTROY,
        )
        role = iam.Role(scope, f"{construct_id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        super().__init__(
            scope,
            construct_id,
            code=code,
            handler=f"{module}.handler",
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            memory_size=memory_size,
            timeout=timeout or Duration.minutes(1),
            role=role,
            environment=environment,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            system_log_level_v2=lambda_.SystemLogLevel.WARN,
        )


class ReportFunctions(Construct):
    """All of them, with who may do what in one place."""

    def __init__(self, scope: Construct, construct_id: str, *, config: Config, storage: ReportStorage) -> None:
        """Make the functions and grant each what it needs."""
        super().__init__(scope, construct_id)
        code = functions_code()
        environment = {
            "LEDGER_TABLE": storage.ledger.table_name,
            "SECRET_PREFIX": config.secret_prefix,
            "SP_API_ENDPOINT": config.sp_api_endpoint,
            "LWA_ENDPOINT": config.lwa_endpoint,
        }
        documents = {"DOCUMENT_ORIGINS": config.document_origins}
        bucket = {"REPORT_BUCKET": storage.bucket.bucket_name}
        deadline = {"REPORT_DEADLINE_SECONDS": str(config.deadline_seconds)}
        self.create_report = ReportFunction(
            self, "CreateReport", code=code, module="create_report", config=config, environment=environment | deadline
        )
        self.get_report = ReportFunction(
            self, "GetReport", code=code, module="get_report", config=config, environment=environment
        )
        self.handle_done = ReportFunction(
            self,
            "HandleDone",
            code=code,
            module="handle_done",
            config=config,
            environment=environment | documents | bucket,
            memory_size=1769,  # one full vCPU: inflating to verify is what takes the time
            timeout=Duration.minutes(15),
        )
        self.handle_cancelled = ReportFunction(
            self, "HandleCancelled", code=code, module="handle_cancelled", config=config, environment=environment
        )
        self.handle_fatal = ReportFunction(
            self, "HandleFatal", code=code, module="handle_fatal", config=config, environment=environment | documents
        )
        self.handle_overdue = ReportFunction(
            self, "HandleOverdue", code=code, module="handle_overdue", config=config, environment=environment
        )
        self._grant(config=config, storage=storage)

    def _grant(self, *, config: Config, storage: ReportStorage) -> None:
        for reader in (self.create_report, self.get_report, self.handle_done, self.handle_fatal, self.handle_overdue):
            reader.add_to_role_policy(
                iam.PolicyStatement(
                    actions=["secretsmanager:GetSecretValue"],
                    # The names are the configuration's and the selling partners'; AWS adds six characters to each,
                    # and a selling partner is added without a deployment.
                    resources=[
                        Stack.of(self).format_arn(
                            service="secretsmanager",
                            resource="secret",
                            resource_name=f"{config.secret_prefix}/*",
                            arn_format=ArnFormat.COLON_RESOURCE_NAME,
                        )
                    ],
                )
            )
        storage.ledger.grant(
            self.create_report, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"
        )
        for handler in (self.handle_done, self.handle_cancelled, self.handle_fatal, self.handle_overdue):
            storage.ledger.grant(handler, "dynamodb:UpdateItem")
        bucket = storage.bucket
        self.handle_done.add_to_role_policy(
            iam.PolicyStatement(
                actions=["s3:PutObject", "s3:AbortMultipartUpload"],
                # Keys carry report ids, which nobody knows beforehand.
                resources=[bucket.arn_for_objects("reports/*"), bucket.arn_for_objects("manifests/*")],
            )
        )
        self.handle_done.add_to_role_policy(
            iam.PolicyStatement(actions=["s3:GetObject"], resources=[bucket.arn_for_objects("manifests/*")])
        )
        self.handle_done.add_to_role_policy(
            # Without it S3 answers 403 instead of 404 for a manifest that is not there yet.
            iam.PolicyStatement(actions=["s3:ListBucket"], resources=[bucket.bucket_arn])
        )
