"""The stack in the embedded AWS: permissions that are taken away are missed, and the schedule starts the machine."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cli.local_run import executions
from cli.local_run.executions import LocalExecution
from local.amazon import simulated
from local.aws import EmbeddedAws
from local.simulator import Script, Simulator
from local.synthesis import synthesize

REQUEST: dict[str, Any] = {
    "sellingPartnerId": "A1EMBEDDED",
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["ATVPDKIKX0DER"],
}

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


@dataclass
class Deployed:
    """The stack, deployed."""

    aws: EmbeddedAws
    simulator: Simulator
    outputs: dict[str, str]

    @property
    def machine(self) -> str:
        """The report machine."""
        return self.outputs["StateMachineArn"]

    def execute(self, given: dict[str, Any]) -> LocalExecution:
        """Run one execution to its end."""
        states = self.aws.client("stepfunctions")
        execution = executions.start(states, self.machine, name="one", given=given, ends=None)
        return self.follow(execution)

    def follow(self, execution: LocalExecution) -> LocalExecution:
        """Wait until an execution has ended, for a minute at most."""
        patience = time.monotonic() + 60
        while not execution.ended and time.monotonic() < patience:
            executions.refresh(self.aws.client("stepfunctions"), [execution], machine=self.machine)
            time.sleep(0.1)
        return execution


@contextmanager
def deployed(directory: Path, *, without: str = "", slots: int = 1000, **context: object) -> Iterator[Deployed]:
    """Deploy the stack into an account with so many Lambda slots; `without` is an action that every role is denied."""
    aws = EmbeddedAws(directory=directory / "aws", speed=1200, concurrent_executions=slots)
    with Simulator(reports_clock=aws.clock, certificate=aws.server_certificate, key=aws.server_key) as simulator, aws:
        side = simulated(simulator, selling_partner_ids=[REQUEST["sellingPartnerId"]])
        assembly = synthesize(directory / "cdk.out", context={**side.context, **context})
        if without:
            _take_away(assembly / "reportflow.template.json", without)
        outputs = aws.deploy(assembly, stack_name="reportflow")
        for name, secret in side.secrets("reportflow").items():
            aws.client("secretsmanager").create_secret(Name=name, SecretString=json.dumps(dict(secret)))
        yield Deployed(aws, simulator, outputs)


def _take_away(template: Path, action: str) -> None:
    content = json.loads(template.read_text())
    taken = 0
    for resource in content["Resources"].values():
        if resource["Type"] != "AWS::IAM::Policy":
            continue
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]:
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            taken += action in actions
            statement["Action"] = [one for one in actions if one != action] or ["sts:GetCallerIdentity"]
    assert taken
    template.write_text(json.dumps(content))


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
