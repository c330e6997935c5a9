"""The quota buckets of a selling partner in a region, as lambdas/quota/bucket_items.py writes them to the ledger."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypedDict

from lambdas.quota.usage_plans import PLANS

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_dynamodb.type_defs import AttributeValueTypeDef

    from lambdas.spapi.regions import Region

TYPE_LIMIT = re.compile(r"#(\d+)per(\d+)$")


class Bucket(TypedDict):
    """A bucket of calls. Times are milliseconds since the epoch; the page computes the level as time passes."""

    scope: str
    intervalMs: float
    burst: int
    theoreticalArrivalMs: float
    queuedUntilMs: float
    refusals: int


def buckets(dynamodb: DynamoDBClient, *, table: str, selling_partner_id: str, region: Region) -> list[Bucket]:
    """Return a selling partner's buckets, in one Query."""
    prefix = f"quota#{region}#"
    answer = dynamodb.query(
        TableName=table,
        KeyConditionExpression="sellingPartnerId = :partner AND begins_with(entry, :prefix)",
        ExpressionAttributeValues={":partner": {"S": selling_partner_id}, ":prefix": {"S": prefix}},
    )
    return [_bucket(item["entry"]["S"].removeprefix(prefix), item) for item in answer["Items"]]


def _bucket(scope: str, item: dict[str, AttributeValueTypeDef]) -> Bucket:
    numbers = {key: float(value["N"]) for key, value in item.items() if "N" in value}
    interval, burst = _plan(scope)
    return {
        "scope": scope,
        "intervalMs": numbers.get("intervalMs", interval),
        "burst": burst,
        "theoreticalArrivalMs": numbers.get("theoreticalArrivalMs", 0),
        "queuedUntilMs": numbers.get("queuedUntilMs", 0),
        "refusals": int(numbers.get("refusals", 0)),
    }


def _plan(scope: str) -> tuple[float, int]:
    if plan := PLANS.get(scope):
        return plan.interval_ms, plan.burst
    limit = TYPE_LIMIT.search(scope)
    # Without a limit of its own a report type only has the pauses after refusals.
    return (int(limit[2]) * 1000 / int(limit[1]), 1) if limit else (0, 1)
