"""Simulated time: it stands still while anything computes, and is fast while all that runs only waits.

So a deadline counts what is waited for and never what this machine takes to compute: a busy one has the same outcomes.
"""

from __future__ import annotations

import heapq
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.fast_clock import SharedClock


@dataclass(order=True)
class _Timer:
    """What happens at a simulated time; the earlier one of two at the same time was set first."""

    at: float
    number: int
    ring: Callable[[], None] = field(compare=False)


class SimulatedTime:
    """The one process's time that sets a shared clock, and its sleepers.

    Its speed is 0 while a thread is `working`, the given one while threads only wait, and 1 while nobody waits. Given
    the speed 1 it is the true time, which never stands still: what another server counts goes by that.
    """

    def __init__(self, clock: SharedClock, *, speed: float) -> None:
        """Go on from what the clock shows."""
        self._shared, self._clock, self._speed = clock, clock.read(), speed
        self._changed = threading.Condition()
        self._working = 0
        self._timers: list[_Timer] = []
        self._numbers = count()
        self._here = threading.local()
        threading.Thread(target=self._ring, daemon=True, name="simulated time").start()

    def __call__(self) -> float:
        """Return the time, in seconds since the epoch."""
        return self._clock()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Let time stand still while this thread is within, save where it sleeps or is `idle`."""
        with self._as(working=True):
            yield

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Let time pass while this thread waits for other threads, or for a call from outside."""
        with self._as(working=False):
            yield

    def sleep(self, seconds: float) -> None:
        """Wait until so much simulated time has passed; this thread works on from that very moment."""
        woken, works = threading.Event(), self._works

        def wake() -> None:
            self._working += works
            woken.set()

        with self._changed:
            self._set(seconds, wake)
            self._working -= works
            self._adjust()
        woken.wait()

    @contextmanager
    def alarm(self, seconds: float, ring: Callable[[], None]) -> Iterator[None]:
        """Call `ring` when so much simulated time has passed within."""
        with self._changed:
            timer = self._set(seconds, ring)
        try:
            yield
        finally:
            with self._changed:
                self._timers = [other for other in self._timers if other is not timer]
                heapq.heapify(self._timers)
                self._adjust()

    @property
    def waiting(self) -> int:
        """How many sleepers and alarms there are."""
        return len(self._timers)

    @property
    def _works(self) -> bool:
        return getattr(self._here, "works", False)

    @contextmanager
    def _as(self, *, working: bool) -> Iterator[None]:
        before = self._works
        self._become(working)
        try:
            yield
        finally:
            self._become(before)

    def _become(self, working: bool) -> None:
        with self._changed:
            self._working += working - self._works
            self._here.works = working
            self._adjust()

    def _set(self, seconds: float, ring: Callable[[], None]) -> _Timer:
        timer = _Timer(self._clock() + seconds, next(self._numbers), ring)
        heapq.heappush(self._timers, timer)
        self._adjust()
        self._changed.notify()
        return timer

    def _adjust(self) -> None:
        """Let the clock go at the speed that is right now."""
        still = self._working and self._speed > 1
        speed = 0.0 if still else self._speed if self._timers else 1.0
        # Nobody sees a later time than the next one at which something happens.
        until = self._timers[0].at if self._timers else inf
        if (speed, until) != (self._clock.speed, self._clock.until):
            self._clock = self._clock.paced(speed, until=until)
            self._shared.set(self._clock)
            self._changed.notify()

    def _ring(self) -> None:
        with self._changed:
            while True:
                if not self._timers or not self._clock.speed:
                    self._changed.wait()
                elif (left := (self._timers[0].at - self._clock()) / self._clock.speed) > 0:
                    self._changed.wait(left)
                else:
                    heapq.heappop(self._timers).ring()
                    self._adjust()
