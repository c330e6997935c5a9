"""A clock for executions beside each other: it moves only when all of them sleep, straight to the next one's waking."""

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
        self._asleep: dict[object, float] = {}  # until when
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

        `call` is for one sleep: `wake` with it ends the sleep before its time, also when it came before the sleep.
        """
        sleeper = object() if call is None else call
        with self._moved:
            if seconds > 0 and not self._abandoned and sleeper not in self._called:
                self._asleep[sleeper] = self.now + seconds
                try:
                    self._move()
                    self._moved.wait_for(lambda: self._abandoned or sleeper not in self._asleep)
                finally:
                    self._asleep.pop(sleeper, None)
            if self._abandoned:
                raise Abandoned

    def wake(self, call: object) -> None:
        """End the sleep with this call. Who is awake already, or has left, stays so."""
        with self._moved:
            self._called.add(call)
            if self._asleep.pop(call, None) is not None:
                self._moved.notify_all()

    def abandon(self) -> None:
        """Wake every sleeper with Abandoned, and whoever tries to sleep from now on."""
        with self._moved:
            self._abandoned = True
            self._moved.notify_all()

    def _move(self) -> None:
        everybody_sleeps = len(self._asleep) == len(self._present)
        if self._abandoned or not self._awaited or not everybody_sleeps:
            return
        before, self.now = self.now, min(self._asleep.values())
        self._asleep = {who: until for who, until in self._asleep.items() if until > self.now}
        self._moved.notify_all()
        if self._passed:
            self._passed(self.now - before)
