"""What all functions have in common."""

from aws_cdk import Duration, RemovalPolicy, Size
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.config import Config
from infra.lambda_asset import ARCHITECTURE, RUNTIME
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
        scratch: Size | None = None,
        dead_letter_queue: sqs.IQueue | None = None,
    ) -> None:
        """Make the function that runs `handler` of `lambdas/handlers/<module>.py`."""
        log_group = logs.LogGroup(
            scope,
            f"{construct_id}Logs",
            retention=logs.RetentionDays[config.log_retention],
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
            ephemeral_storage_size=scratch,
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
