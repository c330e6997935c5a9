"""The policies of docs/policies: what deploys the stack, by AWS's schemas of its resource types; what operates it."""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import distribution
from itertools import chain
from pathlib import Path
from typing import Any

from botocore import xform_name
from botocore.session import get_session

from tests.testing.repository import REPOSITORY

# Of cfn-lint's package, which takes a second to import.
SCHEMAS = Path(f"{distribution('cfn-lint').locate_file('cfnlint')}", "data", "schemas", "resources")
# Resources get names that begin with the stack's; what is not here has names that AWS makes, or takes no resource.
NAMED = {
    "iam": ("arn:*:iam::*:role/reportflow-*",),
    "s3": ("arn:*:s3:::reportflow-*", "arn:*:s3:::cdk-hnb659fds-assets-*"),
    "dynamodb": ("arn:*:dynamodb:*:*:table/reportflow-*",),
    "lambda": ("arn:*:lambda:*:*:function:reportflow-*", "arn:*:lambda:*:*:event-source-mapping:*"),
    "sqs": ("arn:*:sqs:*:*:reportflow-*",),
    "sns": ("arn:*:sns:*:*:reportflow-*",),
    # These know no resource.
    "lambda:CreateEventSourceMapping": ("*",),
    "sns:Unsubscribe": ("*",),
    "sns:GetSubscriptionAttributes": ("*",),
    "sns:SetSubscriptionAttributes": ("*",),
}
SERVICES = {
    *("s3", "dynamodb", "kms", "sqs", "sns", "logs"),
    *("iam", "lambda", "states", "events", "scheduler", "cloudwatch", "glue", "athena"),
}
# Of S3 and DynamoDB these belong to properties that the stack does not have, or read and write what is stored.
NOT_USED = (
    *("Abac", "Accelerate", "Analytics", "CORS", "Cors", "Inventory", "IntelligentTiering", "Metadata", "Metrics"),
    *("Notification", "Replica", "Website", "ObjectLock", "Kinesis", "Import", "ContributorInsights", "Item"),
    *("PutObject", "DeleteObject", ":Scan", ":Query", "REST.", "DataProtection", "GetObjectMetadata", "GetObjectAcl"),
    *("CodeSigning", "ScalingConfig", "CapacityProvider", "PermissionsBoundary", "ServiceLinked", "Bearer", "Index"),
    *("UserPolicy", "GroupPolicy", "RuntimeManagement", "Connection", "Recursion", "AssociateRuntime", "LayerVersion"),
)
# Done for these types by other services with the deployer's permissions: AWS's pages on Step Functions' logs ("Logging
# using CloudWatch Logs") and on saved queries. Each is of a resource that has no name of the stack's.
BESIDE = {
    "AWS::StepFunctions::StateMachine": (
        *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"),
        *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"),
    )
}
# The command line's calls through lambdas/ (gaps, backfill, tabulate), with `doctor --sign-in` and `notifications`, of
# a version that a manifest names, and for the reservations of `amazon-schedules`.
THROUGH_LAMBDAS = {
    *("dynamodb:BatchGetItem", "secretsmanager:GetSecretValue", "sqs:SendMessage", "s3:GetObjectVersion"),
    "dynamodb:UpdateItem",
}
# What Athena does with the permissions of whoever asks: it reads the tables, writes its answer, makes views. AWS's page
# "Control access to Amazon S3 from Athena".
THROUGH_ATHENA = {
    *("glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions"),
    *("glue:CreateTable", "glue:UpdateTable", "s3:GetBucketLocation", "s3:PutObject", "s3:AbortMultipartUpload"),
}
# Operations of SP-API's and of Athena's, which CloudWatch Logs has as well.
NAMESAKES = {"logs:DeleteDestination", "logs:GetQueryResults"}
ACTIONS = {"stepfunctions": "states", "ListObjectsV2": "ListBucket"}
OPERATED = {
    "dynamodb": ("arn:*:dynamodb:*:*:table/reportflow-*",),
    **dict.fromkeys(
        ("s3:GetObject", "s3:GetObjectVersion"),
        tuple(
            f"arn:*:s3:::reportflow-*/{folder}/*"
            for folder in ("reports", "manifests", "utf-8", "gaps", "backfills", "tables", "athena")
        ),
    ),
    **dict.fromkeys(("s3:ListBucket", "s3:GetBucketLocation"), ("arn:*:s3:::reportflow-*",)),
    **dict.fromkeys(("s3:PutObject", "s3:AbortMultipartUpload"), ("arn:*:s3:::reportflow-*/athena/*",)),
    "athena": ("arn:*:athena:*:*:workgroup/reportflow",),
    "glue": tuple(f"arn:*:glue:*:*:{each}" for each in ("catalog", "database/reportflow", "table/reportflow/*")),
    **{
        f"secretsmanager:{action}": ("arn:*:secretsmanager:*:*:secret:reportflow/*",)
        for action in ("GetSecretValue", "CreateSecret", "PutSecretValue")
    },
    # `doctor` asks what the caller itself may do, whatever its name is.
    "iam": ("arn:*:iam::*:role/*", "arn:*:iam::*:user/*"),
    "sqs": ("arn:*:sqs:*:*:reportflow-*",),
}


def deployment(resource_types: Iterable[str]) -> dict[str, Any]:
    """Return the policy with which CloudFormation makes, changes and deletes resources of these types."""
    actions = set(chain.from_iterable(_permissions()[each] | {*BESIDE.get(each, ())} for each in resource_types))
    used = {action for action in actions if not any(word in action for word in NOT_USED)}
    return _policy({action for action in used if action.split(":")[0] in SERVICES}, NAMED)


def operation() -> dict[str, Any]:
    """Return the policy of somebody who uses the command line on a deployed stack."""
    named = set(
        chain.from_iterable(_names(path) for path in (REPOSITORY / "cli").rglob("*.py") if "local_run" not in str(path))
    )
    botocore = get_session()
    calls = {
        f"{ACTIONS.get(service, service)}:{ACTIONS.get(operation, operation)}"
        for service in named.intersection(botocore.get_available_services()) | {"s3"}
        for operation in botocore.get_service_model(service).operation_names
        if xform_name(operation) in named
    }
    policy = _policy((calls - NAMESAKES) | THROUGH_LAMBDAS | THROUGH_ATHENA, OPERATED)
    # A bucket's name is not known, and the "*" in its place stands for folders as well.
    zone = {"Effect": "Deny", "Action": ["s3:*"], "Resource": ["arn:*:s3:::reportflow-*/restricted/*"]}
    return {**policy, "Statement": [*policy["Statement"], zone]}


def _policy(actions: Iterable[str], resources: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    by_resource: dict[tuple[str, ...], list[str]] = {}
    for action in sorted(actions):
        on = resources.get(action, resources.get(action.split(":")[0], ("*",)))
        by_resource.setdefault(on, []).append(action)
    statements = [{"Effect": "Allow", "Action": named, "Resource": [*on]} for on, named in by_resource.items()]
    return {"Version": "2012-10-17", "Statement": statements}


@cache
def _permissions() -> dict[str, set[str]]:
    """Return what each resource type's handlers need, but for listing all there are."""
    schemas = [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")]
    return {
        schema["typeName"]: {
            permission
            for name, handler in schema.get("handlers", {}).items()
            if name != "list"
            for permission in handler["permissions"]
        }
        for schema in schemas
        if "typeName" in schema
    }


def _names(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
