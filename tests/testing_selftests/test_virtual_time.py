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
        thread.join(timeout=60)
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


def woken(time: VirtualTime, call: object, seconds: float = 100) -> tuple[list[float], Callable[[], None]]:
    """Return when a life woke up, which is an empty list until it has, and that life."""
    at: list[float] = []

    def life() -> None:
        time.sleep(seconds, call=call)
        at.append(time.now)

    return at, life


def living(time: VirtualTime, *others: float) -> tuple[list[float], list[Callable[[], None]]]:
    """Return when lives woke up that sleep undisturbed, and those lives."""
    at: list[float] = []

    def sleeper(seconds: float) -> Callable[[], None]:
        def life() -> None:
            time.sleep(seconds)
            at.append(time.now)

        return life

    return at, [sleeper(seconds) for seconds in others]


def ring(time: VirtualTime, call: object, *, after: float, times: int) -> Callable[[], None]:
    """Return a life that wakes a call so often, all at one instant."""

    def life() -> None:
        time.sleep(after)
        for _ in range(times):
            time.wake(call)

    return life


def pass_by(time: VirtualTime, *lives: Callable[[], None]) -> None:
    """Let time pass until all of these lives are over."""
    threads = beside(time, *lives)
    for life in lives:
        time.await_end(life)
    end(threads)


@pytest.mark.parametrize("times", [1, 2, 10])
def test_who_is_woken_several_times_at_once_wakes_once_and_nobody_else_does(times: int) -> None:
    time, call = VirtualTime(), object()
    at, life = woken(time, call)
    # One that sleeps as long as the woken one would have: it must not lose its alarm to the second call.
    others, undisturbed = living(time, 100, 40)
    pass_by(time, life, ring(time, call, after=30, times=times), *undisturbed)
    assert at == [30]
    assert others == [40, 100]


def test_who_is_woken_again_while_asleep_for_something_else_sleeps_on() -> None:
    time, first, second = VirtualTime(), object(), object()
    at: list[float] = []

    def life() -> None:
        for call in (first, second):
            time.sleep(100, call=call)
            at.append(time.now)

    pass_by(time, life, ring(time, first, after=30, times=1), ring(time, first, after=50, times=2))
    assert at == [30, 130]


def test_a_call_before_the_sleep_lets_it_not_begin() -> None:
    time, call = VirtualTime(), object()
    at, life = woken(time, call)
    time.wake(call)
    time.wake(call)
    pass_by(time, life)
    assert at == [0]


@pytest.mark.parametrize("after", [100, 150])
def test_a_call_when_the_sleep_is_over_or_its_sleeper_gone_changes_nothing(after: float) -> None:
    time, call = VirtualTime(), object()
    at, life = woken(time, call)
    others, undisturbed = living(time, 200)
    pass_by(time, life, ring(time, call, after=after, times=2), *undisturbed)
    assert (at, others) == ([100], [200])


def test_a_call_that_nobody_sleeps_with_changes_nothing() -> None:
    time = VirtualTime()
    others, undisturbed = living(time, 10, 10)
    time.wake(object())
    pass_by(time, *undisturbed)
    assert others == [10, 10]


def test_calls_of_many_at_once_end_one_sleep() -> None:
    for _ in range(50):
        time, call = VirtualTime(), object()
        at, life = woken(time, call)
        others, undisturbed = living(time, 100, 100)
        bells = [ring(time, call, after=30, times=3) for _ in range(8)]
        pass_by(time, life, *bells, *undisturbed)
        assert (at, others) == ([30], [100, 100])


def test_a_clock_that_breaks_leaves_no_sleeper_behind_that_is_gone() -> None:
    breaking = [True]

    def passed(_seconds: float) -> None:
        if breaking.pop():
            raise ZeroDivisionError

    time = VirtualTime(passed)
    time.enter("one")
    time.await_end("one")
    with pytest.raises(ZeroDivisionError):
        time.sleep(5)
    breaking.append(False)
    time.sleep(7)
    assert time.now == 12
