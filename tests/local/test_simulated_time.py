"""Simulated time passes while all that runs waits, and stands still while anything computes."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from local.aws.simulated_time import SimulatedTime
from local.fast_clock import VARIABLE, FastClock, SharedClock, now

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DAY = 86_400.0


@pytest.fixture
def clock(tmp_path: Path) -> SharedClock:
    """Return a clock that shows the true time."""
    shared = SharedClock(tmp_path / "clock")
    shared.set(FastClock.from_now(1))
    return shared


@pytest.fixture
def simulated(clock: SharedClock) -> SimulatedTime:
    """Return a time in which a day of waiting is a tenth of a second."""
    return SimulatedTime(clock, speed=DAY * 10)


def in_a_thread(run: Callable[[], object]) -> threading.Thread:
    """Run it beside this thread."""
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_a_thread_that_waits_is_not_late_by_what_another_one_computes(simulated: SimulatedTime) -> None:
    woken: list[float] = []

    def execution() -> None:
        with simulated.working():
            began = simulated()
            simulated.sleep(DAY)
            woken.append(simulated() - began)

    with simulated.working():
        waiting = in_a_thread(execution)
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join()
    # From the moment that it wakes it works, so time stands still again.
    assert woken == [pytest.approx(DAY, abs=0.001)]


def test_time_stands_still_while_a_thread_works_for_all_who_read_the_clock(
    simulated: SimulatedTime, clock: SharedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(clock.path))
    with simulated.working(), simulated.working():
        first = now()
        time.sleep(0.01)
        assert now() == first
        assert clock.speed == 0
        with simulated.idle():
            assert clock.speed == 1
    assert clock.speed == 1
    assert clock.true_before(clock()) <= time.time()


def test_threads_wake_in_the_order_of_their_times(simulated: SimulatedTime) -> None:
    woken: list[int] = []

    def wait(days: int) -> None:
        with simulated.working():
            simulated.sleep(days * DAY)
            woken.append(days)

    with simulated.working():
        threads = [in_a_thread(lambda days=days: wait(days)) for days in (3, 1, 2)]  # type: ignore[misc] # of three
        while simulated.waiting < len(threads):
            time.sleep(0.001)
    for thread in threads:
        thread.join()
    assert woken == [1, 2, 3]


def test_an_alarm_rings_at_its_time_unless_it_is_over_before(simulated: SimulatedTime, clock: SharedClock) -> None:
    rung = threading.Event()
    with simulated.alarm(DAY, rung.set):
        assert clock.speed == DAY * 10
    assert clock.speed == 1
    assert not rung.is_set()
    with simulated.alarm(DAY, rung.set):
        assert rung.wait(10)


def test_at_the_speed_1_it_is_the_true_time(clock: SharedClock) -> None:
    simulated = SimulatedTime(clock, speed=1)
    with simulated.working():
        assert clock.speed == 1
    assert simulated() == pytest.approx(time.time(), abs=1)
