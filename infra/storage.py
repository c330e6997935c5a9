"""What stays: the bucket that reports land in and the ledger of what was asked for. Both outlive the stack."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.suppressions import accept

# Reports with personal data land under this prefix, under a key of their own, and not for long.
RESTRICTED_ZONE = "restricted/"
ACCESS_LOGS = "AccessLogs"


class ReportStorage(Construct):
    """The report bucket with its zone for personal data, and the ledger's table."""

    def __init__(self, scope: Construct, construct_id: str, *, config: Config) -> None:
        """Make them, retained when the stack goes."""
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Reports",
            encryption=s3.BucketEncryption.S3_MANAGED,
            enforce_ssl=True,
            versioned=True,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
            removal_policy=RemovalPolicy.RETAIN,
            server_access_logs_bucket=_access_logs(self) if config.access_logs else None,
            lifecycle_rules=[
                # A landing that died in the middle leaves parts that nobody sees and everybody pays for.
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
                # Notes of where such a document goes on are of no use when its parts are gone.
                *(
                    s3.LifecycleRule(
                        prefix=f"{zone}unfinished/",
                        expiration=Duration.days(1),
                        noncurrent_version_expiration=Duration.days(1),
                    )
                    for zone in ("", RESTRICTED_ZONE)
                ),
                # Amazon's Data Protection Policy: personal data is kept for 30 days after delivery at most.
                s3.LifecycleRule(
                    prefix=RESTRICTED_ZONE,
                    expiration=Duration.days(config.restricted_retention_days),
                    noncurrent_version_expiration=Duration.days(1),
                ),
            ],
        )
        if not config.access_logs:
            off = "accessLogs=true is the option that keeps them; CloudTrail can log the same"
            accept(self.bucket, "AwsSolutions-S1", "CKV_AWS_18", because=off)
        self.restricted_key = kms.Key(
            self,
            "RestrictedKey",
            description="Reports with personal data",
            enable_key_rotation=True,
            removal_policy=RemovalPolicy.RETAIN,
        )
        self.ledger = dynamodb.Table(
            self,
            "Ledger",
            partition_key=dynamodb.Attribute(name="sellingPartnerId", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="entry", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            time_to_live_attribute="expiresAt",
            deletion_protection=True,
            removal_policy=RemovalPolicy.RETAIN,
        )


def _access_logs(scope: Construct) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        ACCESS_LOGS,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=RemovalPolicy.RETAIN,
        lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(400))],
    )
    accept(bucket, "CKV_AWS_18", because="it is the bucket of access logs")
    accept(bucket, "CKV_AWS_21", because="S3 writes each log once, under a name of its own")
    return bucket
