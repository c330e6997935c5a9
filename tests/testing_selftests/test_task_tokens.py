"""A task token is waited for in virtual time, and is good for one answer."""

import threading
from typing import Any

import boto3
import pytest

from tests.testing.machine import moto_patches
from tests.testing.machine.engine import Definition, Machine
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.machine.tiny_definitions import one, task

pytestmark = pytest.mark.usefixtures("in_aws")

TOKENS = "tokens"


@pytest.fixture(scope="module", autouse=True)
def _table(in_aws: None) -> None:
    boto3.client("dynamodb").create_table(
        TableName=TOKENS,
        KeySchema=[{"AttributeName": "name", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "name", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def waiting(seconds: int) -> Definition:
    """Return a definition that leaves a task token and waits so long for the answer, then does some work."""
    wait = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem.waitForTaskToken",
        "TimeoutSeconds": seconds,
        "Parameters": {"TableName": TOKENS, "Item": {"name": {"S": "token"}, "token": {"S.$": "$$.Task.Token"}}},
        "Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": None, "Next": "Work"}],
        "Next": "Work",
    }
    return one(wait, Work=task(End=True))


def answer(text: str) -> str:
    """Answer the token that was left last; return whether that is "taken" or "refused", as a wait that is over is."""
    item = boto3.client("dynamodb").get_item(TableName=TOKENS, Key={"name": {"S": "token"}})["Item"]
    states = boto3.client("stepfunctions")
    try:
        states.send_task_success(taskToken=item["token"]["S"], output=f'"{text}"')
    except (states.exceptions.TaskTimedOut, states.exceptions.InvalidToken):
        return "refused"
    return "taken"


def answered(*, after: float, answers: list[str], beside: bool = False) -> tuple[ExecutionResult, list[str]]:
    """Execute a wait of 100 seconds that is answered, by one life or by several beside each other."""
    met: list[str] = []
    machine = Machine(waiting(100), {"work": lambda event, _context: event})
    stage = moto_patches.STAGES[machine.arn]

    def live(mine: list[str]) -> None:
        try:
            stage.time.sleep(after)
            for text in mine:
                with stage.turn:
                    met.append(answer(text))
        finally:
            stage.time.leave(threading.current_thread())

    parts = [[text] for text in answers] if beside else [answers]
    threads = [threading.Thread(target=live, args=(part,), daemon=True) for part in parts]
    execution = machine.start({})
    for thread in threads:
        stage.time.enter(thread)
        thread.start()
    ended = execution.result()
    for thread in threads:
        stage.time.await_end(thread)
        thread.join()
    return ended, met


def test_the_first_answer_ends_the_wait_and_the_others_are_refused() -> None:
    ended, met = answered(after=30, answers=["first", "second", "third"])
    assert (ended.output, ended.seconds) == ("first", 30)
    assert met == ["taken", "refused", "refused"]


def test_of_answers_beside_each_other_one_is_taken() -> None:
    ended, met = answered(after=30, answers=["same"] * 8, beside=True)
    assert (ended.output, ended.seconds) == ("same", 30)
    assert sorted(met) == [*["refused"] * 7, "taken"]


def test_an_answer_after_the_time_is_refused() -> None:
    ended, met = answered(after=101, answers=["late"])
    assert (ended.output, ended.seconds) == ({}, 100)
    assert met == ["refused"]


def test_an_answer_at_the_last_instant_is_either_taken_or_refused() -> None:
    for _ in range(20):
        ended, met = answered(after=100, answers=["just"])
        outcome: Any = {"taken": "just", "refused": {}}[met[0]]
        assert (ended.output, ended.seconds) == (outcome, 100)
