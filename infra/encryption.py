"""The keys that encrypt what the stack keeps: AWS's own, or the account's, for a dollar a month.

A key of the account's can be seen at work in CloudTrail, and taken away. It is used as AWS's own keys are: through the
services that keep something, by whoever may use those. So no role needs a word about it. The zone for personal data has
a key of its own in any case (infra/storage.py).
"""

from collections.abc import Sequence

from aws_cdk import Aws, CfnOutput, Stack
from aws_cdk import aws_athena as athena
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs

from infra.storage import ACCESS_LOGS, STAYS
from infra.suppressions import accept

USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
KEEPERS = ("dynamodb", "s3", "secretsmanager", "sns", "sqs")
RESTRICTED_TABLES = "/Tables/Restricted/"
ENCRYPTION_OF_ANSWERS = "WorkGroupConfiguration.ResultConfiguration.EncryptionConfiguration"
OWN_KEYS = "AWS's own key encrypts it; encryptionKey=customer is the option that puts it under the account's"


def encrypt_by_aws(stack: Stack) -> None:
    """Leave everything in the stack under AWS's own keys, and say so to checkov."""
    for resource in stack.node.find_all():
        for kind, finding in (
            (logs.LogGroup, "CKV_AWS_158"),
            (sqs.Queue, "CKV_AWS_27"),
            (dynamodb.Table, "CKV_AWS_119"),
        ):
            if isinstance(resource, kind):
                accept(resource, finding, because=OWN_KEYS)


def encrypt_by_customer(stack: Stack, *, senders: Sequence[iam.IPrincipal] = ()) -> None:
    """Put everything in the stack under one key of the account's. The last thing to do: it looks at what is there.

    `senders` are other accounts that send to its queues.
    """
    arn = _key(stack, senders=senders).key_arn
    for resource in stack.node.find_all():
        if isinstance(resource, logs.CfnLogGroup):
            resource.kms_key_id = arn
        elif isinstance(resource, sqs.CfnQueue):
            resource.kms_master_key_id, resource.sqs_managed_sse_enabled = arn, None
        elif isinstance(resource, sns.CfnTopic):
            resource.kms_master_key_id = arn
        elif isinstance(resource, dynamodb.CfnTable):
            resource.sse_specification = dynamodb.CfnTable.SSESpecificationProperty(
                sse_enabled=True, sse_type="KMS", kms_master_key_id=arn
            )
        # The answers to queries of personal data are under that one's key.
        elif isinstance(resource, athena.CfnWorkGroup) and RESTRICTED_TABLES not in resource.node.path:
            resource.add_property_override(ENCRYPTION_OF_ANSWERS, {"EncryptionOption": "SSE_KMS", "KmsKey": arn})
        # S3 delivers access logs under its own keys only.
        elif isinstance(resource, s3.CfnBucket) and ACCESS_LOGS not in resource.node.path:
            resource.bucket_encryption = _of_bucket(arn)


def _of_bucket(arn: str) -> s3.CfnBucket.BucketEncryptionProperty:
    by_default = s3.CfnBucket.ServerSideEncryptionByDefaultProperty(sse_algorithm="aws:kms", kms_master_key_id=arn)
    # A bucket key spares a KMS request per object.
    rule = s3.CfnBucket.ServerSideEncryptionRuleProperty(
        bucket_key_enabled=True, server_side_encryption_by_default=by_default
    )
    return s3.CfnBucket.BucketEncryptionProperty(server_side_encryption_configuration=[rule])


def _key(stack: Stack, *, senders: Sequence[iam.IPrincipal]) -> kms.Key:
    key = kms.Key(
        stack,
        "Key",
        description="What reportflow keeps, except reports with personal data",
        enable_key_rotation=True,
        removal_policy=STAYS,
    )
    own = {"kms:CallerAccount": Aws.ACCOUNT_ID}
    through = {"kms:ViaService": [f"{keeper}.{Aws.REGION}.{Aws.URL_SUFFIX}" for keeper in KEEPERS]}
    groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
    queues = f"arn:{Aws.PARTITION}:sqs:{Aws.REGION}:{Aws.ACCOUNT_ID}:*"
    for principals, conditions in (
        ([iam.AnyPrincipal()], {"StringEquals": {**own, **through}}),
        (
            [iam.ServicePrincipal(f"logs.{Aws.REGION}.{Aws.URL_SUFFIX}")],
            {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
        ),
        (
            [iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
        ),
        (
            # It does not say for which account it calls KMS; SQS says for which queue.
            [iam.ServicePrincipal("events.amazonaws.com")],
            {"ArnLike": {"kms:EncryptionContext:aws:sqs:arn": queues}},
        ),
    ):
        # In a key's policy "*" is this key.
        key.add_to_resource_policy(
            iam.PolicyStatement(actions=USE, resources=["*"], principals=principals, conditions=conditions)
        )
    for sender in senders:
        _let_send(key, sender)
    accept(key, "CKV_AWS_33", because="anybody of this account, and only through a service that asks for permissions")
    CfnOutput(stack, "EncryptionKeyArn", value=key.key_arn)
    return key


def _let_send(key: kms.Key, sender: iam.IPrincipal) -> None:
    through_queues = {"StringEquals": {"kms:ViaService": f"sqs.{Aws.REGION}.{Aws.URL_SUFFIX}"}}
    sending = ["kms:GenerateDataKey", "kms:Decrypt"]
    key.add_to_resource_policy(
        iam.PolicyStatement(actions=sending, resources=["*"], principals=[sender], conditions=through_queues)
    )
