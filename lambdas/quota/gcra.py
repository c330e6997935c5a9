"""GCRA, a token bucket in one number: arithmetic only, without a clock and without a table.

All times are in milliseconds since the epoch. A bucket has three of them:

| time                     | means                             | is moved by        | is read by                   |
| ------------------------ | --------------------------------- | ------------------ | ---------------------------- |
| `theoretical_arrival_ms` | when the burst is there again     | calls, refusals    | every caller                 |
| `queued_until_ms`        | the end of the queue              | calls and promises | newcomers and the background |
| `background_until_ms`    | the end of the background's queue | promises           | newcomers in the background  |

Source: https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from lambdas.quota.usage_plans import UsagePlan

# What callers in the background leave of a burst, so that whoever comes is served at once.
BURST_RESERVED_FOR_FOREGROUND = 3
SHORTEST_PENALTY_MS, LONGEST_PENALTY_MS = 60_000, 30 * 60_000


class Caller(NamedTuple):
    """The caller: whether it has waited for its turn, and whether it lets others go first."""

    has_waited: bool
    background: bool


class Bucket(NamedTuple):
    """The state of one limit."""

    plan: UsagePlan
    theoretical_arrival_ms: float = 0
    queued_until_ms: float = 0
    background_until_ms: float = 0

    def ready_at_ms(self, caller: Caller) -> float:
        """Return when the caller's next call may be sent, in milliseconds since the epoch; the past means now."""
        arrivals = [self.theoretical_arrival_ms]
        if caller.background or not caller.has_waited:
            arrivals.append(self.queued_until_ms)
        if caller.background and not caller.has_waited:
            arrivals.append(self.background_until_ms)
        burst = max(1, self.plan.burst - BURST_RESERVED_FOR_FOREGROUND) if caller.background else self.plan.burst
        return max(arrivals) - (burst - 1) * self.plan.interval_ms

    def after_call(self, now_ms: float) -> Bucket:
        """Return the bucket after a call that is sent now."""
        arrival = max(self.theoretical_arrival_ms, now_ms) + self.plan.interval_ms
        return self._replace(theoretical_arrival_ms=arrival, queued_until_ms=max(self.queued_until_ms, arrival))

    def after_promise(self, now_ms: float, caller: Caller) -> Bucket:
        """Return the bucket after the promise of a call that the caller sends later."""
        queue_end = max(self.queued_until_ms, self.theoretical_arrival_ms, now_ms)
        if caller.background:
            background_end = max(self.background_until_ms, queue_end) + self.plan.interval_ms
            return self._replace(background_until_ms=background_end)
        return self._replace(queued_until_ms=queue_end + self.plan.interval_ms)

    def after_refusal(self, now_ms: float) -> Bucket:
        """Return the bucket after a 429: empty."""
        empty_until = now_ms + self.plan.burst * self.plan.interval_ms
        return self._replace(
            theoretical_arrival_ms=max(self.theoretical_arrival_ms, empty_until),
            queued_until_ms=max(self.queued_until_ms, empty_until),
        )

    def after_penalty(self, now_ms: float, *, refusals: int) -> Bucket:
        """Return the bucket of a report type after a 429.

        Args:
            now_ms: milliseconds since the epoch.
            refusals: how many 429s came before this one without a success; each doubles the pause.
        """
        pause_ms = min(LONGEST_PENALTY_MS, SHORTEST_PENALTY_MS * 2**refusals)
        return self._replace(theoretical_arrival_ms=max(self.theoretical_arrival_ms, now_ms + pause_ms))
