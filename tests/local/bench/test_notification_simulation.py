"""What notifications bring, on the durations that the polling bench assumes: calls a report, and the delay."""

import random
from bisect import bisect_left
from collections.abc import Iterator
from datetime import timedelta

import pytest

from lambdas.polling import notification_wait, poll_schedule
from local.bench.polling.durations import CHOSEN_ON, JUDGED_BY, LONGEST, durations
from local.bench.polling.policies import BEGIN, TURN_SECONDS
from local.bench.polling.scores import mean

# From Amazon's end of a report to the function that takes the notification: a queue and a start, mostly warm. Assumed.
LATENCY_SECONDS, SPREAD = 0.5, 0.5
MIXES = {"chosen on": CHOSEN_ON, "judged by": JUDGED_BY}


def polls(known: list[int]) -> Iterator[float]:
    """Yield when a report is asked about that no notification comes of."""
    factor = poll_schedule.FACTOR
    first = poll_schedule.first_poll(
        report_id="", started_at=BEGIN, deadline_seconds=48 * 3600, durations=known, factor=factor
    )
    poll, passed = notification_wait.first_poll(first, adopted=False), 0.0
    while passed < LONGEST:
        passed += poll["waitSeconds"] + TURN_SECONDS
        yield passed
        poll = notification_wait.next_poll(
            notification_wait.after_wait(poll), now=BEGIN + timedelta(seconds=passed), throttled=False
        )


def found(mix: str, *, lost: float, learned: bool) -> tuple[float, float, float]:
    """Return calls a report, and the mean and 95th percentile of the delay, with this share of notifications lost."""
    calls, delays, chance = [], [], random.Random(mix)  # noqa: S311 - the same each time
    for name, draw in MIXES[mix].items():
        known = [int(seconds) for seconds in durations(draw, seed=f"{name}, earlier", count=40)] if learned else []
        at = list(polls(known))
        for ended in durations(draw, seed=name, count=1000):
            before = bisect_left(at, ended)
            told = chance.lognormvariate(0, SPREAD) * LATENCY_SECONDS + TURN_SECONDS
            delay = at[before] - ended
            calls.append(before + 1)
            delays.append(delay if chance.random() < lost else min(delay, told))
    return mean(calls), mean(delays), sorted(delays)[int(len(delays) * 0.95)]


@pytest.mark.parametrize("learned", [True, False])
@pytest.mark.parametrize("mix", MIXES)
def test_with_notices_a_report_is_found_within_two_seconds_with_hardly_more_than_one_call(
    mix: str, *, learned: bool
) -> None:
    calls, _, late = found(mix, lost=0, learned=learned)
    assert calls <= 1.5
    assert late <= 2


@pytest.mark.parametrize("mix", MIXES)
def test_without_any_it_is_found_all_the_same_some_twenty_minutes_late(mix: str) -> None:
    calls, late, _ = found(mix, lost=1, learned=True)
    assert calls <= 1.5
    assert 1200 < late < 1300
