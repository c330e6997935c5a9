"""When to ask Amazon next: waits that grow with the square root of the time elapsed, and never past the deadline.

Why the square root: docs/decisions.md, "Polling".
"""

from collections.abc import Sequence
from datetime import datetime
from math import ceil, sqrt

from messages import Poll

FIRST_WAIT = 15
# One in so many reports was there before: its duration is the first wait.
LOW_QUANTILE = 20
LEARNED = 2 / 3
SHORTEST_WAIT = 5
LONGEST_WAIT = 600


def first(
    *, report_id: str, started_at: datetime, deadline_seconds: int, durations: Sequence[int], growth: float
) -> Poll:
    """Return the poll of a report that was just asked for.

    `durations` are the seconds that earlier reports of its type took; what was learned from them is asked about more
    closely, from the moment on when a few of them were there.
    """
    learned = sorted(durations)[len(durations) // LOW_QUANTILE] if durations else None
    return {
        "reportId": report_id,
        "number": 0,
        "waitSeconds": min(
            max(SHORTEST_WAIT, FIRST_WAIT if learned is None else learned), LONGEST_WAIT, deadline_seconds
        ),
        "waitedSeconds": 0,
        "startedAt": started_at.isoformat(),
        "deadlineSeconds": deadline_seconds,
        "growth": growth if learned is None else round(growth * LEARNED, 2),
        "overdue": False,
    }


def waited(poll: Poll) -> Poll:
    """Return the poll with its wait over."""
    return {**poll, "waitSeconds": 0, "waitedSeconds": poll["waitedSeconds"] + poll["waitSeconds"]}


def elapsed(poll: Poll, *, now: datetime) -> int:
    """Return the seconds since the report was asked for.

    At least as many as the machine has waited: a clock that was set back must not keep a report from its deadline.
    """
    by_clock = (now - datetime.fromisoformat(poll["startedAt"])).total_seconds()
    return max(poll["waitedSeconds"], int(by_clock))


def following(poll: Poll, *, now: datetime, throttled: bool = False) -> Poll:
    """Return the poll after one whose wait is over; a throttled one doubles the wait, since Amazon asked for fewer."""
    passed = elapsed(poll, now=now)
    wait = ceil(poll["growth"] * sqrt(passed)) * (2 if throttled else 1)
    left = poll["deadlineSeconds"] - passed
    return {
        **poll,
        "number": poll["number"] + 1,
        "waitSeconds": max(1, min(max(wait, SHORTEST_WAIT), LONGEST_WAIT, left)),
        "overdue": left <= 0,
    }
