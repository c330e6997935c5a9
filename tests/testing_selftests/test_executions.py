"""Executions start, are named, see their context object, count events and end as on AWS."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from tests.testing.machine.engine import Definition, Execution, Machine, UnsupportedDefinition
from tests.testing.machine.tiny_definitions import OutOfStock, one, raising, run, task

pytestmark = pytest.mark.usefixtures("in_aws")


def test_boto3_may_start_executions_unnamed() -> None:
    machine = Machine(one({"Type": "Succeed"}), {})
    arns = {machine.client.start_execution(stateMachineArn=machine.arn)["executionArn"] for _ in range(2)}
    assert len(arns) == 2
    assert [machine.execution(arn).result().output for arn in arns] == [{}, {}]


def test_a_name_stands_for_one_execution() -> None:
    machine = Machine(one({"Type": "Wait", "Seconds": 9}), {})
    first, again = machine.start({}, name="n"), machine.start({}, name="n")
    assert first.arn == again.arn
    assert first.result().status == again.result().status == "SUCCEEDED"
    with pytest.raises(machine.client.exceptions.ExecutionAlreadyExists):
        machine.start({}, name="n")


def test_the_context_object_names_the_execution_its_input_and_its_start() -> None:
    parameters = {"id.$": "$$.Execution.Id", "in.$": "$$.Execution.Input", "at.$": "$$.Execution.StartTime"}
    definition = one(
        {"Type": "Pass", "Result": {"other": 1}, "Next": "Work"}, Work=task(Parameters=parameters, End=True)
    )
    start = datetime(2026, 5, 4, 3, 2, 1, 987_654, tzinfo=UTC)
    machine = Machine(definition, {"work": lambda event, _context: event}, now=lambda: start)
    ended = machine.execute({"in": 1}, name="mine")
    assert ended.output == {"id": ended.arn, "in": {"in": 1}, "at": "2026-05-04T03:02:01.987Z"}
    assert ended.arn.endswith(":mine")


@pytest.mark.parametrize("name", ["with a space", "a:b", "x" * 81])
def test_a_name_that_aws_refuses_is_refused(name: str) -> None:
    machine = Machine(one({"Type": "Succeed"}), {})
    with pytest.raises(machine.client.exceptions.ClientError, match=r"Invalid Name|less than or equal to 80"):
        machine.start({}, name=name)


def test_a_machine_that_is_no_machine_here_is_refused() -> None:
    client = boto3.client("stepfunctions")
    definition = json.dumps(one({"Type": "Succeed"}))
    role = "arn:aws:iam::123456789012:role/machine"
    arn = client.create_state_machine(name="other", definition=definition, roleArn=role)["stateMachineArn"]
    with pytest.raises(LookupError, match="was not made as a Machine"):
        client.start_execution(stateMachineArn=arn)


@pytest.mark.parametrize("output", ["text", '{"json": "in a string"}', 3, None, [], {}])
def test_an_output_is_what_it_was(output: Any) -> None:
    assert run(one(task()), lambda _event, _context: output).output == output


def test_events_are_counted_as_aws_does() -> None:
    choice = {"Type": "Choice", "Choices": [{"Variable": "$", "IsNull": True, "Next": "End"}], "Default": "End"}
    retry = {"ErrorEquals": ["OutOfStock"]}
    definition = one(
        task(Retry=[retry], Next="Wait"),
        Wait={"Type": "Wait", "Seconds": 1, "Next": "Choice"},
        Choice=choice,
        End={"Type": "Succeed"},
    )
    started, entered_and_left, call, ended = 1, 2, 3, 1
    counted = run(definition, raising(OutOfStock()))
    assert counted.events == started + 4 * entered_and_left + 2 * call + ended
    history = boto3.client("stepfunctions").get_execution_history(executionArn=counted.arn)
    assert counted.events == len(history["events"])


@pytest.mark.parametrize(
    "definition",
    [
        one({"Type": "Map", "ItemProcessor": {}, "Next": "Map"}),
        one({"Type": "Parallel", "Branches": [], "Next": "Parallel"}),
        one({"Type": "Wait", "TimestampPath": "$.at"}),
        {**one({"Type": "Succeed"}), "QueryLanguage": "JSONata"},
    ],
)
def test_what_is_not_executed_as_on_aws_is_refused(definition: Definition) -> None:
    with pytest.raises(UnsupportedDefinition):
        Machine(definition, {})


def test_a_stopped_execution_is_aborted() -> None:
    started: list[Execution] = []

    def stop(_seconds: float) -> None:
        boto3.client("stepfunctions").stop_execution(executionArn=started[0].arn)

    definition = one({"Type": "Wait", "Seconds": 9, "Next": "Work"}, Work=task(End=True))
    started.append(Machine(definition, {"work": raising()}, wait=stop).start({}))
    ended = started[0].result()
    assert (ended.status, ended.states, ended.invocations) == ("ABORTED", ["State"], [])


def test_an_execution_can_be_stopped_as_soon_as_it_is_started() -> None:
    machine = Machine(one({"Type": "Wait", "Seconds": 9, "Next": "Work"}, Work=task(End=True)), {"work": raising()})
    for _ in range(20):
        execution = machine.start({})
        execution.stop()
        assert execution.result().status == "ABORTED"


def test_a_redriven_execution_begins_where_it_failed_with_that_state_s_input_and_the_time_it_started_at() -> None:
    parameters = {"data.$": "$", "in.$": "$$.Execution.Input", "at.$": "$$.Execution.StartTime"}
    definition = one(
        {"Type": "Pass", "Result": {"other": 1}, "Next": "Wait"},
        Wait={"Type": "Wait", "Seconds": 9, "Next": "Work"},
        Work=task(Parameters=parameters, End=True),
    )
    answers = [raising(OutOfStock()), lambda event, _context: event]
    hours = iter((1, 2))
    machine = Machine(
        definition,
        {"work": lambda *call: answers.pop(0)(*call)},
        now=lambda: datetime(2026, 5, 4, next(hours), tzinfo=UTC),
    )
    execution = machine.start({"in": 1})
    assert execution.result().error == "OutOfStock"
    redriven = execution.redrive().result()
    assert redriven.states == ["Work"]
    assert redriven.output == {"data": {"other": 1}, "in": {"in": 1}, "at": "2026-05-04T01:00:00.000Z"}
    assert machine.client.describe_execution(executionArn=execution.arn)["status"] == "SUCCEEDED"


def test_a_stopped_execution_enters_no_further_state() -> None:
    started: list[Execution] = []
    machine = Machine(
        one({"Type": "Wait", "Seconds": 9, "Next": "Work"}, Work=task(Next="End"), End={"Type": "Succeed"}),
        {"work": lambda _event, _context: started[0].stop()},
    )
    started.append(machine.start({}))
    stopped = started[0].result()
    assert (stopped.status, stopped.states) == ("ABORTED", ["State", "Work"])


def test_a_stopped_execution_is_aborted_even_if_its_last_state_fails() -> None:
    started: list[Execution] = []

    def stop_and_fail(_event: Any, _context: Any) -> None:
        started[0].stop()
        raise OutOfStock

    machine = Machine(one({"Type": "Wait", "Seconds": 9, "Next": "Work"}, Work=task(End=True)), {"work": stop_and_fail})
    started.append(machine.start({}))
    assert started[0].result().status == "ABORTED"
