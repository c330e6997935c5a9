"""The state Wait where Amazon tells of a report's end: a Wait that a notification may cut short."""

from aws_cdk import Aws
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from lambdas.polling.notification_table import PARTITION

# As the SDK for Java calls them, which Step Functions names errors by.
TABLE_RETRYABLE_ERRORS = [
    f"DynamoDb.{fault}Exception"
    for fault in (
        "ProvisionedThroughputExceeded",
        "RequestLimitExceeded",
        "Throttling",
        "TransactionConflict",
        "InternalServerError",
        # No answer came; an answer that has no class of its own.
        "SdkClient",
        "DynamoDb",
    )
]


def wait_for_notification(states: Construct, ledger: dynamodb.ITable, get_report: sfn.IChainable) -> sfn.CustomState:
    """Return the Wait: it leaves its task token in the ledger, and ends with a notification, or when its time is over.

    Written by hand: the CDK's Tasks would allow the machine to write all of the ledger.
    """
    state = {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::aws-sdk:dynamodb:putItem.waitForTaskToken",
        "TimeoutSecondsPath": "$.poll.waitSeconds",
        "Parameters": {
            "TableName": ledger.table_name,
            "Item": {
                "sellingPartnerId": {"S": PARTITION},
                "entry": {"S.$": "States.Format('{}#{}', $.request.reportType, $.poll.reportId)"},
                "taskToken": {"S.$": "$$.Task.Token"},
                "expiresAt": {"N.$": "$.poll.notification.expiresAt"},
            },
            "ConditionExpression": "attribute_not_exists(notifiedAt) OR notifiedAt <= :askedAt",
            "ExpressionAttributeValues": {":askedAt": {"S.$": "$.poll.notification.askedAt"}},
        },
        "ResultPath": "$.poll.notification.came",
        "Retry": [
            {"ErrorEquals": TABLE_RETRYABLE_ERRORS, "IntervalSeconds": 5, "MaxAttempts": 10, "MaxDelaySeconds": 300}
        ],
    }
    wait = sfn.CustomState(states, "Wait", state_json=state)
    # The notification came first: there is nothing to wait for.
    noticed = ["DynamoDb.ConditionalCheckFailedException"]
    wait.add_catch(get_report, errors=noticed, result_path="$.poll.notification.came")
    # What a Wait does.
    wait.add_catch(get_report, errors=["States.Timeout"], result_path=sfn.JsonPath.DISCARD)
    return wait


def wait_items_policy(action: str, ledger: dynamodb.ITable) -> iam.PolicyStatement:
    """Return the permission for an action on waits and notifications, and on nothing else in the ledger's table."""
    there = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [PARTITION]}}
    return iam.PolicyStatement(actions=[action], resources=[ledger.table_arn], conditions=there)
