"""Start reports: each schedule invocation starts what is due once, however often it comes, and never less."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas import dependencies
from lambdas.dependencies import Dependencies
from lambdas.environment import Environment
from lambdas.executions import Executions, NotAllStarted
from lambdas.handlers import start_reports as module
from lambdas.handlers.start_reports import UnknownTiming
from lambdas.payloads import ScheduleInvocation
from lambdas.request.discovery import parse_discovery
from lambdas.schedules.report_config import ReportConfig
from tests.testing.machine.embedded_aws import aws
from tests.testing.reports_files import PARTNERS, report, report_config_of

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

INVOCATION: ScheduleInvocation = {
    "schedule": "cron(0 6 * * ? *)",
    "timeZone": "Europe/Berlin",
    "flexibleMinutes": 0,
    "scheduledTime": "2026-11-24T05:00:00Z",
}
MACHINE = "arn:aws:states:eu-west-1:123456789012:stateMachine:reports"
SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
DISCOVERY = "arn:aws:states:eu-west-1:123456789012:stateMachine:discovery"


class Time:
    """A run with so much time left."""

    def __init__(self, *milliseconds: int) -> None:
        self._left = list(milliseconds) or [60_000]

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left; the last of it lasts."""
        return self._left.pop(0) if len(self._left) > 1 else self._left[0]


@pytest.fixture
def report_config(tmp_path: Path) -> ReportConfig:
    """Return a fleet with two reports at the schedule invocation's time, and one at another."""
    berlin = {"timeZone": '"Europe/Berlin"'}
    daily = report(**berlin, period='"previous-day"')
    listings = report(**berlin, reportType='"GET_RESERVED_INVENTORY_DATA"')
    return report_config_of(PARTNERS + daily + listings + report(), tmp_path)


@pytest.fixture
def stepfunctions() -> Iterator["SFNClient"]:
    """Return a client whose answers are a test's."""
    with aws():
        yield boto3.client("stepfunctions")


def fire(
    report_config: ReportConfig, stepfunctions: "SFNClient", *errors: str | None, time: Time | None = None
) -> list[Any]:
    """Fire, with an answer or an error for each start, and return what was started."""
    started: list[Any] = []
    with Stubber(stepfunctions) as stub:
        for error in errors:
            if error:
                stub.add_client_error("start_execution", error)
            else:
                stub.add_response("start_execution", {"executionArn": "a", "startDate": 0})
        stepfunctions.meta.events.register(
            "provide-client-params.sfn.StartExecution", lambda params, **_: started.append(params)
        )
        due = module.due_at(INVOCATION, report_config=report_config)
        environment = Environment(state_machine_arn=MACHINE, discovery_machine_arn=DISCOVERY)
        Executions(stepfunctions=stepfunctions, environment=environment).start_all(due, context=time or Time())
        assert len(due) == len(errors)
        stub.assert_no_pending_responses()
    return list(started)


def test_all_that_is_due_is_started_under_names_that_say_what_it_is(
    report_config: ReportConfig, stepfunctions: "SFNClient"
) -> None:
    started = fire(report_config, stepfunctions, *[None] * 4)
    assert [params["name"].rpartition("-")[0] for params in started] == [
        "FLAT_FILE_ALL_ORDERS_DATA_BY-acme-20261123",
        "FLAT_FILE_ALL_ORDERS_DATA_BY-acme-20261123",
        "RESERVED_INVENTORY_DATA-acme-20261124T0600",
        "RESERVED_INVENTORY_DATA-acme-20261124T0600",
    ]
    assert {params["stateMachineArn"] for params in started} == {MACHINE}
    assert json.loads(started[0]["input"])["dataStartTime"] == "2026-11-23T00:00:00+01:00"


def test_what_amazon_makes_by_itself_is_discovered(tmp_path: Path, stepfunctions: "SFNClient") -> None:
    settlements = report(timeZone='"Europe/Berlin"', reportType=f'"{SETTLEMENT}"', marketplaceIds='["US"]')
    (started,) = fire(report_config_of(PARTNERS + settlements, tmp_path), stepfunctions, None)
    assert started["stateMachineArn"] == DISCOVERY
    given = json.loads(started["input"])
    assert given == {"sellingPartnerId": "A3ACME", "reportType": SETTLEMENT, "marketplaceIds": ["ATVPDKIKX0DER"]}
    discovery = parse_discovery(given, now=datetime.fromisoformat(INVOCATION["scheduledTime"]))
    assert discovery.template["reportType"] == SETTLEMENT


def test_a_invocation_that_comes_again_starts_the_same_and_is_content_with_what_is_over(
    report_config: ReportConfig, stepfunctions: "SFNClient"
) -> None:
    first = fire(report_config, stepfunctions, *[None] * 4)
    again = fire(report_config, stepfunctions, "ExecutionAlreadyExists", None, "ExecutionAlreadyExists", None)
    assert again == first


def test_one_that_cannot_be_started_does_not_keep_the_others_from_it_and_is_not_passed_over(
    report_config: ReportConfig, stepfunctions: "SFNClient"
) -> None:
    with pytest.raises(NotAllStarted, match=r"1 of 4 executions were not started: ExecutionLimitExceeded"):
        fire(report_config, stepfunctions, None, "ExecutionLimitExceeded", None, None)


def test_a_run_without_time_leaves_the_rest_to_the_next(
    report_config: ReportConfig, stepfunctions: "SFNClient"
) -> None:
    with pytest.raises(NotAllStarted, match="there was no time for 3 of 4 executions"):
        fire(report_config, stepfunctions, None, time=Time(60_000, 5_000))


def test_the_handler_reads_the_file_that_the_asset_has(
    report_config: ReportConfig, stepfunctions: "SFNClient", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "REPORTS", tmp_path / "reports.toml")
    monkeypatch.setenv("STATE_MACHINE_ARN", MACHINE)
    monkeypatch.setenv("DISCOVERY_MACHINE_ARN", DISCOVERY)
    made = Dependencies()
    made.executions = Executions(stepfunctions=stepfunctions, environment=made.environment)
    monkeypatch.setattr(module, "dependencies", lambda: made)
    with Stubber(stepfunctions) as stub:
        for start in module.due_at(INVOCATION, report_config=report_config):
            expected = {"stateMachineArn": MACHINE, "name": start.name, "input": json.dumps(start.input)}
            stub.add_response("start_execution", {"executionArn": "a", "startDate": 0}, expected)
        assert module.handler(INVOCATION, Time()) == {"executions": 4}


def test_a_timing_that_the_file_no_longer_has_is_an_error(
    report_config: ReportConfig, stepfunctions: "SFNClient"
) -> None:
    with pytest.raises(UnknownTiming, match=r"no enabled report at rate\(1 day\) in Europe/Berlin"):
        module.due_at({**INVOCATION, "schedule": "rate(1 day)"}, report_config=report_config)
