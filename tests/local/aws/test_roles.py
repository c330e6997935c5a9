"""What a service does for a resource, it does as the resource's role: what the role may not do fails as on AWS."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.testing.deployed_probe import Deployed

END = {"End": True}
ECHO = {"Type": "Task", "Parameters": {"do": "echo"}, **END}


def failed(deployed: Deployed, state: dict[str, Any], *, role: str) -> tuple[str, str]:
    """Run a machine of one state, which fails, and return error and cause of its task."""
    ended = deployed.run(deployed.machine(state, role=role))
    assert ended["status"] == "FAILED"
    history = deployed.aws.client("stepfunctions").get_execution_history(executionArn=ended["executionArn"])
    (details,) = (each["taskFailedEventDetails"] for each in history["events"] if each["type"] == "TaskFailed")
    assert (details["error"], details["cause"]) == (ended["error"], ended["cause"])
    return details["error"], details["cause"]


def test_a_machine_invokes_no_function_that_its_role_may_not(deployed: Deployed) -> None:
    role = deployed.role("states", lambda_InvokeFunction=deployed.arn("Outsider"))
    error, cause = failed(deployed, {**ECHO, "Resource": deployed.arn("Prober")}, role=role)
    assert error == "Lambda.AWSLambdaException"
    assert cause.partition("is not authorized")[2].partition(" (Service: ")[0] == (
        f" to perform: lambda:InvokeFunction on resource: {deployed.arn('Prober')} because no identity-based policy"
        " allows the lambda:InvokeFunction action"
    )
    assert "AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: " in cause


@pytest.mark.parametrize(("allowed", "asked"), [("", ":$LATEST"), (":*", "")])
def test_a_function_and_its_versions_are_two_resources(deployed: Deployed, allowed: str, asked: str) -> None:
    function = deployed.arn("Prober")
    role = deployed.role("states", lambda_InvokeFunction=function + allowed)
    assert deployed.run(deployed.machine({**ECHO, "Resource": function + (allowed and ":$LATEST")}, role=role))[
        "status"
    ] == ("SUCCEEDED")
    _, cause = failed(deployed, {**ECHO, "Resource": function + asked}, role=role)
    assert f"lambda:InvokeFunction on resource: {function}{asked} because" in cause


def test_a_machine_does_nothing_as_a_role_that_it_may_not_assume(deployed: Deployed) -> None:
    role = deployed.role("scheduler", lambda_InvokeFunction="*")
    _, cause = failed(deployed, {**ECHO, "Resource": deployed.arn("Prober")}, role=role)
    assert cause.startswith("The service principal states.amazonaws.com is not authorized to assume the role ")


def test_a_call_of_an_sdk_needs_its_permission(deployed: Deployed) -> None:
    table = deployed.name("Table")
    item = {"TableName": table, "Item": {"id": {"S": "of-a-machine"}}}
    put = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:dynamodb:putItem", "Parameters": item, **END}
    arn = f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}"
    error, cause = failed(deployed, put, role=deployed.role("states", dynamodb_GetItem=arn))
    assert error == "DynamoDb.DynamoDbException"
    assert f"dynamodb:PutItem on resource: {arn} because" in cause
    allowed = deployed.machine(put, role=deployed.role("states", dynamodb_PutItem=arn))
    assert deployed.run(allowed)["status"] == "SUCCEEDED"


@pytest.mark.parametrize("kind", ["startExecution", "startExecution.sync:2"])
def test_an_execution_is_started_only_by_a_role_that_may(deployed: Deployed, kind: str) -> None:
    child = deployed.machine({"Type": "Succeed"})
    start = {"Type": "Task", "Resource": f"arn:aws:states:::states:{kind}", "Parameters": {"StateMachineArn": child}}
    _, cause = failed(deployed, {**start, **END}, role=deployed.role("states"))
    assert f"states:StartExecution on resource: {child} because" in cause
    states = deployed.aws.client("stepfunctions")
    assert states.list_executions(stateMachineArn=child)["executions"] == []
    allowed = deployed.machine({**start, **END}, role=deployed.role("states", states_StartExecution=child))
    assert deployed.run(allowed)["status"] == "SUCCEEDED"


def test_a_distributed_map_needs_the_right_to_start_its_own_machine(deployed: Deployed) -> None:
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "One", "States": {"One": {"Type": "Succeed"}}}
    state = {"Type": "Map", "ItemsPath": "$.items", "ItemProcessor": processor, **END}
    for role, status in (
        (deployed.role("states"), "FAILED"),
        (deployed.role("states", states_StartExecution="*"), "SUCCEEDED"),
    ):
        assert deployed.run(deployed.machine(state, role=role), items=[1])["status"] == status


def received(deployed: Deployed, queue: str) -> list[str]:
    """Return the bodies of the messages that come within 4 s, at least one of them."""
    answer = deployed.aws.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=4)
    return [message["Body"] for message in answer.get("Messages", [])]


def new_queue(deployed: Deployed, **attributes: Any) -> tuple[str, str]:
    """Make a queue and return its URL and ARN."""
    sqs: Any = deployed.aws.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{time.monotonic_ns()}", Attributes=attributes)["QueueUrl"]
    return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def test_what_a_schedules_role_may_not_start_goes_to_its_dead_letters(deployed: Deployed) -> None:
    machine, (queue, arn) = deployed.machine({"Type": "Succeed"}), new_queue(deployed)
    deployed.aws.client("scheduler").create_schedule(
        Name=f"due-{time.monotonic_ns()}",
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": machine,
            "RoleArn": deployed.role("scheduler", sqs_SendMessage=arn),
            "Input": json.dumps({"for": "the letters"}),
            "DeadLetterConfig": {"Arn": arn},
        },
    )
    assert received(deployed, queue) == ['{"for": "the letters"}']
    assert deployed.aws.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"] == []


def test_a_rule_reaches_a_queue_whose_policy_lets_it_in_and_no_other(deployed: Deployed) -> None:
    events = deployed.aws.client("events")
    rule = events.put_rule(Name=f"rule-{time.monotonic_ns()}", EventPattern='{"source": ["roles"]}')["RuleArn"]
    closed, open_to_it = new_queue(deployed), new_queue(deployed)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": open_to_it[1],
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    deployed.aws.client("sqs").set_queue_attributes(QueueUrl=open_to_it[0], Attributes={"Policy": policy})
    targets = [{"Id": str(number), "Arn": arn} for number, (_, arn) in enumerate((closed, open_to_it))]
    events.put_targets(Rule=rule.rpartition("/")[2], Targets=targets)
    events.put_events(Entries=[{"Source": "roles", "DetailType": "one", "Detail": '{"of": "two"}'}])
    (body,) = received(deployed, open_to_it[0])
    assert json.loads(body)["detail"] == {"of": "two"}
    assert received(deployed, closed[0]) == []
