"""The stack in the embedded AWS: permissions that are taken away are missed, and the schedule starts the machine."""

import json
import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.local_run import executions
from cli.local_run.executions import LocalExecution
from local.simulator import Script
from tests.testing.embedded_stack import REQUEST, Deployed, deployed

ORDERS = {**REQUEST, "reportType": "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"}

REPORTS = """
[[sellingPartners]]
name = "embedded"
sellingPartnerId = "A1EMBEDDED"
account = "seller"
marketplaceIds = ["US"]

[[reports]]
reportType = "GET_SELLER_FEEDBACK_DATA"
period = "previous-day"
schedule = "rate(1 minute)"
"""


@pytest.mark.parametrize(
    ("action", "state"),
    [
        ("s3:PutObject", "Handle done"),
        ("dynamodb:PutItem", "Create report"),
        ("secretsmanager:GetSecretValue", "Create report"),
    ],
)
def test_a_permission_that_is_taken_away_is_missed(tmp_path: Path, action: str, state: str) -> None:
    with deployed(tmp_path, without=action) as stack:
        ended = stack.execute(REQUEST)
        assert ended.status == "FAILED"
        assert ended.states[-1] == state
        assert ended.cause
        assert "AccessDenied" in ended.cause
        # Amazon's own runtime client has made it, and its stack is in the log instead.
        assert json.loads(ended.cause)["stackTrace"] == []


def test_a_function_that_the_machines_role_may_not_invoke_is_named_in_its_history(tmp_path: Path) -> None:
    with deployed(tmp_path, without="lambda:InvokeFunction") as stack:
        ended = stack.execute(REQUEST)
        failures = failed_tasks(stack, ended)
    assert (ended.status, ended.error, ended.states) == ("FAILED", "Lambda.AWSLambdaException", ["Create report"])
    assert {failure["error"] for failure in failures} == {"Lambda.AWSLambdaException"}
    assert re.match(
        r"User: arn:aws:sts::123456789012:assumed-role/reportflow-\S+ is not authorized to perform: "
        r"lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:123456789012:function:reportflow-\S+ because no "
        r"identity-based policy allows the lambda:InvokeFunction action \(Service: AWSLambda; Status Code: 403; ",
        failures[-1]["cause"],
    )


def test_a_burst_in_an_account_with_ten_slots_lands_whole(tmp_path: Path) -> None:
    days = [f"2026-10-{day:02}" for day in range(1, 31)]
    with deployed(tmp_path, slots=10) as stack:
        states = stack.aws.client("stepfunctions")
        burst = [
            executions.start(
                states,
                stack.machine,
                name=day,
                given={**ORDERS, "dataStartTime": f"{day}T00:00:00Z", "dataEndTime": f"{day}T23:59:59Z"},
                ends=None,
            )
            for day in days
        ]
        outcomes = Counter(stack.follow(execution).outcome for execution in burst)
        throttled = [failure["error"] for execution in burst for failure in failed_tasks(stack, execution)].count(
            "Lambda.TooManyRequestsException"
        )
    assert outcomes == {"LANDED": len(days)}
    assert throttled


def failed_tasks(stack: Deployed, execution: LocalExecution) -> list[Any]:
    """Return error and cause of each attempt of a task that failed."""
    pages = stack.aws.client("stepfunctions").get_paginator("get_execution_history")
    events = [event for page in pages.paginate(executionArn=execution.arn) for event in page["events"]]
    return [event["taskFailedEventDetails"] for event in events if event["type"] == "TaskFailed"]


def test_the_schedule_starts_the_machine_for_the_time_it_was_due(tmp_path: Path) -> None:
    (tmp_path / "reports.toml").write_text(REPORTS)
    with deployed(tmp_path, reportsFile=str(tmp_path / "reports.toml")) as stack:
        stack.simulator.script("GET_SELLER_FEEDBACK_DATA", Script())
        states = stack.aws.client("stepfunctions")
        patience = time.monotonic() + 150
        while not (found := states.list_executions(stateMachineArn=stack.machine)["executions"]):
            assert time.monotonic() < patience, "the schedule never fired"
            time.sleep(1)
        described = states.describe_execution(executionArn=found[0]["executionArn"])
        given = json.loads(described["input"])
        ended = stack.follow(LocalExecution(name="scheduled", input=given, ends=None, arn=found[0]["executionArn"]))
    due = datetime.fromisoformat(given["scheduledTime"])
    assert abs(due - datetime.now(UTC)) < timedelta(minutes=5)
    assert ended.output["outcome"] == "LANDED"
    assert ended.output["dataStartTime"] == (due - timedelta(days=1)).strftime("%Y-%m-%dT00:00:00Z")
