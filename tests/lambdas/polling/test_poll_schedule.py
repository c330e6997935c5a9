"""The rhythm of polls: it follows what is known of a type, slows down beyond that, and ends with the deadline."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from math import cbrt, ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas import clock
from lambdas.payloads.state_data import Poll
from lambdas.polling import poll_schedule
from tests.testing.samples import NOW

HISTORY_EVENTS_PER_TURN = 10


def first(deadline_seconds: int = 48 * 3600, *, durations: Sequence[int] = (), factor: float = 5) -> Poll:
    return poll_schedule.first_poll(
        report_id="R1", started_at=NOW, deadline_seconds=deadline_seconds, durations=durations, factor=factor
    )


def polls(deadline_seconds: int, *, lag: Callable[[int], float] = lambda _: 0.0) -> Iterator[tuple[float, Poll]]:
    """Yield the seconds since the start and the poll made then, until one is overdue; `lag` is lost in each turn."""
    poll, passed = first(deadline_seconds), 0.0
    while not poll["overdue"]:
        passed += poll["waitSeconds"] + lag(poll["number"])
        poll = poll_schedule.next_poll(poll_schedule.after_wait(poll), now=NOW + timedelta(seconds=passed))
        yield passed, poll


def test_the_first_poll() -> None:
    assert first() == {
        "reportId": "R1",
        "number": 0,
        "waitSeconds": 15,
        "waitedSeconds": 0,
        "startedAt": "2026-11-10T12:00:00+00:00",
        "deadlineSeconds": 172_800,
        "factor": 5,
        "durations": [],
        "overdue": False,
    }


def test_the_first_waits_of_a_report_without_haste() -> None:
    made = [(int(passed), poll["waitSeconds"]) for passed, poll in polls(3600)]
    assert made[:6] == [(15, 13), (28, 16), (44, 18), (62, 20), (82, 22), (104, 24)]


def test_two_days_of_polls_are_far_from_the_history_limit() -> None:
    made = list(polls(48 * 3600))
    assert len(made) > 100
    assert len(made) * HISTORY_EVENTS_PER_TURN < 8000
    assert made[-1][0] == 48 * 3600


@given(st.integers(5, 200_000), st.integers(0, 200_000), st.booleans())
def test_a_wait_is_the_cube_root_within_its_bounds(passed: int, deadline: int, throttled: bool) -> None:
    deadline += passed + 1
    poll = poll_schedule.next_poll(first(deadline), now=NOW + timedelta(seconds=passed), throttled=throttled)
    wanted = ceil(min(max(5 / cbrt(0.2 / (0.2 * passed)), 5, passed / 120), 600)) * (2 if throttled else 1)
    assert poll["waitSeconds"] == min(wanted, 600, deadline - passed)


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
        poll = poll_schedule.next_poll(
            poll_schedule.after_wait(poll), now=NOW + timedelta(seconds=jumps[poll["number"] % len(jumps)])
        )
        assert poll["waitSeconds"] >= 1
        assert poll["waitedSeconds"] == waited


@pytest.mark.parametrize(("passed", "overdue"), [(3599.0, False), (3599.9, False), (3600.0, True), (9999.0, True)])
def test_overdue_is_from_the_deadline_on(passed: float, overdue: bool) -> None:
    assert poll_schedule.next_poll(first(3600), now=NOW + timedelta(seconds=passed))["overdue"] is overdue


def test_a_short_deadline_is_not_overslept() -> None:
    assert first(10)["waitSeconds"] == 10
    assert poll_schedule.next_poll(poll_schedule.after_wait(first(20)), now=NOW)["waitSeconds"] == 5


def test_a_throttled_poll_doubles_the_wait() -> None:
    now = NOW + timedelta(seconds=400)
    assert poll_schedule.next_poll(first(), now=now)["waitSeconds"] == 37
    assert poll_schedule.next_poll(first(), now=now, throttled=True)["waitSeconds"] == 74


def test_a_wait_that_is_over_is_counted_once() -> None:
    poll = poll_schedule.after_wait(first())
    assert poll == {**first(), "waitSeconds": 0, "waitedSeconds": 15}
    assert poll_schedule.after_wait(poll) == poll


@pytest.mark.parametrize(("after", "passed"), [(-99, 15), (0, 15), (15, 15), (20.9, 20)])
def test_what_has_passed_is_what_the_clock_says_or_was_waited(after: float, passed: int) -> None:
    # The next wait lies ahead: it counts for nothing.
    poll = poll_schedule.next_poll(poll_schedule.after_wait(first()), now=NOW + timedelta(seconds=15))
    assert poll_schedule.elapsed_seconds(poll, now=NOW + timedelta(seconds=after)) == passed


def test_what_does_not_belong_to_the_rhythm_stays() -> None:
    poll = poll_schedule.next_poll(first(), now=NOW + timedelta(seconds=15))
    assert {key: poll[key] for key in ("reportId", "startedAt", "deadlineSeconds")} == {
        "reportId": "R1",
        "startedAt": NOW.isoformat(),
        "deadlineSeconds": 172_800,
    }


def waits(poll: Poll, *, until: int) -> Iterator[tuple[int, int]]:
    """Yield the seconds since the start, and the wait from then on."""
    passed = 0
    while passed < until:
        yield passed, poll["waitSeconds"]
        passed += poll["waitSeconds"]
        poll = poll_schedule.next_poll(poll_schedule.after_wait(poll), now=NOW + timedelta(seconds=passed))


def test_a_report_is_asked_about_when_others_of_its_type_have_ended() -> None:
    made = list(waits(first(durations=[*range(260, 340, 2)]), until=1800))
    before, meanwhile, after = ([wait for passed, wait in made if low <= passed < high] for low, high in SPANS)
    assert made[0] == (0, 264)
    assert before == [264]
    assert max(meanwhile) < 25 < min(after)
    # What is still known of it is what took longer.
    assert poll_schedule.next_poll(first(durations=[3, 1, 2]), now=NOW + timedelta(seconds=2))["durations"] == [3]


SPANS = ((0, 260), (260, 330), (330, 1800))


def test_what_takes_two_kinds_of_time_is_left_alone_in_between() -> None:
    made = dict(waits(first(durations=[*range(20, 40), *range(900, 1100, 10)]), until=1200))
    soon, between, late = ([wait for passed, wait in made.items() if low < passed < high] for low, high in KINDS)
    assert max(soon) < 25 < min(between)
    assert max(late) < max(between)


KINDS = ((0, 40), (40, 600), (900, 1100))


def test_a_type_that_takes_hours_is_not_asked_about_at_first() -> None:
    assert first(durations=[7200] * 5)["waitSeconds"] == 600
    assert first(durations=[0] * 5)["waitSeconds"] == 5


def test_an_outlier_changes_little() -> None:
    assert first(durations=[30] * 40)["waitSeconds"] == 33
    assert first(durations=[*[30] * 39, 1])["waitSeconds"] == 33


@given(st.lists(st.integers(0, 20_000), max_size=40), st.integers(0, 20_000), st.floats(3, 20))
def test_a_wait_has_its_bounds_whatever_is_known(durations: list[int], passed: int, factor: float) -> None:
    poll = poll_schedule.next_poll(first(durations=durations, factor=factor), now=NOW + timedelta(seconds=passed))
    assert max(5, passed / 120) <= poll["waitSeconds"] <= 600
    assert 5 <= first(durations=durations, factor=factor)["waitSeconds"] <= 600


@pytest.mark.parametrize("factor", [3, 5, 20])
@pytest.mark.parametrize("durations", [[], [1] * 5, list(range(100, 14_500, 360))])
def test_two_days_are_far_from_the_history_limit_at_every_factor(factor: float, durations: list[int]) -> None:
    poll, passed, turns = first(durations=durations, factor=factor), 0, 0
    while not poll["overdue"]:
        passed, turns = passed + poll["waitSeconds"], turns + 1
        poll = poll_schedule.next_poll(poll_schedule.after_wait(poll), now=NOW + timedelta(seconds=passed))
    assert turns < 700


def test_the_clock_is_aware_and_in_utc() -> None:
    assert clock.now().utcoffset() == timedelta(0)
