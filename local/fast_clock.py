"""The one clock of a local run: it runs as many times faster as waits pass, for whoever goes by it."""

import os
import time
from dataclasses import dataclass
from typing import Self

# `<began>:<speed>`, in the environment of whoever uses an embedded AWS from another process.
VARIABLE = "REPORTFLOW_CLOCK"


@dataclass(frozen=True)
class FastClock:
    """A clock that showed the true time when it `began`, in seconds since the epoch, and has been fast since."""

    began: float
    speed: float

    @classmethod
    def of_environment(cls) -> Self:
        """Return the clock of the AWS that the environment leads to: the true one, if it says nothing."""
        began, _, speed = os.environ.get(VARIABLE, "").partition(":")
        return cls(float(began), float(speed)) if speed else cls(time.time(), 1)

    def __call__(self) -> float:
        """Return the time it shows, in seconds since the epoch."""
        return self.began + (time.time() - self.began) * self.speed

    def true(self, shown: float) -> float:
        """Return the true time at which it shows `shown`."""
        return self.began + (shown - self.began) / self.speed
