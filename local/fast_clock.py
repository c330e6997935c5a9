"""Clocks that are faster than the true one: what the embedded AWS, its functions and the simulated Amazon go by."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from typing import Protocol

# The file of a `SharedClock`, in the environment of whoever uses an embedded AWS from another process.
VARIABLE = "REPORTFLOW_CLOCK"


class Clock(Protocol):
    """What shows the time, in seconds since the epoch."""

    @property
    def speed(self) -> float:
        """How many seconds it passes in a true one, at present."""

    def __call__(self) -> float:
        """Return the time it shows."""

    def true_before(self, shown: float) -> float:
        """Return a true time at which it has not shown `shown` yet, or only just."""


@dataclass(frozen=True)
class FastClock:
    """A clock that shows `shown` at the true time `at` and then goes at `speed`, but not beyond `until`.

    `made` is the true time at which it was set first.
    """

    at: float
    speed: float
    shown: float
    made: float
    until: float = inf

    @classmethod
    def from_now(cls, speed: float) -> FastClock:
        """Return a clock that shows the true time now."""
        now = time.time()
        return cls(now, speed, now, now)

    def __call__(self) -> float:
        """Return the time it shows."""
        return min(self.shown + (time.time() - self.at) * self.speed, self.until)

    def true_before(self, shown: float) -> float:
        """Return when it shows `shown`, before it was set as well."""
        return self.at + (shown - self.shown) / self.speed

    def paced(self, speed: float, *, until: float) -> FastClock:
        """Return the clock that goes on from now at another speed."""
        return FastClock(time.time(), speed, self(), self.made, until)


@dataclass(frozen=True)
class SharedClock:
    """A clock that one process sets and others read: a file holds the numbers of a `FastClock`, which may stand."""

    path: Path

    @property
    def speed(self) -> float:
        """How fast it goes at present: 0 while it stands still."""
        return self.read().speed

    def __call__(self) -> float:
        """Return the time it shows."""
        return self.read()()

    def true_before(self, _shown: float) -> float:
        """Return when it was made."""
        return self.read().made

    def read(self) -> FastClock:
        """Return the clock as it goes now."""
        return FastClock(*map(float, self.path.read_text().split()))

    def set(self, clock: FastClock) -> None:
        """Let it go like this, from one moment to the next for all who read it."""
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.write_text(f"{clock.at!r} {clock.speed!r} {clock.shown!r} {clock.made!r} {clock.until!r}")
        unfinished.replace(self.path)


def of_environment() -> Clock:
    """Return the clock of the AWS that the environment leads to: the true one, if it names no other."""
    path = os.environ.get(VARIABLE)
    return SharedClock(Path(path)) if path else FastClock.from_now(1)


def now() -> datetime:
    """Return the time that this clock shows."""
    return datetime.fromtimestamp(of_environment()(), UTC)
