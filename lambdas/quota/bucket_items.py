"""The buckets of a selling partner's quotas: items of the ledger's table, `quota#<region>#<scope>` for each limit.

Each write is conditional on what was read, or learns something that a race between two writers cannot spoil.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.dynamodb import from_item, to_item
from lambdas.quota.gcra import Bucket

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from types_boto3_dynamodb import DynamoDBClient

    from lambdas.quota.usage_plans import UsagePlan
    from lambdas.spapi.regions import Region


class BucketState(NamedTuple):
    """A bucket as it was read from DynamoDB; `item` has the values that a write is conditional on."""

    scope: str
    bucket: Bucket
    refusals: int
    item: Mapping[str, Any]


class BucketItems:
    """The buckets of one selling partner in one region."""

    def __init__(
        self, *, dynamodb: DynamoDBClient, table: str, selling_partner_id: str, region: Region, retention: timedelta
    ) -> None:
        """Keep them in `table`; an item outlives its last write by `retention`."""
        self._dynamodb = dynamodb
        self._table = table
        self._selling_partner_id = selling_partner_id
        self._prefix = f"quota#{region}#"
        self._retention = retention

    def read(self, scope: str, plan: UsagePlan) -> BucketState:
        """Return a bucket as it is, read consistently; `plan` has its rate and burst where no other was learned."""
        answer = self._dynamodb.get_item(TableName=self._table, Key=self._key(scope), ConsistentRead=True)
        item = from_item(answer.get("Item", {}))
        learned = plan._replace(interval_ms=float(item.get("intervalMs", plan.interval_ms)))
        bucket = Bucket(
            learned,
            theoretical_arrival_ms=float(item.get("theoreticalArrivalMs", 0)),
            queued_until_ms=float(item.get("queuedUntilMs", 0)),
            background_until_ms=float(item.get("backgroundUntilMs", 0)),
        )
        return BucketState(scope, bucket, int(item.get("refusals", 0)), item)

    def write(self, changes: Iterable[tuple[BucketState, Bucket]], *, now: datetime) -> bool:
        """Write what each bucket becomes, all or none; return False if another call has changed one of them."""
        updates: list[Any] = [self._conditional_update(state, _times(bucket), now=now) for state, bucket in changes]
        failures = self._dynamodb.exceptions
        try:
            if len(updates) == 1:
                self._dynamodb.update_item(**updates[0])
            else:
                self._dynamodb.transact_write_items(TransactItems=[{"Update": update} for update in updates])
        except (
            failures.ConditionalCheckFailedException,
            failures.TransactionCanceledException,
            failures.TransactionConflictException,
        ):
            return False
        return True

    def _conditional_update(self, state: BucketState, values: Mapping[str, float], *, now: datetime) -> dict[str, Any]:
        update = self._update(state.scope, values, now=now)
        update["ConditionExpression"] = " AND ".join(
            f"{name} = :seen_{name}" if name in state.item else f"attribute_not_exists({name})" for name in values
        )
        update["ExpressionAttributeValues"] |= to_item({f":seen_{name}": state.item.get(name) for name in values})
        return update

    def update(self, scope: str, values: Mapping[str, float], *, now: datetime) -> None:
        """Write what was learned, by the names of attributes, unless a transaction has the item.

        Then another call learns the same: a race between two is harmless.
        """
        with suppress(self._dynamodb.exceptions.TransactionConflictException):
            self._dynamodb.update_item(**self._update(scope, values, now=now))

    def _update(self, scope: str, values: Mapping[str, float], *, now: datetime) -> dict[str, Any]:
        whole = {name: round(value) for name, value in values.items()}
        whole["expiresAt"] = int((now + self._retention).timestamp())
        return {
            "TableName": self._table,
            "Key": self._key(scope),
            "UpdateExpression": "SET " + ", ".join(f"{name} = :{name}" for name in whole),
            "ExpressionAttributeValues": to_item({f":{name}": value for name, value in whole.items()}),
        }

    def _key(self, scope: str) -> Any:
        return to_item({"sellingPartnerId": self._selling_partner_id, "entry": f"{self._prefix}{scope}"})


def _times(bucket: Bucket) -> dict[str, float]:
    """Return a bucket's times by the names of their attributes, in milliseconds since the epoch."""
    return {**foreground_times(bucket), "backgroundUntilMs": bucket.background_until_ms}


def foreground_times(bucket: Bucket) -> dict[str, float]:
    """Return the times that a call in the foreground looks at, likewise."""
    return {"theoreticalArrivalMs": bucket.theoretical_arrival_ms, "queuedUntilMs": bucket.queued_until_ms}
