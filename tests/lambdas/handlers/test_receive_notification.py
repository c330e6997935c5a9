"""Receive notification: what it makes of messages, good and bad, and of waits that are over."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas import dependencies
from lambdas.handlers import receive_notification
from lambdas.polling.notification_table import PARTITION, Notification
from tests.testing.moto_aws import empty_aws
from tests.testing.notification_sender import batch, notification

TYPE = "GET_MERCHANT_LISTINGS_ALL_DATA"
GOOD = notification(TYPE, "R1")
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*GOOD, *GOOD["payload"], "reportId"]), inner),
)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Return the ledger's table, empty, with the functions' services made for it."""
    with empty_aws(region="us-east-1"):
        monkeypatch.setenv("LEDGER_TABLE", "ledger")
        dependencies.dependencies.cache_clear()
        yield boto3.resource("dynamodb").create_table(
            TableName="ledger",
            KeySchema=[
                {"AttributeName": "sellingPartnerId", "KeyType": "HASH"},
                {"AttributeName": "entry", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"} for name in ("sellingPartnerId", "entry")
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        dependencies.dependencies.cache_clear()


def took(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Return the fields of the lines that were logged."""
    return [vars(record) for record in caplog.records if record.message == "Receive notification"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "garbage",
        "[" * 100_000,
        {},
        {**GOOD, "notificationType": "FEED_PROCESSING_FINISHED"},
        {**GOOD, "payload": None},
        notification(TYPE, "R1", "IN_PROGRESS"),
        notification(TYPE, ""),
        notification(TYPE, "R" * 5000),
        {**GOOD, "payload": {"reportProcessingFinishedNotification": {"reportId": 1, "reportType": TYPE}}},
    ],
)
def test_what_is_no_notification_is_none(body: object) -> None:
    assert receive_notification.parse_notification(body if isinstance(body, str) else json.dumps(body)) is None


@given(st.text() | JSON.map(json.dumps))
def test_whatever_comes_is_a_notification_or_none(body: str) -> None:
    assert receive_notification.parse_notification(body) is None


def test_a_notification_is_written_down_and_garbage_is_dropped_counted_and_not_repeated(
    table: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    assert receive_notification.handler(batch(GOOD, "a secret", GOOD), None) == {"batchItemFailures": []}
    (item,) = table.scan()["Items"]
    assert (item["sellingPartnerId"], item["entry"]) == (PARTITION, f"{TYPE}#R1")
    assert item["processingStatus"] == "DONE"
    noted, dropped, _ = took(caplog)
    assert (noted["outcome"], noted["reportId"], noted["Notifications"]) == ("NOTED", "R1", 1)
    assert (dropped["outcome"], dropped["NoNotifications"]) == ("NO_NOTIFICATION", 1)
    assert "a secret" not in repr(dropped)


def test_only_what_failed_comes_again(
    table: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO)
    table.put_item(Item={"sellingPartnerId": PARTITION, "entry": f"{TYPE}#R2", "taskToken": "T2"})
    states = dependencies.dependencies().executions._stepfunctions
    tokens = []

    def throttled(*, taskToken: str, output: str) -> None:  # noqa: N803 - AWS's name
        tokens.append((taskToken, json.loads(output)))
        if len(tokens) == 1:
            raise states.exceptions.ClientError({"Error": {"Code": "ThrottlingException"}}, "SendTaskSuccess")

    monkeypatch.setattr(states, "send_task_success", throttled)
    event = batch(GOOD, notification(TYPE, "R2", "FATAL"))
    assert receive_notification.handler(event, None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert receive_notification.handler({"Records": event["Records"][1:]}, None) == {"batchItemFailures": []}
    assert tokens == [("T2", {"processingStatus": "FATAL"})] * 2
    assert [(line["outcome"], line["error"]) for line in took(caplog)] == [
        ("NOTED", None),
        (None, "AwsThrottled"),
        ("WOKE", None),
    ]
    assert "T2" not in caplog.text
    assert "T2" not in repr(took(caplog))


def test_a_wait_that_is_over_is_no_fault(table: Any) -> None:
    # moto knows no such token.
    table.put_item(Item={"sellingPartnerId": PARTITION, "entry": f"{TYPE}#R1", "taskToken": "over"})
    assert receive_notification.handler(batch(GOOD), None) == {"batchItemFailures": []}


def test_the_first_notification_of_a_report_has_the_time(table: Any) -> None:
    board = dependencies.dependencies().notification_table
    for minute in (1, 2):
        board.record_notification(Notification(TYPE, "R1", "DONE"), now=datetime(2026, 11, 1, 0, minute, tzinfo=UTC))
    (item,) = table.scan()["Items"]
    assert item["notifiedAt"] == "2026-11-01T00:01:00.000000+00:00"
