"""The engine fails where AWS fails, so that a mistake in a definition is seen."""

import json
from typing import Any

import pytest

from tests.testing.machine.tiny_definitions import one, run, task

TOO_BIG = "x" * 270_000  # AWS takes 262,144 bytes

pytestmark = pytest.mark.usefixtures("in_aws")


@pytest.mark.parametrize(
    "state",
    [
        {"Type": "Wait", "SecondsPath": "$.nowhere"},
        {"Type": "Wait", "SecondsPath": "$.text"},
        {"Type": "Wait", "SecondsPath": "$.negative"},
        {"Type": "Succeed", "OutputPath": "$.nowhere"},
        {"Type": "Pass", "InputPath": "$.nowhere"},
        {"Type": "Pass", "Parameters": {"a.$": "$.nowhere"}},
        {"Type": "Fail", "CausePath": "$.nowhere"},
        {"Type": "Fail", "CausePath": "$.object"},
        {"Type": "Fail", "ErrorPath": "$.object"},
        {
            "Type": "Choice",
            "Choices": [{"Variable": "$.nowhere", "StringEquals": "a", "Next": "Other"}],
            "Default": "Other",
        },
        {
            "Type": "Choice",
            "Choices": [{"Not": {"Variable": "$.nowhere", "IsNull": True}, "Next": "Other"}],
            "Default": "Other",
        },
    ],
    ids=json.dumps,
)
def test_a_path_to_nothing_or_to_the_wrong_thing_fails(state: dict[str, Any]) -> None:
    ended = run(one(state, Other={"Type": "Succeed"}), None, {"text": "7", "negative": -1, "object": {}})
    assert (ended.status, ended.error, ended.states) == ("FAILED", "States.Runtime", ["State"])


def test_a_choice_may_ask_whether_a_path_is_there() -> None:
    rule = {"And": [{"Variable": "$.a", "IsPresent": True}, {"Variable": "$.a", "StringEquals": "b"}], "Next": "Yes"}
    choice = {"Type": "Choice", "Choices": [rule], "Default": "No"}
    definition = one(choice, Yes={"Type": "Succeed"}, No={"Type": "Succeed"})
    assert [run(definition, None, given).states[-1] for given in ({"a": "b"}, {"a": "c"}, {})] == ["Yes", "No", "No"]


def test_a_choice_that_nothing_matches_fails_under_its_own_name() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$.a", "StringEquals": "b", "Next": "Yes"}]}
    ended = run(one(choice, Yes={"Type": "Succeed"}), None, {"a": "c"})
    assert (ended.status, ended.error) == ("FAILED", "States.NoChoiceMatched")


@pytest.mark.parametrize(
    ("fields", "handler", "error"),
    [
        ({"Parameters": {"a.$": "$.nowhere"}}, None, "States.Runtime"),
        ({"ResultSelector": {"a.$": "$.nowhere"}}, None, "States.Runtime"),
        ({"InputPath": "$.nowhere"}, None, "States.Runtime"),
        ({"Parameters": {"a.$": "States.StringToJson('{')"}}, None, "States.Runtime"),
        ({}, lambda _event, _context: TOO_BIG, "States.DataLimitExceeded"),
    ],
)
def test_the_terminal_errors_pass_every_retry_and_catch(fields: dict[str, Any], handler: Any, error: str) -> None:
    everything = {"ErrorEquals": ["States.ALL"]}
    state = task(Retry=[everything], Catch=[{**everything, "Next": "Caught"}], End=True, **fields)
    ended = run(one(state, Caught={"Type": "Succeed"}), handler)
    assert (ended.status, ended.error, ended.retries) == ("FAILED", error, [])


def test_a_fail_takes_its_error_and_cause_from_paths() -> None:
    ended = run(one({"Type": "Fail", "ErrorPath": "$.e", "CausePath": "$.c"}), None, {"e": "Late", "c": "Too slow."})
    assert (ended.status, ended.error, ended.cause) == ("FAILED", "Late", "Too slow.")
