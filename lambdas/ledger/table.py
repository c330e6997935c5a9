"""The ledger: what was asked of Amazon for whom, so that nothing is asked twice and nothing asked for is forgotten.

One DynamoDB item per request, under `sellingPartnerId` and `entry` = `request#<reportType>#<window>#<options>`; one per
report, under `report#<reportId>`, because Amazon's report ids are unique only together with the selling partner; one
per document that has landed, under `document#<reportDocumentId>`, because two reports may have the same one.
createReport takes no idempotency key: a claim with its time is written before the call and the reportId after it. A
claim without an answer to its call therefore means that a report may have been created then.
"""

from __future__ import annotations

import json
import random
import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from lambdas.dynamodb import from_item, to_item
from lambdas.ledger.item import (
    Entry,
    Outcome,
    claimed_by,
    decoded,
    document_key,
    encoded,
    report_key,
    request_key,
    window_prefix,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from types_boto3_dynamodb import DynamoDBClient

    from lambdas.ledger.item import Result, Status
    from lambdas.payloads.request import Request
    from lambdas.payloads.results import Landed, RequestAgain


# Between two reads of what DynamoDB has left over.
SPREAD_SECONDS = 1


class ClaimLost(Exception):
    """Another execution wrote this request's item in between; the next attempt sees what it wrote."""


class Ledger:
    """The ledger's table. Every write of a request is conditional on what was read, or raises ClaimLost."""

    def __init__(self, *, dynamodb: DynamoDBClient, table: str, retention: timedelta) -> None:
        """Use `table` through `dynamodb`; an item that is not written for `retention` is forgotten."""
        self._dynamodb = dynamodb
        self._table = table
        self._retention = retention

    def find(self, request: Request) -> Entry | None:
        """Return what is known of this request, read consistently."""
        key = request_key(request)
        item = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return decoded(item) if item else None

    def entries(self, requests: Sequence[Request]) -> Iterator[Entry | None]:
        """Yield what is known of each of these requests, in their order, a hundred read at a time, consistently.

        None of a request that the ledger does not know.
        """
        for first in range(0, len(requests), 100):
            keys = [request_key(request) for request in requests[first : first + 100]]
            found: dict[str, Entry] = {}
            wanted: Any = {self._table: {"Keys": keys, "ConsistentRead": True}}
            while wanted:
                answer = self._dynamodb.batch_get_item(RequestItems=wanted)
                for item in answer["Responses"].get(self._table, []):
                    found[_text({name: item[name] for name in keys[0]})] = decoded(item)
                wanted = answer["UnprocessedKeys"]
                if wanted:
                    # A partition is busy: AWS advises to back off.
                    time.sleep(random.uniform(0, SPREAD_SECONDS))  # noqa: S311  # it keeps no secret
            yield from (found.get(_text(key)) for key in keys)

    def landed(self, selling_partner_id: str, report_type: str) -> Iterator[Landed]:
        """Yield the results of all reports of a type that have landed for a selling partner and are not forgotten."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="sellingPartnerId = :partner AND begins_with(entry, :type)",
            ExpressionAttributeValues={
                ":partner": {"S": selling_partner_id},
                ":type": {"S": f"request#{report_type}#"},
            },
        )
        for entry in (decoded(item) for page in pages for item in page["Items"]):
            if entry.status == "LANDED" and entry.result:
                yield cast("Landed", entry.result)

    def unanswered_calls_with_other_options(self, request: Request) -> list[datetime]:
        """Return when this window was asked for with other options, as far as those calls have had no answer."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="sellingPartnerId = :partner AND begins_with(entry, :window)",
            ExpressionAttributeValues=to_item(
                {":partner": request["sellingPartnerId"], ":window": window_prefix(request)}
            ),
            ConsistentRead=True,
        )
        own = request_key(request)["entry"]
        return [
            called_at
            for page in pages
            for item in page["Items"]
            if item["entry"] != own
            for called_at in decoded(item).unanswered_calls
        ]

    def claim(self, request: Request, *, execution: str, now: datetime, entry: Entry | None) -> Entry:
        """Write that createReport is about to be called, and return the entry that was written.

        Args:
            request: what createReport will be called with.
            execution: the ARN of the execution that calls it.
            now: when the call begins.
            entry: what `find` has returned.

        Raises:
            ClaimLost: the item is no longer that of `entry`.
        """
        claim = claimed_by(execution=execution, now=now, entry=entry)
        calls = (*claim.unanswered_calls, now)
        return self._save(
            request, claim.with_status("CLAIMED", now=now, unanswered_calls=calls, report_id=None, result=None)
        )

    def take_over(self, request: Request, *, execution: str, now: datetime, entry: Entry) -> Entry:
        """Make this execution the owner of what another one has left behind, and return the entry that was written.

        Raises:
            ClaimLost: the item is no longer that of `entry`.
        """
        status: Status = "REQUESTED" if entry.report_id else "CLAIMED"
        claim = claimed_by(execution=execution, now=now, entry=entry)
        return self._save(request, claim.with_status(status, now=now, report_id=entry.report_id))

    def release_claim(
        self, request: Request, claim: Entry, *, now: datetime, has_queue_place: bool, unanswered: bool = False
    ) -> None:
        """Revert CLAIMED to QUEUED, if createReport had no effect.

        Args:
            request: what createReport was called with.
            claim: what `claim` has returned.
            now: when this is written.
            has_queue_place: whether the execution has a place in the queue for quota.
            unanswered: that there was no effect is likely, not certain: the call stays among the unanswered ones.

        Raises:
            ClaimLost: the item is no longer that of `claim`.
        """
        calls = claim.unanswered_calls if unanswered else claim.unanswered_calls[:-1]
        self._save(
            request, claim.with_status("QUEUED", now=now, unanswered_calls=calls, has_queue_place=has_queue_place)
        )

    def record_report(
        self, request: Request, claim: Entry, *, report_id: str, now: datetime, found: bool = False
    ) -> None:
        """Record the report that createReport answered with, or that was `found` for a claim.

        Raises:
            ClaimLost: the item is no longer that of `claim`, or the report found is another request's.
        """
        requested = claim.with_status(
            "REQUESTED",
            now=now,
            report_id=report_id,
            unanswered_calls=(),
            has_queue_place=False,
            attempts=claim.attempts + 1,
        )
        report: Any = {
            "TableName": self._table,
            "Item": {
                **report_key(request, report_id),
                "request": request_key(request)["entry"],
                **to_item({"requestedAt": now.isoformat(), "expiresAt": self._expiry(now)}),
            },
        }
        if found:
            # A report is one request's: of two that find the same one, the second has to look further.
            report["ConditionExpression"] = "attribute_not_exists(entry)"
        items: Any = [{"Put": report}, {"Put": self._put(request, requested)}]
        try:
            self._dynamodb.transact_write_items(TransactItems=items)
        except self._dynamodb.exceptions.TransactionCanceledException:
            raise ClaimLost(f"another execution has taken over this {request['reportType']}") from None

    def knows_report(self, request: Request, report_id: str) -> bool:
        """Say whether a report of this selling partner is already somebody's."""
        key = report_key(request, report_id)
        return "Item" in self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)

    def find_by_report_id(self, request: Request) -> Entry | None:
        """Return what is known of the request, this one or another, that has the report which this one names."""
        key = report_key(request, request["reportId"])
        report = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        if report is None:
            return None
        key["entry"] = report["request"]
        item = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return decoded(item) if item else None

    def landed_path_of_document(self, request: Request, document_id: str) -> str | None:
        """Return the path, without folder and extension, of the report as which a document has landed, if it has."""
        key = document_key(request, document_id)
        item = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return str(from_item(item)["path"]) if item else None

    def record_document(self, request: Request, document_id: str, *, path: str, now: datetime) -> None:
        """Record as which report a document has landed; `path` is its key without folder and extension."""
        item = document_key(request, document_id) | to_item({"path": path, "expiresAt": self._expiry(now)})
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def record_outcome(
        self, request: Request, *, status: Outcome, report_id: str, now: datetime, result: Result
    ) -> None:
        """Record how a report ended. The entry of a later report of the same request is left as it is.

        Raises:
            ClaimLost: another execution wrote the request's item in between.
        """
        entry = self.find(request)
        if entry and entry.report_id == report_id:
            self._save(request, entry.with_status(status, now=now, result=result))

    def record_rerequest(self, request: Request, *, entry: Entry, now: datetime, result: RequestAgain) -> None:
        """Record that a report came to nothing, and that its execution asks for another one after a while.

        Raises:
            ClaimLost: the item is no longer that of `entry`.
        """
        not_before = now + timedelta(seconds=result["waitSeconds"])
        self._save(request, entry.with_status("ASK_AGAIN", now=now, result=result, not_before=not_before))

    def _save(self, request: Request, entry: Entry) -> Entry:
        try:
            self._dynamodb.put_item(**self._put(request, entry))
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            raise ClaimLost(f"another execution is at work on this {request['reportType']} right now") from None
        return entry

    def _put(self, request: Request, entry: Entry) -> Any:
        item = {
            **request_key(request),
            **encoded(entry),
            **to_item({"request": _text(request), "expiresAt": self._expiry(entry.updated_at)}),
        }
        put: dict[str, Any] = {"TableName": self._table, "Item": item}
        if entry.version == 1:
            return put | {"ConditionExpression": "attribute_not_exists(entry)"}
        before = to_item({":before": entry.version - 1})
        return put | {"ConditionExpression": "version = :before", "ExpressionAttributeValues": before}

    def _expiry(self, now: datetime) -> int:
        """Return when DynamoDB forgets an item that is written now, in seconds since the epoch."""
        return int((now + self._retention).timestamp())


def _text(values: Mapping[str, Any]) -> str:
    return json.dumps(values, sort_keys=True)
