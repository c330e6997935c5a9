"""The clock stands still until everybody sleeps, then goes to the earliest waking."""

from collections.abc import Callable
from threading import Thread

import pytest

from tests.testing.machine.virtual_time import Abandoned, VirtualTime


def beside(time: VirtualTime, *lives: Callable[[], None]) -> list[Thread]:
    """Start lives that all enter before any of them begins."""

    def live(life: Callable[[], None]) -> None:
        life()
        time.leave(life)

    for life in lives:
        time.enter(life)
    threads = [Thread(target=live, args=(life,), daemon=True) for life in lives]
    for thread in threads:
        thread.start()
    return threads


def end(threads: list[Thread]) -> None:
    for thread in threads:
        thread.join(timeout=5)
        assert not thread.is_alive()


def test_sleepers_beside_each_other_take_the_time_of_the_longest() -> None:
    steps: list[float] = []
    wakings: list[tuple[str, float]] = []
    time = VirtualTime(steps.append)

    def sleep(name: str, *pauses: float) -> Callable[[], None]:
        def life() -> None:
            for pause in pauses:
                time.sleep(pause)
                wakings.append((name, time.now))

        return life

    lives = sleep("a", 10, 10), sleep("b", 15), sleep("c", 20)
    for life in lives:
        time.await_end(life)
    threads = beside(time, *lives)
    for life in lives:
        time.await_end(life)
    end(threads)
    assert sorted(wakings) == [("a", 10), ("a", 20), ("b", 15), ("c", 20)]
    assert steps == [10, 5, 5]


def test_no_time_passes_before_an_end_is_awaited_nor_beyond_it() -> None:
    time = VirtualTime()

    def brief() -> None:
        time.sleep(5)

    def long() -> None:
        time.sleep(5)
        time.sleep(5)

    first, second = beside(time, brief, long)
    first.join(timeout=0.05)
    assert time.now == 0
    time.await_end(brief)
    end([first])
    assert time.now == 5
    time.await_end(brief)
    second.join(timeout=0.05)
    assert time.now == 5
    time.await_end(long)
    end([second])
    assert time.now == 10


def test_nobody_sleeps_no_seconds() -> None:
    time = VirtualTime()
    time.sleep(0)
    assert time.now == 0


def test_sleepers_wake_when_the_clock_is_abandoned() -> None:
    time = VirtualTime()
    caught: list[bool] = []

    def life() -> None:
        for _ in range(2):
            try:
                time.sleep(5)
            except Abandoned:
                caught.append(True)

    threads = beside(time, life)
    time.abandon()
    end(threads)
    assert caught == [True, True]
    with pytest.raises(Abandoned):
        time.sleep(0)
