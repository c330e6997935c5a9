"""The one clock of a local run: it runs as many times faster as waits pass, for whoever goes by it."""

import time
from dataclasses import dataclass


@dataclass(frozen=True)
class SpedUp:
    """A clock that showed the true time when it `began`, in seconds since the epoch, and has been fast since."""

    began: float
    speed: float

    def __call__(self) -> float:
        """Return the time it shows, in seconds since the epoch."""
        return self.began + (time.time() - self.began) * self.speed

    def true(self, shown: float) -> float:
        """Return the true time at which it shows `shown`."""
        return self.began + (shown - self.began) / self.speed
