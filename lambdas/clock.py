"""The one clock of all handlers: always read as `clock.now()`, so that the tests and the local run can replace it."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)
