"""The loop's waits, as lambdas/polling/poll_schedule.py computes them: they grow; the deadline ends them."""

from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

import pytest

from lambdas.polling import poll_schedule

START = datetime(2026, 7, 1, tzinfo=UTC)
DEADLINE = 4 * 3600


def waits(*, durations: list[int], factor: float, clock_runs: bool = True, throttled: bool = False) -> list[int]:
    """Return the waits until the report is overdue."""
    poll = poll_schedule.first_poll(
        report_id="R1", started_at=START, deadline_seconds=DEADLINE, durations=durations, factor=factor
    )
    now, found = START, []
    while not poll["overdue"]:
        found.append(poll["waitSeconds"])
        assert len(found) < 2000, "the deadline does not end the loop"
        if clock_runs:
            now += timedelta(seconds=poll["waitSeconds"])
        poll = poll_schedule.next_poll(poll_schedule.after_wait(poll), now=now, throttled=throttled)
    return found


@pytest.mark.parametrize("clock_runs", [True, False])
@pytest.mark.parametrize("factor", [0.5, 5.0, 20.0])
@pytest.mark.parametrize("durations", [[], [1] * 20, [600] * 20, [7200] * 20])
def test_waits_in_the_loops_grow(durations: list[int], factor: float, *, clock_runs: bool) -> None:
    first, *loop, last = waits(durations=durations, factor=factor, clock_runs=clock_runs)
    assert first >= poll_schedule.SHORTEST_WAIT
    # The last one is what is left until the deadline. While more ends are near waits may shrink.
    past = [
        wait for passed, wait in zip(accumulate([first, *loop]), loop, strict=False) if passed >= max([0, *durations])
    ]
    assert all(before <= after for before, after in pairwise(past))
    assert past[-1] > past[0]
    assert min(loop) >= poll_schedule.SHORTEST_WAIT
    assert sum([first, *loop, last]) == DEADLINE


def test_throttling_only_makes_them_longer() -> None:
    calm, throttled = waits(durations=[], factor=5.0), waits(durations=[], factor=5.0, throttled=True)
    assert len(throttled) < len(calm)
    assert all(one <= other for one, other in zip(calm[1:], throttled[1:-1], strict=False))
