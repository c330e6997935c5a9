"""A clock for executions beside each other: it moves only when all of them sleep, straight to the next one's waking."""

import heapq
import threading
from collections.abc import Callable


class Abandoned(Exception):
    """The clock was given up while somebody slept on it."""


class VirtualTime:
    """Seconds since the clock was made, `now`, shared by all who have entered.

    It stands still while any of them is awake, and while nobody's end is awaited. So executions started one after the
    other start at the same instant, and two that wait 60 seconds beside each other take 60 seconds, not 120.
    `passed` is told each step in seconds.
    """

    def __init__(self, passed: Callable[[float], object] | None = None) -> None:
        self.now = 0.0
        self._passed = passed
        self._present: set[object] = set()
        self._awaited: set[object] = set()
        self._alarms: list[float] = []
        self._calls: dict[object, float] = {}
        self._called: set[object] = set()
        self._abandoned = False
        self._moved = threading.Condition()

    def enter(self, who: object) -> None:
        """Live by this clock from now on, awake."""
        with self._moved:
            self._present.add(who)

    def leave(self, who: object) -> None:
        """Stop living by this clock; time no longer passes for the sake of this one's end."""
        with self._moved:
            self._present.discard(who)
            self._awaited.discard(who)
            self._move()

    def await_end(self, of: object) -> None:
        """Let time pass until this one leaves."""
        with self._moved:
            self._awaited |= {of} & self._present
            self._move()

    def sleep(self, seconds: float, *, call: object = None) -> None:
        """Sleep on this clock; one who has entered does. Raise Abandoned if it is or gets given up.

        `wake` with the same `call` ends the sleep before its time, also when it came before the sleep.
        """
        with self._moved:
            until = self.now + seconds
            if until > self.now and not self._abandoned and call not in self._called:
                heapq.heappush(self._alarms, until)
                self._calls[call] = until
                self._move()
                self._moved.wait_for(lambda: self._abandoned or self.now >= until or call in self._called)
            if self._abandoned:
                raise Abandoned

    def wake(self, call: object) -> None:
        """End the sleep with this call."""
        with self._moved:
            self._called.add(call)
            if self._calls.get(call, 0.0) > self.now:
                self._alarms.remove(self._calls[call])
                heapq.heapify(self._alarms)
                self._moved.notify_all()

    def abandon(self) -> None:
        """Wake every sleeper with Abandoned, and whoever tries to sleep from now on."""
        with self._moved:
            self._abandoned = True
            self._moved.notify_all()

    def _move(self) -> None:
        everybody_sleeps = len(self._alarms) == len(self._present)
        if self._abandoned or not self._awaited or not everybody_sleeps:
            return
        step = self._alarms[0] - self.now
        self.now = self._alarms[0]
        while self._alarms and self._alarms[0] <= self.now:
            heapq.heappop(self._alarms)
        self._moved.notify_all()
        if self._passed:
            self._passed(step)
