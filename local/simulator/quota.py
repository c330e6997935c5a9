"""Amazon's usage plans: a token bucket per selling partner and operation (the simulator has one application)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from local.simulator.responses import Refused


class Plan(NamedTuple):
    """Tokens per second, and the most that a bucket holds."""

    rate: float
    burst: int


SCHEDULES = ("createReportSchedule", "getReportSchedules", "getReportSchedule", "cancelReportSchedule")
# The default usage plan of each operation, from the official models of Reports 2021-06-30 and Tokens 2021-03-01.
PLANS = {
    "createReport": Plan(rate=0.0167, burst=15),
    "getReport": Plan(rate=2.0, burst=15),
    "getReports": Plan(rate=0.0222, burst=10),
    "cancelReport": Plan(rate=0.0222, burst=10),
    "getReportDocument": Plan(rate=0.0167, burst=15),
    **dict.fromkeys(SCHEDULES, Plan(rate=0.0222, burst=10)),
    "createRestrictedDataToken": Plan(rate=1.0, burst=10),
}
# Those of Notifications v1 are all the same.
NOTIFICATIONS = (
    *("getDestinations", "createDestination", "deleteDestination"),
    *("getSubscription", "createSubscription", "deleteSubscriptionById"),
)
PLANNED = PLANS | dict.fromkeys(NOTIFICATIONS, Plan(rate=1.0, burst=5))


@dataclass
class Bucket:
    """What is left, and when that was so."""

    tokens: float
    at: float


class Quota:
    """Takes a token for each call."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[tuple[str | None, str], Bucket] = {}

    def take(self, *, selling_partner_id: str | None, operation: str) -> None:
        """Take one token, the application's own where there is no seller; raises Refused (429) when there is none."""
        plan, now = PLANNED[operation], self._clock()
        bucket = self._buckets.setdefault((selling_partner_id, operation), Bucket(tokens=plan.burst, at=now))
        bucket.tokens = min(plan.burst, bucket.tokens + (now - bucket.at) * plan.rate)
        bucket.at = now
        if bucket.tokens < 1:
            raise Refused(status=429)
        bucket.tokens -= 1
