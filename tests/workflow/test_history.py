"""The longest wait stays far below the 25,000 events that an execution's history may have."""

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.polling import poll_schedule
from local.simulator import Script
from tests.testing.harness import Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.scenario_steps import ORDERS, play

BEGIN = datetime(2026, 11, 20, tzinfo=UTC)
LONGEST_DEADLINE = 48 * 3600
# What a turn that fails and is retried may add, several hundred times.
LIMIT = 8_000
ALLOWED_FACTORS = (3, 5, 20)


def stuck(stage: Harness, *, deadline: int) -> ExecutionResult:
    """Execute a report that is in progress for ever, until its deadline."""
    stage.environment = {"REPORT_DEADLINE_SECONDS": str(deadline)}
    ended = play(stage, {**ORDERS.input, "refresh": True}, Script(statuses=("IN_PROGRESS",)))
    assert ended.error == "ReportOverdue"
    return ended


def turns(*, factor: float, durations: list[int]) -> int:
    """Return how often a report is asked about until the longest deadline."""
    poll = poll_schedule.first_poll(
        report_id="", started_at=BEGIN, deadline_seconds=LONGEST_DEADLINE, durations=durations, factor=factor
    )
    while not poll["overdue"]:
        poll = poll_schedule.after_wait(poll)
        poll = poll_schedule.next_poll(poll, now=BEGIN + timedelta(seconds=poll["waitedSeconds"]))
    return poll["number"]


@pytest.mark.exhaustive
def test_two_days_of_turns_are_less_than_a_third_of_what_a_history_holds(stage: Harness) -> None:
    few, many = stuck(stage, deadline=300), stuck(stage, deadline=1200)
    more = many.states.count("Get report") - few.states.count("Get report")
    events, rest = divmod(many.events - few.events, more)
    assert (events, rest) == (9, 0)
    beside = many.events - events * many.states.count("Get report")
    most = max(turns(factor=factor, durations=known) for factor in ALLOWED_FACTORS for known in ([], [1] * 5))
    assert most > 400
    assert beside + events * most < LIMIT
