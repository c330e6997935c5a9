"""An account with two Lambda slots: a caller is refused, a machine's task fails by name, and events wait."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from botocore.config import Config

from local.aws import EmbeddedAws
from tests.testing.deployed_probe import Deployed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLOTS = 2
BUSY = {"do": "sleep", "seconds": 3}


@pytest.fixture(scope="module")
def small(probe_assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Deploy the probe stack into an account with two slots."""
    with EmbeddedAws(directory=tmp_path_factory.mktemp("small"), speed=100, concurrent_executions=SLOTS) as aws:
        yield Deployed(aws, aws.deploy(probe_assembly, stack_name="probe"))


def without_retries(deployed: Deployed) -> Any:
    """Return a client of Lambda that repeats nothing."""
    config = Config(inject_host_prefix=False, proxies={}, retries={"total_max_attempts": 1})
    return deployed.aws.client("lambda", config=config)


@contextmanager
def no_slot_free(deployed: Deployed) -> Iterator[None]:
    """Have functions sleep in both slots."""
    asleep, deadline = SLOTS + slept(deployed), time.monotonic() + 20
    with ThreadPoolExecutor(SLOTS) as pool:
        sleepers = [pool.submit(deployed.invoke, "Prober", **BUSY) for _ in range(SLOTS)]
        while slept(deployed) < asleep:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield
        assert not any(sleeper.result().failed for sleeper in sleepers)


def slept(deployed: Deployed) -> int:
    """Return how often the probe's function has begun to sleep."""
    return sum("about to sleep" in message for message in deployed.log("Prober"))


def landed(deployed: Deployed, key: str) -> bool:
    """Say whether the probe's function has written this item within 20 s."""
    deadline = time.monotonic() + 20
    table: Any = {"TableName": deployed.name("Table"), "Key": {"id": {"S": key}}}
    while time.monotonic() < deadline:
        if "Item" in deployed.aws.client("dynamodb").get_item(**table, ConsistentRead=True):
            return True
        time.sleep(0.1)
    return False


def test_a_caller_beyond_the_slots_is_answered_429(small: Deployed) -> None:
    functions = without_retries(small)

    def call(_: int) -> str:
        try:
            functions.invoke(FunctionName=small.name("Prober"), Payload=json.dumps({"do": "sleep", "seconds": 0.5}))
        except functions.exceptions.TooManyRequestsException as error:
            return f"{error.response['ResponseMetadata']['HTTPStatusCode']} {error.response['Reason']}"
        return "done"

    with ThreadPoolExecutor(4 * SLOTS) as pool:
        counted = Counter(pool.map(call, range(4 * SLOTS)))
    assert counted["done"] >= SLOTS
    assert set(counted) <= {"done", "429 ConcurrentInvocationLimitExceeded"}
    assert functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == SLOTS


def test_a_task_without_a_slot_fails_by_the_name_that_a_machine_retries(small: Deployed) -> None:
    throttled = {"ErrorEquals": ["Lambda.TooManyRequestsException"], "IntervalSeconds": 5, "MaxAttempts": 100}
    task: dict[str, Any] = {"Type": "Task", "Resource": small.arn("Prober"), "Parameters": {"do": "echo"}, "End": True}
    with no_slot_free(small):
        failed = small.run(small.machine(task))
        assert (failed["status"], failed["error"]) == ("FAILED", "Lambda.TooManyRequestsException")
        assert failed["cause"].startswith("Rate Exceeded. (Service: AWSLambda; Status Code: 429; ")
    with no_slot_free(small):
        assert small.run(small.machine({**task, "Retry": [throttled]}))["status"] == "SUCCEEDED"


def test_what_is_invoked_asynchronously_waits_for_a_slot(small: Deployed) -> None:
    with no_slot_free(small):
        payload = json.dumps({"do": "land", "key": "asynchronous"})
        answer = small.aws.client("lambda").invoke(
            FunctionName=small.name("Prober"), InvocationType="Event", Payload=payload
        )
        assert answer["StatusCode"] == 202
    assert landed(small, "asynchronous")


def test_a_queues_messages_come_again_when_they_are_visible_again(small: Deployed) -> None:
    sqs, queue = small.aws.client("sqs"), small.name("Queue")
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1"})
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions = small.aws.client("lambda")
    functions.create_event_source_mapping(EventSourceArn=arn, FunctionName=small.name("Prober"))
    with no_slot_free(small):
        sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"do": "land", "key": "queued"}))
    assert landed(small, "queued")


def test_a_queue_is_read_only_by_a_function_whose_role_may(small: Deployed) -> None:
    sqs = small.aws.client("sqs")
    queue = sqs.create_queue(QueueName="of-nobody", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions = small.aws.client("lambda")
    functions.create_event_source_mapping(EventSourceArn=arn, FunctionName=small.name("Prober"))
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"do": "land", "key": "unread"}))
    log, deadline = small.aws.log, time.monotonic() + 20
    while f"{arn} is not read: " not in log.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    item: Any = {"TableName": small.name("Table"), "Key": {"id": {"S": "unread"}}}
    assert "Item" not in small.aws.client("dynamodb").get_item(**item)
