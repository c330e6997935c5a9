"""When to ask Amazon next: waits that grow with the square root of the time elapsed, and never past the deadline.

Why the square root: docs/decisions.md, "Polling".
"""

from collections.abc import Sequence
from datetime import datetime
from math import ceil, sqrt

from messages import Poll

FIRST_WAIT = 15
LEARNED = 2 / 3
# A first wait that was learned finds the average report later by this many times the growth, in seconds, at most.
LATE_AT_FIRST = 2.5
SHORTEST_WAIT = 5
# A wait is at most this many times the growth (a minute, where durations were learned), or this share of the time
# elapsed; and never longer than the last.
LONGEST_EARLY = 30
LONGEST_SHARE = 1 / 60
LONGEST_WAIT = 600


def first(
    *, report_id: str, started_at: datetime, deadline_seconds: int, durations: Sequence[int], growth: float
) -> Poll:
    """Return the poll of a report that was just asked for.

    `durations` are the seconds that earlier reports of its type took; what was learned from them is asked about more
    closely, from the moment on when a few of them were there.
    """
    wait = FIRST_WAIT
    if durations:
        growth = round(growth * LEARNED, 2)
        wait = _learned(durations, late=growth * LATE_AT_FIRST)
    return {
        "reportId": report_id,
        "number": 0,
        "waitSeconds": min(max(SHORTEST_WAIT, wait), LONGEST_WAIT, deadline_seconds),
        "waitedSeconds": 0,
        "startedAt": started_at.isoformat(),
        "deadlineSeconds": deadline_seconds,
        "growth": growth,
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
    wait = ceil(min(poll["growth"] * sqrt(passed), max(poll["growth"] * LONGEST_EARLY, passed * LONGEST_SHARE)))
    wait *= 2 if throttled else 1
    left = poll["deadlineSeconds"] - passed
    return {
        **poll,
        "number": poll["number"] + 1,
        "waitSeconds": max(1, min(max(wait, SHORTEST_WAIT), LONGEST_WAIT, left)),
        "overdue": left <= 0,
    }


def _learned(durations: Sequence[int], *, late: float) -> int:
    """Return the longest of these durations that, as a first wait, finds them `late` seconds late on average."""
    return max(wait for wait in durations if sum(max(0, wait - each) for each in durations) <= late * len(durations))
