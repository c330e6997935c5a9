"""Receive notification: Amazon says that a report has ended, and the execution that waits for it goes on at once.

In: messages of SQS, each with a notification of Amazon's in its body. Out: those that are to be delivered again. What
is no notification of a report is counted and dropped; its body, which anything may be in, is not logged.
Source: Amazon's schema ReportProcessingFinishedNotification, 2020-09-04.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.observability.aws_errors import AwsError
from lambdas.observability.invocation_log import log_invocation
from lambdas.polling.notification_table import Notification

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from lambdas.polling.notification_table import NotificationTable

    # NOTED: nobody waits, not yet or not any more.
    Outcome = Literal["WOKE", "NOTED", "NO_NOTIFICATION"]

ENDED = ("DONE", "CANCELLED", "FATAL")
# Longer texts are not Amazon's, and would not fit into a key.
LONGEST = 200


def parse_notification(body: str) -> Notification | None:
    """Return the notification that a message's body holds, if it holds one."""
    try:
        message = json.loads(body)
        ended = message["payload"]["reportProcessingFinishedNotification"]
        notification = Notification(ended["reportType"], ended["reportId"], ended["processingStatus"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    named = all(isinstance(part, str) and 0 < len(part) <= LONGEST for part in notification)
    ours = message.get("notificationType") == "REPORT_PROCESSING_FINISHED"
    return notification if named and ours and notification.processing_status in ENDED else None


def receive(
    notification: Notification | None,
    *,
    notification_table: NotificationTable,
    resume: Callable[[str, Mapping[str, Any]], bool],
    now: datetime,
) -> Outcome:
    """Write a notification down and end the wait for it; `resume` returns whether the wait was not over yet."""
    if notification is None:
        return "NO_NOTIFICATION"
    token = notification_table.record_notification(notification, now=now)
    return "WOKE" if token and resume(token, {"processingStatus": notification.processing_status}) else "NOTED"


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Receive a batch of notifications. What could not be recorded, or ended no wait for a fault, comes again."""
    failures = []
    for record in event["Records"]:
        try:
            _receive_record(record)
        except AwsError:
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def _receive_record(record: Mapping[str, Any]) -> None:
    with log_invocation("Receive notification") as run:
        notification = parse_notification(record["body"])
        run.fields["messageId"] = record["messageId"]
        if notification:
            run.fields |= {"reportType": notification.report_type, "reportId": notification.report_id}
        table, resume = dependencies().notification_table, dependencies().executions.resume
        run.outcome = receive(notification, notification_table=table, resume=resume, now=clock.now())
        run.measured = {"NoNotifications" if notification is None else "Notifications": 1}
