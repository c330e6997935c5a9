"""Quotas are kept, not discovered: each call to SP-API takes a reservation before it is sent.

A call takes from all of its buckets, or from none.
"""

from __future__ import annotations

import random
import time
from math import ceil
from typing import TYPE_CHECKING

from lambdas import clock
from lambdas.quota.bucket_items import BucketItems, BucketState, foreground_times
from lambdas.quota.gcra import Caller
from lambdas.quota.usage_plans import PLANS, UsagePlan, even_plan, interval_of_rate
from lambdas.spapi.regions import region_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from types_boto3_dynamodb import DynamoDBClient

    from lambdas.payloads.request import Request

# Callers that are not admitted to these wait in a state of the machine, in order.
WAITS_IN_STATE = ("createReport", "getReportDocument")
MAX_WRITE_ATTEMPTS = 5
# Transactions on the same item at once cancel each other: the next attempts are spread over so many seconds.
SPREAD_SECONDS = 0.1


class NotAdmitted(Exception):
    """It is not yet this call's turn; nothing was sent. `wait_seconds` are whole."""

    def __init__(self, scope: str, *, wait_seconds: int) -> None:
        """Name the scope that has to be waited for, and how long."""
        super().__init__(f"the quota {scope} is used up for {wait_seconds} seconds")
        self.scope = scope
        self.wait_seconds = wait_seconds


class QuotaReservations:
    """The reservations of one selling partner's calls for one request."""

    def __init__(
        self,
        *,
        dynamodb: DynamoDBClient,
        table: str,
        request: Request,
        waited: bool,
        retention: timedelta,
        type_quotas: Iterable[tuple[int, int]],
    ) -> None:
        """Keep the reservations in `table`.

        Args:
            dynamodb: the client that reads and writes them.
            table: the ledger's name.
            request: names the selling partner, the region (by its marketplaces), the report type and the priority.
            waited: whether this execution has waited for its turn, so that its next call is not queued again.
            retention: how long an item outlives its last write.
            type_quotas: the report type's own limits of createReport, each as (calls, seconds).
        """
        # A partner in two regions is served by two endpoints, each of which counts by itself.
        self._buckets = BucketItems(
            dynamodb=dynamodb,
            table=table,
            selling_partner_id=request["sellingPartnerId"],
            region=region_of(request["marketplaceIds"]),
            retention=retention,
        )
        self._caller = Caller(waited, request["background"])
        self._type_quotas = tuple(type_quotas)
        self._penalty = f"createReport#{request['reportType']}"
        self._admitted: dict[str, BucketState] = {}

    def admit(self, operation: str) -> None:
        """Take a reservation for one call, in all its scopes or in none.

        Args:
            operation: SP-API's name of it, a key of PLANS.

        Raises:
            NotAdmitted: the call has to wait, for its `wait_seconds`.
        """
        for attempt in range(MAX_WRITE_ATTEMPTS):
            time.sleep(random.uniform(0, SPREAD_SECONDS) if attempt else 0)  # noqa: S311  # as below
            now = clock.now()
            now_ms = _milliseconds(now)
            states = [self._buckets.read(scope, plan) for scope, plan in self._scopes(operation)]
            last = max(states, key=lambda state: state.bucket.ready_at_ms(self._caller))
            wait_ms = last.bucket.ready_at_ms(self._caller) - now_ms
            if wait_ms <= 0:
                if self._buckets.write(((state, state.bucket.after_call(now_ms)) for state in states), now=now):
                    self._admitted |= {state.scope: state for state in states}
                    return
            elif self._caller.has_waited or operation not in WAITS_IN_STATE or self._promise(states, now):
                raise NotAdmitted(last.scope, wait_seconds=ceil(wait_ms / 1000))
        raise NotAdmitted(operation, wait_seconds=random.randint(1, 3))  # noqa: S311  # spreads callers, keeps no secret

    def learn(self, operation: str, *, status: int, rate: str | None) -> None:
        """Update the buckets from an answer: a 429, the rate that Amazon names, the end of a report type's penalty.

        Args:
            operation: the call that was admitted before.
            status: the answer's HTTP status.
            rate: its x-amzn-RateLimit-Limit, in calls per second; None if the answer has none.
        """
        state, now = self._admitted[operation], clock.now()
        of_type = self._admitted[self._penalty] if operation == "createReport" else None
        if status == 429:
            self._learn_refusal(state, of_type, now=now)
            return
        if of_type and of_type.refusals and status < 300:
            self._buckets.update(self._penalty, {"refusals": 0}, now=now)
        interval_ms, known_ms = interval_of_rate(rate), state.bucket.plan.interval_ms
        if interval_ms and abs(interval_ms - known_ms) > 0.01 * interval_ms:
            self._buckets.update(operation, {"intervalMs": interval_ms}, now=now)

    def _learn_refusal(self, state: BucketState, of_type: BucketState | None, *, now: datetime) -> None:
        now_ms = _milliseconds(now)
        # From the second refusal in a row on it is the type that Amazon refuses, not the operation.
        if of_type is None or of_type.refusals == 0:
            self._buckets.update(state.scope, foreground_times(state.bucket.after_refusal(now_ms)), now=now)
        if of_type:
            punished = of_type.bucket.after_penalty(now_ms, refusals=of_type.refusals)
            values = {**foreground_times(punished), "refusals": of_type.refusals + 1}
            self._buckets.update(of_type.scope, values, now=now)

    def _scopes(self, operation: str) -> list[tuple[str, UsagePlan]]:
        if operation != "createReport":
            return [(operation, PLANS[operation])]
        of_type = [
            (f"{self._penalty}#{count}per{seconds}", even_plan(count, seconds)) for count, seconds in self._type_quotas
        ]
        return [(operation, PLANS[operation]), (self._penalty, UsagePlan(0, 1)), *of_type]

    def _promise(self, states: list[BucketState], now: datetime) -> bool:
        now_ms = _milliseconds(now)
        return self._buckets.write(
            ((state, state.bucket.after_promise(now_ms, self._caller)) for state in states), now=now
        )


def _milliseconds(moment: datetime) -> float:
    return moment.timestamp() * 1000
