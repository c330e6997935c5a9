"""Transactions that meet on an item conflict, as on DynamoDB, and ledger and quotas make the right thing of it."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from lambdas import clock
from lambdas.ledger.table import ClaimLost, Ledger
from lambdas.quota.reservations import NotAdmitted, QuotaReservations
from lambdas.quota.usage_plans import PLANS
from tests.testing.samples import request_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.testing.deployed_probe import Deployed

AT_ONCE = 20
RETENTION = timedelta(days=1)


@pytest.fixture
def dynamodb(deployed: Deployed) -> Any:
    """Return a client that repeats nothing by itself."""
    return deployed.aws.client("dynamodb")


@pytest.fixture
def table(dynamodb: Any) -> str:
    """Make a table of the ledger's key and return its name."""
    name, keys = f"ledger-{time.monotonic_ns()}", ("sellingPartnerId", "entry")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=True)],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
    )
    return name


def at_once(call: Callable[[int], str]) -> Counter[str]:
    """Call with 0, 1, … at one moment, and count what they return, or the names of their errors."""
    together = Barrier(AT_ONCE)

    def outcome(number: int) -> str:
        together.wait()
        try:
            return call(number)
        except ClientError as error:
            return error.response["Error"]["Code"]
        except (ClaimLost, NotAdmitted) as error:
            return type(error).__name__

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(outcome, range(AT_ONCE)))


def key(entry: str) -> dict[str, dict[str, str]]:
    """Return an item's key."""
    return {"sellingPartnerId": {"S": "A1"}, "entry": {"S": entry}}


def test_transactions_that_meet_are_cancelled_whole_and_say_on_which_item(dynamodb: Any, table: str) -> None:
    reasons: list[list[str]] = []

    def transact(number: int) -> str:
        own, shared = key(f"own-{number}"), key("shared")
        try:
            dynamodb.transact_write_items(
                TransactItems=[{"Put": {"TableName": table, "Item": item}} for item in (own, shared)]
            )
        except dynamodb.exceptions.TransactionCanceledException as error:
            reasons.append([reason["Code"] for reason in error.response["CancellationReasons"]])
            raise
        return "written"

    counted = at_once(transact)
    assert set(counted) == {"written", "TransactionCanceledException"}
    assert reasons == [["None", "TransactionConflict"]] * counted["TransactionCanceledException"]
    # The shared one, and one of each that was written.
    assert dynamodb.scan(TableName=table, ConsistentRead=True)["Count"] == 1 + counted["written"]


def test_a_write_that_meets_a_transaction_is_refused_and_a_read_is_not(dynamodb: Any, table: str) -> None:
    put = {"Put": {"TableName": table, "Item": key("shared")}}

    def call(number: int) -> str:
        if number == 0:
            dynamodb.transact_write_items(TransactItems=[put])
        elif number % 2:
            dynamodb.get_item(TableName=table, Key=key("shared"))
        else:
            dynamodb.update_item(TableName=table, Key=key("shared"))
        return "read" if number % 2 else "written"

    counted = sum((at_once(call) for _ in range(3)), Counter[str]())
    assert counted["read"] == 3 * AT_ONCE // 2
    assert counted["TransactionConflictException"]
    assert set(counted) == {"read", "written", "TransactionConflictException"}


def test_no_more_calls_are_admitted_than_amazon_has_and_no_conflict_comes_through(dynamodb: Any, table: str) -> None:
    """A call of createReport takes two items at once, whoever makes it."""

    def admit(_: int) -> str:
        reservations = QuotaReservations(
            dynamodb=dynamodb, table=table, request=request_of(), waited=True, retention=RETENTION, type_quotas=()
        )
        reservations.admit("createReport")
        return "admitted"

    counted = at_once(admit)
    assert set(counted) <= {"admitted", "NotAdmitted"}
    assert 1 <= counted["admitted"] <= PLANS["createReport"].burst


def test_a_report_that_many_find_at_once_is_one_requests(dynamodb: Any, table: str) -> None:
    """What the others meet is ClaimLost, or a conflict that is a state's to repeat; a second attempt sees the first."""
    ledger = Ledger(dynamodb=dynamodb, table=table, retention=RETENTION)
    requests = [request_of(reportOptions={"number": str(number)}) for number in range(AT_ONCE)]
    claim = partial(ledger.claim, execution="arn", now=clock.now(), entry=None)
    claims = [claim(request) for request in requests]

    def record(number: int) -> str:
        ledger.record_report(requests[number], claims[number], report_id="50039018869", now=clock.now(), found=True)
        return "recorded"

    counted = at_once(record)
    assert counted == {"recorded": 1, "ClaimLost": AT_ONCE - 1}
    assert sum(entry is not None and entry.report_id == "50039018869" for entry in ledger.entries(requests)) == 1
