"""One selling partner's quotas: as lambdas/quota keeps them, and as Amazon counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from lambdas.quota.gcra import Bucket, Caller
from lambdas.quota.usage_plans import PLANS
from local.simulator.quota import Quota
from local.simulator.responses import Refused


@dataclass
class Clock:
    """The virtual time, in seconds since the epoch."""

    now: float = 0

    def __call__(self) -> float:
        """Return it."""
        return self.now


@dataclass
class Partner:
    """A selling partner, with the reservations in the ledger and the buckets at Amazon."""

    clock: Clock
    keep_quotas: bool = True
    throttled: int = 0
    _reservations: dict[str, Bucket] = field(default_factory=dict)
    _amazon: Quota = field(init=False)

    def __post_init__(self) -> None:
        self._amazon = Quota(clock=self.clock)

    def call(self, operation: str, *, waited: bool, promises: bool = False) -> float:
        """Call Amazon; return 0, or the seconds that the caller has to wait for its turn before it is sent.

        `promises` says that a caller who waits keeps a place in the queue. As QuotaReservations.admit does.
        """
        bucket = self._reservations.get(operation, Bucket(PLANS[operation]))
        now_ms, caller = self.clock.now * 1000, Caller(waited, background=False)
        wait_ms = bucket.ready_at_ms(caller) - now_ms if self.keep_quotas else 0
        if wait_ms > 0:
            if promises and not waited:
                self._reservations[operation] = bucket.after_promise(now_ms, caller)
            return wait_ms / 1000
        self._reservations[operation] = bucket.after_call(now_ms)
        try:
            self._amazon.take(selling_partner_id=None, operation=operation)
        except Refused:
            self.throttled += 1
        return 0
