"""DynamoDB's transactions take a while, so that two of them meet: ministack 1.5.33 does one request after the other.

To offer upstream: a transaction's items are held while it lasts, in `handle_request`.
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html, "Transaction conflict handling"
"""

# ruff: noqa: SLF001 - they are private, and the version is pinned

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from ministack.core.responses import error_response_json  # type: ignore[import-untyped] # ministack has no types
from ministack.services import dynamodb  # type: ignore[import-untyped] # same

if TYPE_CHECKING:
    from collections.abc import Iterator

# As long as a transaction of two items takes on AWS.
HELD_SECONDS = 0.02
SINGLE_WRITES = ("PutItem", "UpdateItem", "DeleteItem")
TRANSACTIONS = ("TransactWriteItems", "TransactGetItems")
ONGOING = "Transaction is ongoing for the item"


def let_them_meet() -> None:
    """Refuse what meets a transaction that is under way on the same item, as AWS does; reads of one item never do."""
    handle = dynamodb.handle_request
    held: set[str] = set()

    async def handle_unless_held(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        items = list(_items(operation, body))
        if held.intersection(items):
            return _conflict(operation, [item in held for item in items])
        if operation != "TransactWriteItems":
            return await handle(method, path, headers, body, query)
        held.update(items)
        try:
            await asyncio.sleep(HELD_SECONDS)
            return await handle(method, path, headers, body, query)
        finally:
            held.difference_update(items)

    dynamodb.handle_request = handle_unless_held


def _items(operation: str, body: bytes) -> Iterator[str]:
    """Yield what tells an item from all others, for each one that a request writes or a transaction reads."""
    if operation not in (*SINGLE_WRITES, *TRANSACTIONS):
        return
    request = json.loads(body)
    for member in request["TransactItems"] if operation in TRANSACTIONS else [{operation: request}]:
        (write,) = member.values()
        table = dynamodb._tables.get(dynamodb._normalize_table_name(write["TableName"]))
        if table:
            names = [each["AttributeName"] for each in table["KeySchema"]]
            key = write.get("Key") or {name: write["Item"].get(name) for name in names}
            yield json.dumps([table["TableArn"], key], sort_keys=True)


def _conflict(operation: str, met: list[bool]) -> Any:
    if operation in SINGLE_WRITES:
        return error_response_json("TransactionConflictException", ONGOING, 400)
    reasons = [{"Code": "TransactionConflict", "Message": ONGOING} if each else {"Code": "None"} for each in met]
    codes = ", ".join(reason["Code"] for reason in reasons)
    message = f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]"
    kind = "TransactionCanceledException"
    answer = {"__type": kind, "message": message, "CancellationReasons": reasons}
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-errortype": kind}
    return 400, headers, json.dumps(answer).encode()
