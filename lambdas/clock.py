"""The one clock of all functions: always read as `clock.now()`, so that the tests and the local run can replace it.

A handler reads it once, and passes `now` to all that decides. Only what happens later in the run is measured when it
happens: a landing's end, and the moment of a reservation.
"""

from datetime import UTC, datetime


def now() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)
