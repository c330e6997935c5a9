"""State machines and schedules run as on Step Functions, with waits divided by the speed."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.testing.deployed_probe import Deployed

END = {"End": True}


def test_an_exceptions_name_reaches_the_catch_and_its_message_the_red_end(deployed: Deployed) -> None:
    ended = deployed.run(deployed.name("Machine"), seconds=0, event={"do": "raise", "message": "16 reports are open"})
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "QuotaReached", "16 reports are open")


def test_an_exceptions_name_is_retried_at_intervals_divided_by_the_speed(deployed: Deployed) -> None:
    event = {"do": "fail_until", "succeed_at": 3, "key": f"retries-{time.monotonic_ns()}"}
    began = time.monotonic()
    ended = deployed.run(deployed.name("Machine"), seconds=0, event=event)
    assert (ended["status"], ended["output"]) == ("SUCCEEDED", "3")
    assert (ended["stopDate"] - ended["startDate"]).total_seconds() >= 20 + 40
    assert time.monotonic() - began < 20


def test_a_retry_gives_up_after_its_attempts(deployed: Deployed) -> None:
    event = {"do": "fail_until", "succeed_at": 4, "key": f"retries-{time.monotonic_ns()}"}
    ended = deployed.run(deployed.name("Machine"), seconds=0, event=event)
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "QuotaReached", "attempt 3")


@pytest.mark.parametrize(
    ("function", "event", "error"),
    [
        ("Outsider", {"do": "sleep", "seconds": 60}, "Sandbox.Timedout"),
        ("Outsider", {"do": "exit", "status": 1}, "Runtime.ExitError"),
        ("Broken", {}, "Runtime.ImportModuleError"),
    ],
)
def test_the_platforms_error_names_reach_the_catch(
    deployed: Deployed, function: str, event: dict[str, object], error: str
) -> None:
    task = {"Type": "Task", "Resource": deployed.arn(function), "Parameters": event}
    caught = {"ErrorEquals": [error], "ResultPath": "$.error", "Next": "B"}
    ended = deployed.run(deployed.machine({**task, "Catch": [caught], **END}, {"Type": "Succeed"}), kept=1)
    output = json.loads(ended["output"])
    assert output["kept"] == 1
    assert output["error"]["Error"] == json.loads(output["error"]["Cause"])["errorType"] == error


def test_a_wait_takes_its_seconds_divided_by_the_speed(deployed: Deployed) -> None:
    began = time.monotonic()
    ended = deployed.run(deployed.name("Machine"), seconds=500, event={"do": "echo"})
    assert ended["status"] == "SUCCEEDED"
    assert (ended["stopDate"] - ended["startDate"]).total_seconds() >= 500
    assert 0.5 <= time.monotonic() - began < 100


@pytest.mark.parametrize(
    ("state", "output"),
    [
        ({"Type": "Pass", "Parameters": {"in.$": "$$.Execution.Input.a", "is.$": "$.a"}}, {"in": 1, "is": 1}),
        ({"Type": "Pass", "Parameters": {"x.$": "States.Format('{} of {}', $.a, $.s)"}}, {"x": '1 of {"k": [2]}'}),
        ({"Type": "Pass", "Parameters": {"x.$": "States.StringToJson($.s)"}}, {"x": {"k": [2]}}),
        ({"Type": "Pass", "Result": 5, "ResultPath": "$.o.new", "OutputPath": "$.o"}, {"p": {"q": 7}, "new": 5}),
        ({"Type": "Succeed", "InputPath": "$.o", "OutputPath": "$.p"}, {"q": 7}),
        ({"Type": "Wait", "SecondsPath": "$.a", "OutputPath": "$.b"}, True),
    ],
)
def test_a_state_takes_and_gives_what_its_paths_say(deployed: Deployed, state: dict[str, Any], output: object) -> None:
    machine = deployed.machine({**state, **({} if state["Type"] == "Succeed" else END)})
    ended = deployed.run(machine, a=1, b=True, s='{"k": [2]}', o={"p": {"q": 7}})
    assert ended["status"] == "SUCCEEDED"
    assert json.loads(ended["output"]) == output


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ({"Variable": "$.status", "StringEquals": "DONE"}, True),
        ({"Variable": "$.status", "StringEquals": "FATAL"}, False),
        ({"Variable": "$.late", "BooleanEquals": True}, True),
        ({"Variable": "$.late", "BooleanEquals": False}, False),
        ({"Variable": "$.missing", "IsPresent": True}, False),
        ({"Variable": "$.missing", "IsPresent": False}, True),
        (
            {"And": [{"Variable": "$.status", "StringEquals": "DONE"}, {"Variable": "$.late", "BooleanEquals": False}]},
            False,
        ),
        (
            {"Or": [{"Variable": "$.status", "StringEquals": "FATAL"}, {"Variable": "$.late", "BooleanEquals": True}]},
            True,
        ),
    ],
)
def test_a_choice_follows_its_rules(deployed: Deployed, rule: dict[str, object], matches: bool) -> None:
    choice = {"Type": "Choice", "Choices": [{**rule, "Next": "B"}], "Default": "C"}
    matched, not_matched = ({"Type": "Pass", "Result": result, **END} for result in (True, False))
    ended = deployed.run(deployed.machine(choice, matched, not_matched), status="DONE", late=True)
    assert json.loads(ended["output"]) is matches


def test_the_context_object_tells_of_the_execution(deployed: Deployed) -> None:
    asked = {"id.$": "$$.Execution.Id", "start.$": "$$.Execution.StartTime", "input.$": "$$.Execution.Input"}
    task = {"Type": "Task", "Resource": deployed.arn("Prober"), "Parameters": {"do": "echo", **asked}, **END}
    ended = deployed.run(deployed.machine(task), a=1)
    echoed = json.loads(ended["output"])
    assert (echoed["id"], echoed["input"]) == (ended["executionArn"], {"a": 1})
    assert datetime.fromisoformat(echoed["start"]) == ended["startDate"]


def test_a_schedule_starts_its_machine_with_its_keywords_filled_in(deployed: Deployed) -> None:
    due = datetime.now(UTC).replace(microsecond=0)
    keywords = ["schedule-arn", "scheduled-time", "execution-id", "attempt-number"]
    wanted = {keyword: f"<aws.scheduler.{keyword}>" for keyword in keywords}
    machine = deployed.machine({"Type": "Succeed"})
    made = deployed.aws.client("scheduler").create_schedule(
        Name=f"due-{time.monotonic_ns()}",
        ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": machine,
            "RoleArn": deployed.role("scheduler", states_StartExecution=machine),
            "Input": json.dumps({**wanted, "unknown": "<aws.scheduler.unknown>"}),
        },
    )
    filled = json.loads(first_input(deployed, machine))
    assert filled["schedule-arn"] == made["ScheduleArn"]
    assert filled["scheduled-time"] == f"{due:%Y-%m-%dT%H:%M:%SZ}"
    assert len(filled["execution-id"]) == 16
    assert filled["attempt-number"] == "1"
    assert filled["unknown"] == "<aws.scheduler.unknown>"


def first_input(deployed: Deployed, machine: str) -> str:
    """Return the input of the machine's first execution, which has at most 5 s to come."""
    machines = deployed.aws.client("stepfunctions")
    deadline = time.monotonic() + 5
    while not (executions := machines.list_executions(stateMachineArn=machine)["executions"]):
        assert time.monotonic() < deadline, "nothing was started"
        time.sleep(0.05)
    return machines.describe_execution(executionArn=executions[0]["executionArn"])["input"]
