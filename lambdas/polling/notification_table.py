"""Where waits and notifications meet: an item per report in the ledger's table.

The state Wait leaves its task token there (infra/notifications.py), unless there is news; a notification leaves its
time, and finds the token. All are in one partition: a vendor's notification does not name the selling partner by the id
that we know. Two partners hardly have reports of one type and one id at the same time; if so, a wait ends early, and
another follows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from lambdas.dynamodb import from_item, to_item
from lambdas.polling.notification_wait import sortable_text

if TYPE_CHECKING:
    from datetime import datetime

    from types_boto3_dynamodb import DynamoDBClient

PARTITION = "*notifications"
# Of a report that nobody waits for, as far as is known.
NOTIFICATION_TTL = timedelta(days=1)


class Notification(NamedTuple):
    """What of Amazon's REPORT_PROCESSING_FINISHED is used."""

    report_type: str
    report_id: str
    processing_status: str


class NotificationTable:
    """The items in the ledger's table."""

    def __init__(self, *, dynamodb: DynamoDBClient, table: str) -> None:
        """Use `table` through `dynamodb`."""
        self._dynamodb = dynamodb
        self._table = table

    def record_notification(self, notification: Notification, *, now: datetime) -> str | None:
        """Write a notification down, the first of a report with its time.

        Returns:
            The task token of the execution that waits for the report, for SendTaskSuccess; None if none waits.
        """
        key = {"sellingPartnerId": PARTITION, "entry": f"{notification.report_type}#{notification.report_id}"}
        answer = self._dynamodb.update_item(
            TableName=self._table,
            Key=to_item(key),
            UpdateExpression="SET processingStatus = :status, notifiedAt = if_not_exists(notifiedAt, :now), "
            "expiresAt = if_not_exists(expiresAt, :expires)",
            ExpressionAttributeValues=to_item(
                {
                    ":status": notification.processing_status,
                    ":now": sortable_text(now),
                    ":expires": int((now + NOTIFICATION_TTL).timestamp()),
                }
            ),
            ReturnValues="ALL_NEW",
        )
        return from_item(answer["Attributes"]).get("taskToken")
