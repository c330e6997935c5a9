"""Functions are called as Lambda does: JSON in and out, errors by their classes' names, none without a handler."""

import json
from typing import Any

import pytest

from tests.testing.machine.engine import Machine, NoHandler
from tests.testing.machine.lambda_function import ServiceFault
from tests.testing.machine.run import BackOff
from tests.testing.machine.tiny_definitions import FUNCTION, OutOfStock, one, raising, run, task

pytestmark = pytest.mark.usefixtures("in_aws")


def test_an_exception_is_caught_by_its_class_s_name_with_lambda_s_error_object_as_cause() -> None:
    catch = {"ErrorEquals": ["OutOfStock"], "ResultPath": "$.error", "Next": "Read"}
    read = {"Type": "Pass", "Parameters": {"cause.$": "States.StringToJson($.error.Cause)"}, "End": True}
    ended = run(one(task(Catch=[catch], End=True), Read=read), raising(OutOfStock("no pears")))
    cause = ended.output["cause"]
    assert ended.states == ["State", "Read"]
    assert (cause["errorType"], cause["errorMessage"]) == ("OutOfStock", "no pears")
    assert "raise script.pop(0)" in cause["stackTrace"][-1]
    assert [(call.event, call.result, call.error) for call in ended.invocations] == [({}, None, "OutOfStock")]


def test_the_error_object_is_the_one_of_lambda_s_runtime() -> None:
    bootstrap = pytest.importorskip("awslambdaric.bootstrap")
    theirs = bootstrap.make_error("no pears", "OutOfStock", [], "an id")
    cause = run(one(task()), raising(OutOfStock("no pears"))).cause
    assert cause
    ours = json.loads(cause)
    assert [*ours] == [*theirs]
    assert {key: type(value) for key, value in ours.items()} == {key: type(value) for key, value in theirs.items()}


def test_an_uncaught_exception_fails_the_execution_under_its_name() -> None:
    ended = run(one(task()), raising(KeyError("pears")))
    assert (ended.status, ended.error, ended.output) == ("FAILED", "KeyError", None)
    assert ended.cause
    assert json.loads(ended.cause)["errorMessage"] == "'pears'"


def test_a_function_answers_itself_not_an_echo_of_its_event() -> None:
    ended = run(one(task()), lambda event, _context: {"seen": event}, {"a": 1})
    assert ended.output == {"seen": {"a": 1}}
    assert ended.invocations == [("State", FUNCTION, {"a": 1}, {"seen": {"a": 1}}, None)]


def test_a_function_without_a_handler_is_refused() -> None:
    with pytest.raises(NoHandler, match=r"function:work; there are wrok\."):
        Machine(one(task()), {"wrok": lambda event, _context: event})


def test_a_handler_is_found_by_arn_and_by_name_whatever_the_version() -> None:
    for resource, key in ((FUNCTION, FUNCTION), (FUNCTION + ":live", "work"), (FUNCTION + ":7", FUNCTION + ":7")):
        definition = one({**task(), "Resource": resource})
        assert Machine(definition, {key: lambda _event, context: context.function_name}).execute({}).output == "work"


def test_what_a_handler_does_to_its_event_stays_with_it() -> None:
    definition = one(task(ResultPath="$.result", End=True))
    ended = run(definition, lambda event, _context: event["list"].append(1), {"list": []})
    assert ended.output == {"list": [], "result": None}
    assert ended.invocations[0].event == {"list": []}


def test_a_result_that_is_no_json_fails_as_in_lambda() -> None:
    ended = run(one(task()), lambda _event, _context: {1, 2})
    assert ended.error == "Runtime.MarshalError"


def test_an_assertion_in_a_stub_fails_the_test_even_behind_a_catch() -> None:
    def stub(event: Any, _context: object) -> None:
        assert "key" in event

    definition = one(task(Catch=[{"ErrorEquals": ["States.ALL"], "Next": "End"}], End=True), End={"Type": "Succeed"})
    with pytest.raises(AssertionError):
        run(definition, stub)


def test_an_exit_in_a_handler_reaches_the_test() -> None:
    def leave(_event: Any, _context: object) -> None:
        raise SystemExit(3)

    with pytest.raises(SystemExit):
        run(one(task()), leave)


@pytest.mark.parametrize("error", ["Lambda.TooManyRequestsException", "States.Timeout"])
def test_a_stub_can_fail_as_lambda_itself(error: str) -> None:
    retry = {"ErrorEquals": [error], "IntervalSeconds": 3}
    ended = run(one(task(Retry=[retry], End=True)), raising(ServiceFault(error, "Rate Exceeded.")))
    assert ended.retries == [BackOff("State", error, 3, jitter=False)]
    assert ended.output == "fine"
