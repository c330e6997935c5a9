"""Where Amazon tells of a report's end (`notifications`): how a wait goes on until the notification, and after it.

A notification decides nothing, it only ends a wait: what became of the report, Get report asks. So nothing hangs on
notifications that are lost, late, doubled or somebody else's. Why the waits are as long as they are: docs/decisions.md,
"Notifications".
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.polling import poll_schedule

if TYPE_CHECKING:
    from lambdas.payloads.state_data import Poll

# A wait that a notification is expected to end is this long at least, and as long as the report has been waited for
# already.
NOTIFIED_WAIT_SECONDS = 1500
# The ledger forgets a wait so long after the report's deadline.
WAIT_ITEM_TTL = timedelta(days=1)
# Before every time.
EPOCH_TEXT = "0"


def first_poll(poll: Poll, *, adopted: bool) -> Poll:
    """Return the first poll of a report, with a notification expected.

    Args:
        poll: poll_schedule.first_poll's, without a notification.
        adopted: whether the report was there before: its notification may have come already, and is not waited for.
    """
    deadline = datetime.fromisoformat(poll["startedAt"]) + timedelta(seconds=poll["deadlineSeconds"])
    expires = str(int((deadline + WAIT_ITEM_TTL).timestamp()))
    return _prolonged(
        {**poll, "notification": {"expected": not adopted, "askedAt": EPOCH_TEXT, "expiresAt": expires}}, passed=0
    )


def after_wait(poll: Poll) -> Poll:
    """Return the poll with its wait over: it has had its time, or a notification cut it short."""
    if "notification" not in poll or "came" not in poll["notification"]:
        return poll_schedule.after_wait(poll)
    expires = poll["notification"]["expiresAt"]
    return {**poll, "waitSeconds": 0, "notification": {"expected": False, "askedAt": EPOCH_TEXT, "expiresAt": expires}}


def next_poll(poll: Poll, *, now: datetime, throttled: bool) -> Poll:
    """Return the poll that follows a wait.

    Args:
        poll: what `after_wait` has returned.
        now: when Amazon was asked, with its offset from UTC.
        throttled: whether Amazon refused to answer: the wait is then as short as without notifications.
    """
    poll = poll_schedule.next_poll(poll, now=now, throttled=throttled)
    if "notification" not in poll:
        return poll
    # A notification from before this poll is no news: it ends no wait any more, or waits would end at once for ever.
    poll = {**poll, "notification": {**poll["notification"], "askedAt": sortable_text(now)}}
    # A throttled poll says nothing about the report: the next one comes soon.
    return poll if throttled else _prolonged(poll, passed=poll_schedule.elapsed_seconds(poll, now=now))


def sortable_text(time: datetime) -> str:
    """Return a time as the ledger has those of notifications, in UTC with microseconds: texts are ordered as times."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def _prolonged(poll: Poll, *, passed: int) -> Poll:
    if not poll.get("notification", {}).get("expected"):
        return poll
    left = poll["deadlineSeconds"] - passed
    return {**poll, "waitSeconds": max(1, min(max(poll["waitSeconds"], NOTIFIED_WAIT_SECONDS, passed), left))}
