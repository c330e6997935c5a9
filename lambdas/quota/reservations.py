"""Quotas are kept, not discovered: each call to SP-API takes a reservation before it is sent.

GCRA, a token bucket in one number: `tat`, the theoretical arrival time in milliseconds, in an item
`quota#<region>#<scope>` per selling partner. A second number, `queue`, is what was promised to callers that wait:
newcomers come after them. Callers in the background have a third, `background`: they come after all others, and leave a
part of the burst to them.
Rates and bursts: Amazon's model reports_2021-06-30.json and tokens_2021-03-01.json.
"""

from __future__ import annotations

import random
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas import clock
from lambdas.spapi.regions import region_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import timedelta

    from types_boto3_dynamodb import DynamoDBClient

    from lambdas.payloads import Request


class UsagePlan(NamedTuple):
    """A limit: one call per `interval` milliseconds, and `burst` of them at once after a pause."""

    interval: float
    burst: int


PLANS = {
    "createReport": UsagePlan(60_000, 15),
    "getReport": UsagePlan(500, 15),
    "getReports": UsagePlan(45_100, 10),
    "cancelReport": UsagePlan(45_100, 10),
    "getReportDocument": UsagePlan(60_000, 15),
    "createReportSchedule": UsagePlan(45_100, 10),
    "getReportSchedules": UsagePlan(45_100, 10),
    "getReportSchedule": UsagePlan(45_100, 10),
    "cancelReportSchedule": UsagePlan(45_100, 10),
    "createRestrictedDataToken": UsagePlan(1_000, 10),
}
# What waits for these does so in a state of the machine, in order.
WAITS_IN_STATE = ("createReport", "getReportDocument")
# What callers in the background leave of a burst, so that whoever comes is served at once.
BURST_RESERVED_FOR_FOREGROUND = 3
BUCKET_FIELDS = ("theoreticalArrivalMs", "queuedUntilMs", "backgroundUntilMs")
MAX_WRITE_ATTEMPTS = 5
LONGEST_PENALTY = 30 * 60_000


class NotAdmitted(Exception):
    """It is not yet this call's turn; nothing was sent. `wait_seconds` are whole."""

    def __init__(self, scope: str, *, wait_seconds: int) -> None:
        """Tell which scope has to be waited for, and how long."""
        super().__init__(f"the quota {scope} is used up for {wait_seconds} seconds")
        self.scope = scope
        self.wait_seconds = wait_seconds


class Caller(NamedTuple):
    """Who wants to call: whether it has waited for its turn, and whether it lets others go first."""

    has_waited: bool
    background: bool


class BucketState(NamedTuple):
    """A scope as it was read, and the `item` that says so."""

    scope: str
    plan: UsagePlan
    theoretical_arrival_ms: float
    queued_until_ms: float
    background_until_ms: float
    refusals: int
    item: Mapping[str, Any]

    def ready_at_ms(self, caller: Caller) -> float:
        """Return when its next call may be sent."""
        arrivals = [self.theoretical_arrival_ms]
        if caller.background or not caller.has_waited:
            arrivals.append(self.queued_until_ms)
        if caller.background and not caller.has_waited:
            arrivals.append(self.background_until_ms)
        burst = max(1, self.plan.burst - BURST_RESERVED_FOR_FOREGROUND) if caller.background else self.plan.burst
        return max(arrivals) - (burst - 1) * self.plan.interval

    def after_call(self, now: float) -> tuple[float, float, float]:
        """Return what its numbers become with a call that is sent now."""
        tat = max(self.theoretical_arrival_ms, now) + self.plan.interval
        return tat, max(self.queued_until_ms, tat), self.background_until_ms

    def after_promise(self, now: float, caller: Caller) -> tuple[float, float, float]:
        """Return what they become with a call that is to be sent later."""
        queue = max(self.queued_until_ms, self.theoretical_arrival_ms, now)
        if caller.background:
            return (
                self.theoretical_arrival_ms,
                self.queued_until_ms,
                max(self.background_until_ms, queue) + self.plan.interval,
            )
        return self.theoretical_arrival_ms, queue + self.plan.interval, self.background_until_ms


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
        """Keep them in `table`; `waited` says that this caller has waited for its turn.

        `type_quotas` are the report type's own limits of createReport: count and seconds.
        """
        self._dynamodb = dynamodb
        self._table = table
        self._request = request
        # Who sells in two regions is served by two endpoints, each of which counts by itself.
        self._region = region_of(request["marketplaceIds"])
        self._caller = Caller(waited, request["background"])
        self._retention = retention
        self._type_quotas = tuple(type_quotas)
        self._admitted: dict[str, BucketState] = {}

    def admit(self, operation: str) -> None:
        """Take a reservation for one call, in all its scopes or in none.

        Raises:
            NotAdmitted: it has to wait.
        """
        for _ in range(MAX_WRITE_ATTEMPTS):
            now = clock.now().timestamp() * 1000
            scopes = [self._read(scope, plan) for scope, plan in self._scopes(operation)]
            last = max(scopes, key=lambda scope: scope.ready_at_ms(self._caller))
            wait = last.ready_at_ms(self._caller) - now
            if wait <= 0:
                if self._write((scope, scope.after_call(now)) for scope in scopes):
                    self._admitted |= {seen.scope: seen for seen in scopes}
                    return
            elif self._caller.has_waited or operation not in WAITS_IN_STATE or self._promise(scopes, now):
                raise NotAdmitted(last.scope, wait_seconds=ceil(wait / 1000))
        raise NotAdmitted(operation, wait_seconds=random.randint(1, 3))  # noqa: S311  # spreads callers, keeps no secret

    def learn(self, operation: str, *, status: int, rate: str | None) -> None:
        """Learn from an answer: the rate Amazon names, a refusal (429), and that a refused type is served again."""
        now = clock.now().timestamp() * 1000
        whole = self._admitted[operation]
        own = self._admitted[self._penalty] if operation == "createReport" else None
        if status == 429:
            if own is None or own.refusals == 0:
                full = now + whole.plan.burst * whole.plan.interval
                self._set(
                    operation, tat=max(whole.theoretical_arrival_ms, full), queue=max(whole.queued_until_ms, full)
                )
            if own:
                pause = min(LONGEST_PENALTY, 60_000 * 2**own.refusals)
                self._set(
                    self._penalty,
                    tat=max(own.theoretical_arrival_ms, now + pause),
                    queue=own.queued_until_ms,
                    refusals=own.refusals + 1,
                )
            return
        if own and own.refusals and status < 300:
            self._set(self._penalty, refusals=0)
        interval = _interval(rate)
        if interval and abs(interval - whole.plan.interval) > 0.01 * interval:
            self._set(operation, intervalMs=interval)

    @property
    def _penalty(self) -> str:
        return f"createReport#{self._request['reportType']}"

    def _scopes(self, operation: str) -> list[tuple[str, UsagePlan]]:
        if operation != "createReport":
            return [(operation, PLANS[operation])]
        own = [
            # One at a time, evenly: then no span of `seconds` sees more than `count`.
            (f"{self._penalty}#{count}per{seconds}", UsagePlan(seconds * 1000 / count * 1.001, 1))
            for count, seconds in self._type_quotas
        ]
        return [(operation, PLANS[operation]), (self._penalty, UsagePlan(0, 1)), *own]

    def _read(self, scope: str, plan: UsagePlan) -> BucketState:
        item = self._dynamodb.get_item(TableName=self._table, Key=self._key(scope), ConsistentRead=True).get("Item", {})
        numbers = {key: float(item[key]["N"]) for key in (*BUCKET_FIELDS, "refusals", "intervalMs") if key in item}
        learned = plan._replace(interval=numbers.get("intervalMs", plan.interval))
        tat, queue, background = (numbers.get(name, 0) for name in BUCKET_FIELDS)
        return BucketState(scope, learned, tat, queue, background, int(numbers.get("refusals", 0)), item)

    def _promise(self, scopes: list[BucketState], now: float) -> bool:
        return self._write((scope, scope.after_promise(now, self._caller)) for scope in scopes)

    def _write(self, changes: Iterable[tuple[BucketState, tuple[float, float, float]]]) -> bool:
        """Write what each scope becomes; say whether none of them had changed since it was read."""
        updates: list[Any] = [
            self._update(seen, dict(zip(BUCKET_FIELDS, become, strict=True))) for seen, become in changes
        ]
        failures = self._dynamodb.exceptions
        try:
            if len(updates) == 1:
                self._dynamodb.update_item(**updates[0])
            else:
                self._dynamodb.transact_write_items(TransactItems=[{"Update": update} for update in updates])
        except (failures.ConditionalCheckFailedException, failures.TransactionCanceledException):
            return False
        return True

    def _update(self, seen: BucketState, numbers: dict[str, float]) -> dict[str, Any]:
        update = self._assign(seen.scope, numbers)
        update["ConditionExpression"] = " AND ".join(
            f"{name} = :seen_{name}" if name in seen.item else f"attribute_not_exists({name})" for name in numbers
        )
        known = {f":seen_{name}": seen.item[name] for name in numbers if name in seen.item}
        update["ExpressionAttributeValues"] |= known
        return update

    def _set(self, scope: str, **numbers: float) -> None:
        """Write what was learned; a race between two that learn the same is harmless."""
        self._dynamodb.update_item(**self._assign(scope, numbers))

    def _assign(self, scope: str, numbers: dict[str, float]) -> dict[str, Any]:
        expires = (clock.now() + self._retention).timestamp()
        values = {**numbers, "expiresAt": int(expires)}
        return {
            "TableName": self._table,
            "Key": self._key(scope),
            "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in values),
            "ExpressionAttributeValues": {f":{name}": _number(value) for name, value in values.items()},
        }

    def _key(self, scope: str) -> Any:
        entry = f"quota#{self._region}#{scope}"
        return {"sellingPartnerId": {"S": self._request["sellingPartnerId"]}, "entry": {"S": entry}}


def _number(value: float) -> dict[str, str]:
    return {"N": f"{value:.0f}"}


def _interval(rate: str | None) -> float | None:
    """Return the milliseconds between two calls at a rate per second, as a header has it; None if it makes no sense."""
    try:
        interval = 1000 / float(rate or "")
    except (ValueError, ZeroDivisionError):
        return None
    return interval if 10 <= interval <= 86_400_000 else None
