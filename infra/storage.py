"""What stays: the bucket that reports land in and the ledger of what was asked for. Both outlive the stack."""

from collections.abc import Iterator

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.config import Config
from infra.suppressions import accept

# Reports with personal data land under this prefix, under a key of their own, and not for long.
RESTRICTED_ZONE = "restricted/"
# In a versioned bucket an object that expires gets a delete marker at the next midnight UTC; its bytes are then
# noncurrent, go a day later, and that is rounded up to midnight again. See S3's user guide, "Lifecycle rules: based on
# an object's age".
REMOVAL_DAYS = 3
ACCESS_LOGS = "AccessLogs"
# Answers to queries, and tables' files that newer ones have taken the place of.
ANSWERS_DAYS = REPLACED_DAYS = 7
# What stays when the stack goes; a first deployment that fails leaves nothing. The table has deletion protection, which
# would make the removal fail, so it stays even then.
STAYS = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE


class ReportStorage(Construct):
    """The report bucket with its zone for personal data, and the ledger's table: new, or those of a stack before."""

    def __init__(self, scope: Construct, construct_id: str, *, config: Config) -> None:
        """Make what `config` does not name; all of it is retained when the stack goes."""
        super().__init__(scope, construct_id)
        self.bucket: s3.IBucket = (
            s3.Bucket.from_bucket_name(self, "Reports", config.bucket_name)
            if config.bucket_name
            else _bucket(self, config)
        )
        self.restricted_key: kms.IKey = (
            kms.Key.from_key_arn(self, "RestrictedKey", config.restricted_key_arn)
            if config.restricted_key_arn
            else _restricted_key(self)
        )
        self.ledger: dynamodb.ITable = (
            dynamodb.Table.from_table_name(self, "Ledger", config.ledger_name) if config.ledger_name else _ledger(self)
        )


def _restricted_key(scope: Construct) -> kms.Key:
    return kms.Key(
        scope, "RestrictedKey", description="Reports with personal data", enable_key_rotation=True, removal_policy=STAYS
    )


def _ledger(scope: Construct) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
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


def _bucket(scope: Construct, config: Config) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        "Reports",
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        versioned=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=STAYS,
        server_access_logs_bucket=_access_logs(scope) if config.access_logs else None,
        lifecycle_rules=[
            # A landing that died in the middle leaves parts that nobody sees and everybody pays for.
            s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1)),
            # Notes of where such a document goes on are of no use when its parts are gone.
            *(_expiry(f"{zone}unfinished/", days=1) for zone in ("", RESTRICTED_ZONE)),
            # Amazon's Data Protection Policy: personal data is kept for 30 days after delivery at most. The option says
            # when the bytes are gone.
            _expiry(RESTRICTED_ZONE, days=config.restricted_retention_days - REMOVAL_DAYS),
            *_of_tables(config),
        ],
    )
    _keep_policy(bucket)
    if not config.access_logs:
        off = "accessLogs=true is the option that keeps them; CloudTrail can log the same"
        accept(bucket, "AwsSolutions-S1", "CKV_AWS_18", because=off)
    return bucket


def _of_tables(config: Config) -> Iterator[s3.LifecycleRule]:
    if config.tables:
        yield _expiry("athena/", days=ANSWERS_DAYS)
        replaced = Duration.days(REPLACED_DAYS)
        yield s3.LifecycleRule(prefix="tables/", noncurrent_version_expiration=replaced)
    if config.restricted_tables:
        # A file is a day younger than its report at most (lambdas/handlers/tabulate.py), and S3 counts the file's days.
        days = config.restricted_retention_days - REMOVAL_DAYS - 1
        yield _expiry(f"{RESTRICTED_ZONE}tables/", days=days)
        yield _expiry(f"{RESTRICTED_ZONE}athena/", days=min(days, ANSWERS_DAYS))


def _expiry(prefix: str, *, days: int) -> s3.LifecycleRule:
    yesterday = Duration.days(1)
    return s3.LifecycleRule(prefix=prefix, expiration=Duration.days(days), noncurrent_version_expiration=yesterday)


def _access_logs(scope: Construct) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        ACCESS_LOGS,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        removal_policy=STAYS,
        lifecycle_rules=[s3.LifecycleRule(expiration=Duration.days(400))],
    )
    _keep_policy(bucket)
    accept(bucket, "CKV_AWS_18", because="it is the bucket of access logs")
    accept(bucket, "CKV_AWS_21", because="S3 writes each log once, under a name of its own")
    return bucket


def _keep_policy(bucket: s3.Bucket) -> None:
    """Have a bucket that stays refuse plain HTTP still."""
    if bucket.policy:
        bucket.policy.apply_removal_policy(STAYS)
