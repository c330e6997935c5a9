"""When a report is asked about: by this project's own waits, and by the alternatives."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, repeat, takewhile

from lambdas.ledger.report_statistics import KEPT
from lambdas.polling import poll_schedule
from local.bench.polling.durations import LONGEST

# Choice, function and SP-API take this long in each turn.
TURN_SECONDS = 0.25
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
Polls = list[float]
"""Seconds from createReport to each poll, the last after the longest report."""
Policy = Callable[[Sequence[float]], list[Polls]]
"""What makes polls of the durations that were learned; several, where they depend on which those are."""


def reportflow(*, factor: float, learned: bool) -> Policy:
    """Wait as Get report does, with nothing known of a type, or with what the ledger keeps of it."""
    if not learned:
        return lambda _: [_polls(_waits(factor, []))]
    return lambda known: [
        _polls(_waits(factor, [int(seconds) for seconds in known[start : start + KEPT]]))
        for start in range(0, len(known), KEPT)
    ]


def fixed(seconds: float) -> Policy:
    """Wait the same each time."""
    return lambda _: [_polls(repeat(seconds))]


def doubling(first: float, longest: float) -> Policy:
    """Wait twice as long each time, up to the longest."""

    def waits() -> Iterator[float]:
        wait = first
        while True:
            yield wait
            wait = min(2 * wait, longest)

    return lambda _: [_polls(waits())]


def _polls(waits: Iterator[float]) -> Polls:
    at = accumulate(wait + TURN_SECONDS for wait in waits)
    polls = list(takewhile(lambda seconds: seconds < LONGEST, at))
    return [*polls, LONGEST + TURN_SECONDS]


def _waits(factor: float, known: Sequence[int]) -> Iterator[float]:
    poll = poll_schedule.first_poll(
        report_id="", started_at=BEGIN, deadline_seconds=48 * 3600, durations=known, factor=factor
    )
    passed = 0.0
    while True:
        yield poll["waitSeconds"]
        passed += poll["waitSeconds"] + TURN_SECONDS
        poll = poll_schedule.next_poll(poll_schedule.after_wait(poll), now=BEGIN + timedelta(seconds=passed))
