"""What polls bring and cost."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from local.bench.polling.policies import Polls

# The execution's start, and the states that are not in the loop; and those that are.
TRANSITIONS, TRANSITIONS_PER_CALL = 6, 3
# Dollars, us-east-1: a state transition; a poll's invocation, 0.15 s of 256 MB on arm64, a strongly consistent read and
# a write of DynamoDB on demand for its quota.
TRANSITION = 0.025 / 1000
CALL = 0.20e-6 + 0.15 * 0.25 * 0.0000133334 + 0.125e-6 + 0.625e-6


class Found(NamedTuple):
    """How a report was noticed: the polls until then, and how many seconds after its end."""

    calls: int
    delay: float


class Score(NamedTuple):
    """What a policy costs on average; dollars are for 1,000 reports."""

    calls: float
    mean_delay: float
    p95_delay: float
    transitions: float
    dollars: float


def found(durations: Sequence[float], schedules: Sequence[Polls]) -> list[Found]:
    """Return how each report is noticed; by turns, where there is more than one schedule."""
    noticed = []
    for number, seconds in enumerate(durations):
        polls = schedules[number % len(schedules)]
        earlier = bisect_left(polls, seconds)
        noticed.append(Found(earlier + 1, polls[earlier] - seconds))
    return noticed


def score(noticed: Sequence[Found]) -> Score:
    """Return the averages."""
    calls = mean(each.calls for each in noticed)
    delays = sorted(each.delay for each in noticed)
    transitions = TRANSITIONS + TRANSITIONS_PER_CALL * calls
    dollars = 1000 * (transitions * TRANSITION + calls * CALL)
    return Score(calls, mean(delays), delays[int(len(delays) * 0.95)], transitions, dollars)


def mean(values: Iterable[float]) -> float:
    """Return the mean."""
    listed = list(values)
    return sum(listed) / len(listed)
