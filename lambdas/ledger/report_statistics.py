"""How long earlier reports of a type took, in seconds, and how many rows they had.

One item per selling partner and report type, `statistics#<reportType>`, with the latest samples, and one for all of
them together under `*`. The last write wins: concurrent writers may lose a sample, which is acceptable.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from lambdas.dynamodb import from_item, to_item

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from types_boto3_dynamodb import DynamoDBClient

    from lambdas.payloads import Request

KEPT = 40
# Fewer say nothing about a type.
MIN_SAMPLES = 5
MIN_ROW_SAMPLES = 3
# No selling partner's id: those have letters, digits, '.', '_' and '-'.
ALL_PARTNERS = "*"


class Sample(TypedDict):
    """One report: Amazon's seconds from its creation to its end, and its rows if they could be counted."""

    seconds: int
    rows: NotRequired[int]


class ReportStatistics:
    """The samples in the ledger's table."""

    def __init__(self, *, dynamodb: DynamoDBClient, table: str, retention: timedelta) -> None:
        """Keep them in `table`, for `retention` after the last one."""
        self._dynamodb = dynamodb
        self._table = table
        self._retention = retention

    def add_sample(self, request: Request, *, seconds: int, rows: int | None, now: datetime) -> None:
        """Add a report that has ended after `seconds`."""
        sample: Sample = {"seconds": seconds} if rows is None else {"seconds": seconds, "rows": rows}
        for partner in (request["sellingPartnerId"], ALL_PARTNERS):
            samples = [*self._samples(partner, request), sample][-KEPT:]
            values = {"samples": json.dumps(samples), "expiresAt": int((now + self._retention).timestamp())}
            self._dynamodb.put_item(TableName=self._table, Item=_key(partner, request) | to_item(values))

    def durations(self, request: Request) -> list[int]:
        """Return the seconds that reports of this type took: this partner's, or all partners', or none."""
        for partner in (request["sellingPartnerId"], ALL_PARTNERS):
            samples = self._samples(partner, request)
            if len(samples) >= MIN_SAMPLES:
                return [sample["seconds"] for sample in samples]
        return []

    def usually_has_rows(self, request: Request) -> bool:
        """Say whether more than two thirds of this partner's reports of this type had rows, of three at least."""
        counted = [sample["rows"] for sample in self._samples(request["sellingPartnerId"], request) if "rows" in sample]
        return len(counted) >= MIN_ROW_SAMPLES and sum(rows > 0 for rows in counted) > len(counted) * 2 / 3

    def _samples(self, partner: str, request: Request) -> list[Sample]:
        item = self._dynamodb.get_item(TableName=self._table, Key=_key(partner, request)).get("Item")
        samples: list[Sample] = json.loads(from_item(item)["samples"]) if item else []
        return samples


def _key(partner: str, request: Request) -> dict[str, Any]:
    return to_item({"sellingPartnerId": partner, "entry": f"statistics#{request['reportType']}"})
