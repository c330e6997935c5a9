"""When to ask Amazon next: soon while the report is likely to end, seldom while it is not, and never past the deadline.

A wait is `factor` times the cube root of 1 / hazard; the hazard is how likely, per second, the report ends now. Why the
cube root: docs/decisions.md, "Polling".
"""

from collections.abc import Sequence
from datetime import datetime
from math import cbrt, ceil

from lambdas.payloads.state_data import Poll

FACTOR = 5.2
# The first wait of a type of which nothing is known; what is known of others is waited for until this share has ended.
FIRST_WAIT = 15
LOW_QUANTILE = 0.05
SHORTEST_WAIT = 5
# No wait is less than this share of the time elapsed: two days stay far from what an execution's history holds.
SHORTEST_SHARE = 1 / 120
LONGEST_WAIT = 600
# So many of the known durations that come next tell how likely an end is.
NEXT = 4
# What is known of no type in particular, that an end is as likely in each doubling of the time, counts as much as this
# share of a known duration.
UNKNOWN = 0.2


def first_poll(
    *, report_id: str, started_at: datetime, deadline_seconds: int, durations: Sequence[int], factor: float
) -> Poll:
    """Return the poll of a report that was just asked for.

    Args:
        report_id: Amazon's reportId.
        started_at: when the report was asked for.
        deadline_seconds: how long after that it is overdue.
        durations: seconds from creation to end of earlier reports of its type, in any order; may be empty.
        factor: how much longer the waits are than the shortest ones; see the module.
    """
    known = sorted(durations)
    wait = max(_wait(factor, known, passed=0), known[int(len(known) * LOW_QUANTILE)]) if known else FIRST_WAIT
    return {
        "reportId": report_id,
        "number": 0,
        "waitSeconds": min(wait, LONGEST_WAIT, deadline_seconds),
        "waitedSeconds": 0,
        "startedAt": started_at.isoformat(),
        "deadlineSeconds": deadline_seconds,
        "factor": factor,
        "durations": known,
        "overdue": False,
    }


def after_wait(poll: Poll) -> Poll:
    """Return the poll with its wait over."""
    return {**poll, "waitSeconds": 0, "waitedSeconds": poll["waitedSeconds"] + poll["waitSeconds"]}


def elapsed_seconds(poll: Poll, *, now: datetime) -> int:
    """Return the seconds since the report was asked for.

    At least as many as the machine has waited: a clock that was set back must not keep a report from its deadline.
    """
    by_clock = (now - datetime.fromisoformat(poll["startedAt"])).total_seconds()
    return max(poll["waitedSeconds"], int(by_clock))


def next_poll(poll: Poll, *, now: datetime, throttled: bool = False) -> Poll:
    """Return the poll that follows a wait.

    Args:
        poll: the one that is over; its `waitedSeconds` include its wait.
        now: the time of the call of getReport.
        throttled: whether Amazon answered 429. The wait doubles, since Amazon asks for fewer calls.
    """
    passed = elapsed_seconds(poll, now=now)
    longer = [duration for duration in poll["durations"] if duration > passed]
    wait = _wait(poll["factor"], longer, passed=passed) * (2 if throttled else 1)
    left = poll["deadlineSeconds"] - passed
    return {
        **poll,
        "number": poll["number"] + 1,
        "waitSeconds": max(1, min(wait, LONGEST_WAIT, left)),
        "durations": longer,
        "overdue": left <= 0,
    }


def _wait(factor: float, longer: Sequence[int], *, passed: int) -> int:
    wait = factor / cbrt(_hazard(longer, passed))
    return ceil(min(max(wait, SHORTEST_WAIT, passed * SHORTEST_SHARE), LONGEST_WAIT))


def _hazard(longer: Sequence[int], passed: int) -> float:
    """Return the share of reports that end per second, of those that have lasted `passed` and may last `longer`.

    It is the next ends over the time that all reports live until then, as for a sample that is cut off there.
    """
    still = [duration - passed for duration in longer]
    ends = min(NEXT, len(still))
    lived = sum(still[:ends]) + (len(still) - ends) * still[ends - 1] if still else 0
    return (ends + UNKNOWN) / max(1, lived + UNKNOWN * passed)
