"""The ledger: what was asked of Amazon for whom, so that nothing is asked twice and nothing asked for is forgotten.

One DynamoDB item per request, under `sellingPartnerId` and `entry` = `request#<fingerprint>`, and one per report, under
`report#<reportId>`, because Amazon's report ids are unique only together with the selling partner.
createReport takes no idempotency key: a claim is written before the call and the reportId after it. A claim that stands
without a reportId therefore means that a report may have been created.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

    from messages import Failure, Landed, NoDocument, Request

Status = Literal[
    "CLAIMED", "REQUESTED", "LANDED", "NO_DATA", "CANCELLED_ELSEWHERE", "FATAL", "OVERDUE", "WITHDRAWN", "LOST"
]
# An execution that left its claim this long ago is taken for dead: longer than its longest pause between two attempts.
CLAIM_LIFE = timedelta(minutes=30)


class Entry(NamedTuple):
    """A request's item. `report_id` is None before createReport has answered, `result` before the report has ended."""

    status: Status
    execution: str
    claimed_at: datetime
    asked_since: datetime
    """No report was created for this request by a createReport without an answer before this time."""
    report_id: str | None
    result: Landed | NoDocument | Failure | None


class ClaimLost(Exception):
    """Another execution wrote this request's item in between; the next attempt sees what it wrote."""


def fingerprint(request: Request) -> str:
    """Return what makes a request the same request: type, marketplaces, options and window, or when it was asked."""
    identity = {key: value for key, value in request.items() if key not in ("sellingPartnerId", "restricted")}
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]


class Ledger:
    """The ledger's table. Every write is conditional on what was read, or raises ClaimLost."""

    def __init__(self, *, dynamodb: DynamoDBClient, table: str) -> None:
        """Use `table` through `dynamodb`."""
        self._dynamodb = dynamodb
        self._table = table

    def find(self, request: Request) -> Entry | None:
        """Return what is known of this request, read consistently."""
        item = self._dynamodb.get_item(TableName=self._table, Key=_request_key(request), ConsistentRead=True).get(
            "Item"
        )
        if item is None:
            return None
        result = item.get("result", {}).get("S")
        return Entry(
            status=cast("Status", item["status"]["S"]),
            execution=item["execution"]["S"],
            claimed_at=datetime.fromisoformat(item["claimedAt"]["S"]),
            asked_since=datetime.fromisoformat(item["askedSince"]["S"]),
            report_id=item.get("reportId", {}).get("S"),
            result=json.loads(result) if result else None,
        )

    def claim(self, request: Request, *, execution: str, now: datetime, seen: Entry | None) -> None:
        """Write a claim before createReport is called, in place of `seen`.

        Raises:
            ClaimLost: the item is no longer what was seen.
        """
        put: dict[str, Any] = {
            "TableName": self._table,
            "Item": {
                **_request_key(request),
                "status": {"S": "CLAIMED"},
                "execution": {"S": execution},
                "claimedAt": {"S": now.isoformat()},
                "askedSince": {"S": (seen.asked_since if seen and seen.status == "CLAIMED" else now).isoformat()},
                "request": {"S": json.dumps(request, sort_keys=True)},
            },
            "ConditionExpression": "attribute_not_exists(entry)",
        }
        if seen:
            put["ConditionExpression"] = "#status = :status AND claimedAt = :claimedAt"
            put["ExpressionAttributeNames"] = {"#status": "status"}
            put["ExpressionAttributeValues"] = {
                ":status": {"S": seen.status},
                ":claimedAt": {"S": seen.claimed_at.isoformat()},
            }
        try:
            self._dynamodb.put_item(**put)
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise ClaimLost(f"another execution is asking for this {request['reportType']} right now") from None

    def release(self, request: Request, *, execution: str) -> None:
        """Take the claim back: createReport certainly had no effect."""
        try:
            self._dynamodb.delete_item(
                TableName=self._table,
                Key=_request_key(request),
                ConditionExpression="execution = :execution AND #status = :claimed",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":execution": {"S": execution}, ":claimed": {"S": "CLAIMED"}},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise ClaimLost(f"another execution has taken over this {request['reportType']}") from None

    def requested(
        self, request: Request, *, report_id: str, execution: str, now: datetime, found: bool = False
    ) -> None:
        """Record the report that createReport answered with, or that was `found` for a claim."""
        report: Any = {
            "TableName": self._table,
            "Item": {**_report_key(request, report_id), "request": {"S": _request_key(request)["entry"]["S"]}},
        }
        if found:
            # A report is one request's: of two that find the same one, the second has to look further.
            report["ConditionExpression"] = "attribute_not_exists(entry)"
        update: Any = {
            "TableName": self._table,
            "Key": _request_key(request),
            "UpdateExpression": "SET #status = :status, reportId = :reportId, requestedAt = :now, updatedAt = :now",
            "ConditionExpression": "execution = :execution AND #status = :claimed",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":status": {"S": "REQUESTED"},
                ":claimed": {"S": "CLAIMED"},
                ":reportId": {"S": report_id},
                ":now": {"S": now.isoformat()},
                ":execution": {"S": execution},
            },
        }
        try:
            self._dynamodb.transact_write_items(TransactItems=[{"Put": report}, {"Update": update}])
        except self._dynamodb.exceptions.TransactionCanceledException:
            raise ClaimLost(f"another execution has taken over this {request['reportType']}") from None

    def knows_report(self, request: Request, report_id: str) -> bool:
        """Say whether a report of this selling partner is already somebody's."""
        key = _report_key(request, report_id)
        return "Item" in self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)

    def ended(
        self, request: Request, *, status: Status, report_id: str, now: datetime, result: Landed | NoDocument | Failure
    ) -> None:
        """Record how a report ended. A later report of the same request is left as it is."""
        self._end(request, status=status, report_id=report_id, now=now, result=json.dumps(result))

    def lost(self, request: Request, *, report_id: str, now: datetime) -> None:
        """Record that Amazon does not know a report any more. A later report of the same request is left as it is."""
        self._end(request, status="LOST", report_id=report_id, now=now, result="null")

    def _end(self, request: Request, *, status: Status, report_id: str, now: datetime, result: str) -> None:
        try:
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_request_key(request),
                UpdateExpression="SET #status = :status, #result = :result, updatedAt = :now",
                ConditionExpression="reportId = :reportId",
                ExpressionAttributeNames={"#status": "status", "#result": "result"},
                ExpressionAttributeValues={
                    ":status": {"S": status},
                    ":result": {"S": result},
                    ":now": {"S": now.isoformat()},
                    ":reportId": {"S": report_id},
                },
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return


def _request_key(request: Request) -> dict[str, Any]:
    return {
        "sellingPartnerId": {"S": request["sellingPartnerId"]},
        "entry": {"S": f"request#{fingerprint(request)}"},
    }


def _report_key(request: Request, report_id: str) -> dict[str, Any]:
    return {"sellingPartnerId": {"S": request["sellingPartnerId"]}, "entry": {"S": f"report#{report_id}"}}
