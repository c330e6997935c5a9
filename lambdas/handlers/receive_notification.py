"""Receive notification: Amazon says that a report has ended, and the execution that waits for it goes on at once.

In: messages of SQS, each with a notification of Amazon's in its body. Out: those that are to be delivered again. What
is no notification of a report is counted and dropped; its body, which anything may be in, is not logged.
Source: Amazon's schema ReportProcessingFinishedNotification, 2020-09-04.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.observability import metrics
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

logger = logging.getLogger("reportflow")


def parse_notification(body: str) -> Notification | None:
    """Return the notification that a message's body holds, if it holds one."""
    try:
        told = json.loads(body)
        ended = told["payload"]["reportProcessingFinishedNotification"]
        notification = Notification(ended["reportType"], ended["reportId"], ended["processingStatus"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    named = all(isinstance(part, str) and 0 < len(part) <= LONGEST for part in notification)
    ours = told.get("notificationType") == "REPORT_PROCESSING_FINISHED"
    return notification if named and ours and notification.processing_status in ENDED else None


def receive(
    notification: Notification | None,
    *,
    notification_table: NotificationTable,
    wake: Callable[[str, Mapping[str, Any]], bool],
    now: datetime,
) -> Outcome:
    """Write a notification down and wake who waits for it; `wake` says whether that one was still waiting."""
    if notification is None:
        return "NO_NOTIFICATION"
    token = notification_table.record_notification(notification, now=now)
    return "WOKE" if token and wake(token, {"processingStatus": notification.processing_status}) else "NOTED"


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Receive a batch of notifications. What could not be recorded, or ended no wait for a fault, comes again."""
    again = []
    for record in event["Records"]:
        notification, outcome, error = parse_notification(record["body"]), None, None
        try:
            outcome = receive(
                notification,
                notification_table=dependencies().notification_table,
                wake=dependencies().executions.resume,
                now=clock.now(),
            )
        except (BotoCoreError, ClientError) as fault:
            error = type(fault).__name__
            again.append({"itemIdentifier": record["messageId"]})
        told = {"reportType": notification.report_type, "reportId": notification.report_id} if notification else {}
        counted = {
            "Notifications": int(outcome in ("WOKE", "NOTED")),
            "NoNotifications": int(outcome == "NO_NOTIFICATION"),
            "AwsErrors": int(error is not None),
        }
        fields = {**told, "messageId": record["messageId"], "outcome": outcome, "error": error}
        logger.info("Receive notification", extra={**fields, **metrics.fields(counted)})
    return {"batchItemFailures": again}
