"""The rhythm of polls: it slows down as the square root of time, and ends with the deadline."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from math import ceil, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clock
import polling
from messages import Poll
from tests.lambdas.samples import NOW

HISTORY_EVENTS_PER_TURN = 10


def first(deadline_seconds: int = 48 * 3600, *, durations: Sequence[int] = (), growth: float = 3) -> Poll:
    return polling.first(
        report_id="R1", started_at=NOW, deadline_seconds=deadline_seconds, durations=durations, growth=growth
    )


def polls(deadline_seconds: int, *, lag: Callable[[int], float] = lambda _: 0.0) -> Iterator[tuple[float, Poll]]:
    """Yield the seconds since the start and the poll made then, until one is overdue; `lag` is lost in each turn."""
    poll, passed = first(deadline_seconds), 0.0
    while not poll["overdue"]:
        passed += poll["waitSeconds"] + lag(poll["number"])
        poll = polling.following(polling.waited(poll), now=NOW + timedelta(seconds=passed))
        yield passed, poll


def test_the_first_poll() -> None:
    assert first() == {
        "reportId": "R1",
        "number": 0,
        "waitSeconds": 15,
        "waitedSeconds": 0,
        "startedAt": "2026-11-10T12:00:00+00:00",
        "deadlineSeconds": 172_800,
        "growth": 3,
        "overdue": False,
    }


def test_the_first_waits_of_a_report_without_haste() -> None:
    made = [(int(passed), poll["waitSeconds"]) for passed, poll in polls(3600)]
    assert made[:6] == [(15, 12), (27, 16), (43, 20), (63, 24), (87, 28), (115, 33)]


def test_two_days_of_polls_are_far_from_the_history_limit() -> None:
    made = list(polls(48 * 3600))
    assert len(made) > 100
    assert len(made) * HISTORY_EVENTS_PER_TURN < 8000
    assert made[-1][0] == 48 * 3600


@given(st.integers(1, 200_000), st.integers(0, 200_000), st.booleans())
def test_a_wait_is_the_square_root_within_its_bounds(passed: int, deadline: int, throttled: bool) -> None:
    deadline += passed + 1
    poll = polling.following(first(deadline), now=NOW + timedelta(seconds=passed), throttled=throttled)
    wanted = ceil(min(3 * sqrt(passed), max(90, passed / 60))) * (2 if throttled else 1)
    assert poll["waitSeconds"] == min(max(wanted, 5), 600, deadline - passed)


@given(st.integers(1, 20_000), st.floats(0, 30))
def test_the_last_poll_is_at_the_deadline_and_none_before_is_overdue(deadline: int, lag: float) -> None:
    made = list(polls(deadline, lag=lambda _: lag))
    assert all(passed < deadline for passed, _ in made[:-1])
    # Waits are whole seconds, and a turn takes what it takes.
    assert deadline <= made[-1][0] <= deadline + 1 + lag
    assert [poll["number"] for _, poll in made] == list(range(1, len(made) + 1))


@given(st.integers(1, 10_000), st.lists(st.integers(-(10**8), 10**8), min_size=1))
def test_a_clock_that_jumps_does_not_keep_a_report_from_its_deadline(deadline: int, jumps: list[int]) -> None:
    poll, waited = first(deadline), 0
    while not poll["overdue"]:
        assert waited < deadline
        waited += poll["waitSeconds"]
        poll = polling.following(polling.waited(poll), now=NOW + timedelta(seconds=jumps[poll["number"] % len(jumps)]))
        assert poll["waitSeconds"] >= 1
        assert poll["waitedSeconds"] == waited


@pytest.mark.parametrize(("passed", "overdue"), [(3599.0, False), (3599.9, False), (3600.0, True), (9999.0, True)])
def test_overdue_is_from_the_deadline_on(passed: float, overdue: bool) -> None:
    assert polling.following(first(3600), now=NOW + timedelta(seconds=passed))["overdue"] is overdue


def test_a_short_deadline_is_not_overslept() -> None:
    assert first(10)["waitSeconds"] == 10
    assert polling.following(polling.waited(first(20)), now=NOW)["waitSeconds"] == 5


def test_a_throttled_poll_doubles_the_wait() -> None:
    now = NOW + timedelta(seconds=400)
    assert polling.following(first(), now=now)["waitSeconds"] == 60
    assert polling.following(first(), now=now, throttled=True)["waitSeconds"] == 120


def test_a_wait_that_is_over_is_counted_once() -> None:
    poll = polling.waited(first())
    assert poll == {**first(), "waitSeconds": 0, "waitedSeconds": 15}
    assert polling.waited(poll) == poll


@pytest.mark.parametrize(("after", "passed"), [(-99, 15), (0, 15), (15, 15), (20.9, 20)])
def test_what_has_passed_is_what_the_clock_says_or_was_waited(after: float, passed: int) -> None:
    # The next wait lies ahead: it counts for nothing.
    poll = polling.following(polling.waited(first()), now=NOW + timedelta(seconds=15))
    assert polling.elapsed(poll, now=NOW + timedelta(seconds=after)) == passed


def test_what_does_not_belong_to_the_rhythm_stays() -> None:
    poll = polling.following(first(), now=NOW + timedelta(seconds=15))
    assert {key: poll[key] for key in ("reportId", "startedAt", "deadlineSeconds")} == {
        "reportId": "R1",
        "startedAt": NOW.isoformat(),
        "deadlineSeconds": 172_800,
    }


def test_what_was_learned_is_the_first_wait_and_polls_more_closely() -> None:
    poll = first(durations=[600, 90, 120, 100, 3000], growth=3)
    # 100 s would find one of five 10 s late; 120 s would find them 30 and 20 s late, 10 s on average.
    assert (poll["waitSeconds"], poll["growth"]) == (100, 2)
    assert polling.following(polling.waited(poll), now=NOW + timedelta(seconds=100))["waitSeconds"] == 20


@pytest.mark.parametrize(("passed", "wait"), [(100, 20), (900, 60), (3600, 60), (7200, 120), (14_400, 240)])
def test_a_wait_is_a_minute_at_most_until_that_is_a_small_share_of_the_time(passed: int, wait: int) -> None:
    poll = first(durations=[30] * 5)
    assert polling.following(poll, now=NOW + timedelta(seconds=passed))["waitSeconds"] == wait


@pytest.mark.parametrize(
    ("durations", "seconds"), [([0] * 5, 5), ([7200] * 5, 600), ([30] * 39 + [1], 30), ([8] * 5, 8)]
)
def test_a_first_wait_has_its_bounds_and_follows_no_outlier(durations: list[int], seconds: int) -> None:
    assert first(durations=durations)["waitSeconds"] == seconds


@pytest.mark.parametrize("growth", [2, 3, 20])
@pytest.mark.parametrize("durations", [[], [1] * 5])
def test_two_days_are_far_from_the_history_limit_at_every_growth(growth: float, durations: list[int]) -> None:
    poll, passed, turns = first(durations=durations, growth=growth), 0, 0
    while not poll["overdue"]:
        passed, turns = passed + poll["waitSeconds"], turns + 1
        poll = polling.following(polling.waited(poll), now=NOW + timedelta(seconds=passed))
    assert turns < 700


def test_the_clock_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
