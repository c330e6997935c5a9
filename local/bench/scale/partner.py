"""One selling partner's quotas: as lambdas/quota keeps them, and as Amazon counts."""

from __future__ import annotations

from dataclasses import dataclass, field

from lambdas.quota.gcra import Bucket, Caller
from lambdas.quota.usage_plans import PLANS
from local.simulator.quota import Quota
from local.simulator.responses import Refused

# A selling partner's items are in one partition, which takes so many write units a second. Source: DynamoDB's developer
# guide, "Designing partition keys".
PARTITION_WRITES = 1_000
# Assumed of a transaction: two of them on the same items within that time conflict, and the second is cancelled.
TRANSACTION_SECONDS = 0.02


class Conflict(Exception):
    """Two transactions have met on an item, and this one is cancelled."""


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
    _writable_at: float = 0
    _held_until: float = 0
    _reservations: dict[str, Bucket] = field(default_factory=dict)
    _amazon: Quota = field(init=False)

    def __post_init__(self) -> None:
        self._amazon = Quota(clock=self.clock)

    def write(self, units: int) -> float:
        """Take write units of the partition; return the seconds until there are as many: boto3 asks again."""
        self._writable_at = max(self._writable_at, self.clock.now - 1) + units / PARTITION_WRITES
        return max(0.0, self._writable_at - self.clock.now)

    def call(self, operation: str, *, waited: bool, promises: bool = False) -> float:
        """Call Amazon; return 0, or the seconds that the caller has to wait for its turn before it is sent.

        `promises` says that a caller who waits keeps a place in the queue. As QuotaReservations.admit does.

        Raises:
            Conflict: another transaction has the quota's items right now.
        """
        bucket = self._reservations.get(operation, Bucket(PLANS[operation]))
        now_ms, caller = self.clock.now * 1000, Caller(waited, background=False)
        wait_ms = bucket.ready_at_ms(caller) - now_ms if self.keep_quotas else 0
        if wait_ms > 0:
            if promises and not waited:
                self._transact(operation)
                self._reservations[operation] = bucket.after_promise(now_ms, caller)
            return wait_ms / 1000
        self._transact(operation)
        self._reservations[operation] = bucket.after_call(now_ms)
        try:
            self._amazon.take(selling_partner_id=None, operation=operation)
        except Refused:
            self.throttled += 1
        return 0

    def _transact(self, operation: str) -> None:
        """Hold the items for a while. Only createReport has more than one, and so a transaction."""
        if operation != "createReport":
            return
        if self.clock.now < self._held_until:
            raise Conflict
        self._held_until = self.clock.now + TRANSACTION_SECONDS
