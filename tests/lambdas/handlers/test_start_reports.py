"""Start reports: each schedule invocation starts what is due once, however often it comes, and never less."""

import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest

from lambdas import dependencies
from lambdas.dependencies import Dependencies
from lambdas.environment import Environment
from lambdas.executions import CONNECTIONS, Executions, NotAllStarted
from lambdas.handlers import start_reports as module
from lambdas.handlers.start_reports import UnknownTiming
from lambdas.payloads.schedule import ScheduleInvocation
from lambdas.request.discovery import parse_discovery
from lambdas.schedules.report_config import ReportConfig, SellingPartner
from lambdas.schedules.scheduled_executions import ScheduledExecution
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
    stock = report(**berlin, reportType='"GET_FBA_MYI_ALL_INVENTORY_DATA"')
    return report_config_of(PARTNERS + daily + stock + report(), tmp_path)


@pytest.fixture
def stepfunctions() -> Iterator["SFNClient"]:
    """Return a client whose answers are a test's."""
    with aws():
        yield boto3.client("stepfunctions")


def executions_of(count: int) -> list[ScheduledExecution]:
    """Return so many executions that are due."""
    partner = SellingPartner(name="p", selling_partner_id="A2P", account="seller", marketplace_ids=("A1PA6795UKMFR9",))
    return [ScheduledExecution(f"{number}", {}, partner) for number in range(count)]


@contextmanager
def answering(stepfunctions: "SFNClient", errors: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Let starts be answered, those of these names with errors; yield the calls, by name."""
    started: dict[str, Any] = {}

    def start(**params: Any) -> dict[str, Any]:
        started[params["name"]] = params
        if error := errors.get(params["name"]):
            failure: Any = stepfunctions.exceptions.from_code(error)
            raise failure({"Error": {"Code": error}}, "StartExecution")
        return {"executionArn": "a", "startDate": 0}

    with mock.patch.object(stepfunctions, "start_execution", start):
        yield started


def fire(
    report_config: ReportConfig, stepfunctions: "SFNClient", *errors: str | None, time: Time | None = None
) -> list[Any]:
    """Fire, with an answer or an error for each start, and return what was started, in the order of the file."""
    due = list(module.due_at(INVOCATION, report_config=report_config))
    refused = {one.name: error for one, error in zip(due, errors, strict=True) if error}
    environment = Environment(state_machine_arn=MACHINE, discovery_machine_arn=DISCOVERY)
    with answering(stepfunctions, refused) as started:
        executions = Executions(stepfunctions=stepfunctions, environment=environment)
        try:
            assert executions.start_all(due, context=time or Time()) == len(due)
        finally:
            # One that cannot be started keeps no other from it.
            assert time or started.keys() == {one.name for one in due}
    return [started[one.name] for one in due]


def test_all_that_is_due_is_started_under_names_that_say_what_it_is(
    report_config: ReportConfig, stepfunctions: "SFNClient"
) -> None:
    started = fire(report_config, stepfunctions, *[None] * 4)
    assert [params["name"].rpartition("-")[0] for params in started] == [
        "FLAT_FILE_ALL_ORDERS_DATA_BY-acme-20261123",
        "FLAT_FILE_ALL_ORDERS_DATA_BY-acme-20261123",
        "FBA_MYI_ALL_INVENTORY_DATA-acme-20261124T0600",
        "FBA_MYI_ALL_INVENTORY_DATA-acme-20261124T0600",
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
    with pytest.raises(NotAllStarted, match="there was no time for 4 of 4 executions"):
        fire(report_config, stepfunctions, *[None] * 4, time=Time(5_000))


class Invocation:
    """One of Lambda's attempts, in virtual time: each thread has a clock of its own, which its calls move."""

    def __init__(self) -> None:
        self._passed: dict[int, int] = defaultdict(int)

    def get_remaining_time_in_millis(self) -> int:
        """Return what is left of 15 minutes."""
        return 900_000 - self._passed[get_ident()]

    def start_execution(self, **_: Any) -> None:
        """Take 50 ms, as StartExecution does."""
        self._passed[get_ident()] += 50


@pytest.mark.parametrize(
    ("partners", "reports", "lookback"),
    [(500, 20, 3), (50, 5, 90)],
    ids=["500 sellers, 20 reports, 3 days back", "50 sellers, 5 reports, 90 days back"],
)
def test_each_of_many_executions_is_started_within_lambda_s_attempts(
    stepfunctions: "SFNClient", partners: int, reports: int, lookback: int
) -> None:
    due = executions_of(partners * reports * (1 + lookback))
    started: set[str] = set()
    for _ in range(3):
        attempt = Invocation()

        def start(attempt: Invocation = attempt, **call: Any) -> None:
            attempt.start_execution()
            started.add(call["name"])

        with mock.patch.object(stepfunctions, "start_execution", start), suppress(NotAllStarted):
            environment = Environment(state_machine_arn=MACHINE)
            Executions(stepfunctions=stepfunctions, environment=environment).start_all(due, context=attempt)
            break
    assert len(started) == len(due)


def test_attempts_do_not_all_begin_with_the_same_executions(stepfunctions: "SFNClient") -> None:
    due = executions_of(1000)
    executions = Executions(stepfunctions=stepfunctions, environment=Environment(state_machine_arn=MACHINE))

    def begun() -> set[str]:
        # So many calls are all that there is time for.
        context = Time(*[60_000] * CONNECTIONS, 0)
        with answering(stepfunctions, {}) as started, pytest.raises(NotAllStarted):
            executions.start_all(due, context=context)
        return set(started)

    assert begun() != begun()


def test_the_handler_reads_the_file_that_the_asset_has(
    report_config: ReportConfig, stepfunctions: "SFNClient", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "REPORTS", tmp_path / "reports.toml")
    monkeypatch.setenv("STATE_MACHINE_ARN", MACHINE)
    monkeypatch.setenv("DISCOVERY_MACHINE_ARN", DISCOVERY)
    made = Dependencies()
    made.executions = Executions(stepfunctions=stepfunctions, environment=made.environment)
    monkeypatch.setattr(module, "dependencies", lambda: made)
    with answering(stepfunctions, {}) as started:
        assert module.handler(INVOCATION, Time()) == {"executions": 4}
    assert {name: (call["stateMachineArn"], json.loads(call["input"])) for name, call in started.items()} == {
        due.name: (MACHINE, due.input) for due in module.due_at(INVOCATION, report_config=report_config)
    }


def test_a_timing_that_the_file_no_longer_has_is_an_error(
    report_config: ReportConfig, stepfunctions: "SFNClient"
) -> None:
    with pytest.raises(UnknownTiming, match=r"no enabled report at rate\(1 day\) in Europe/Berlin"):
        list(module.due_at({**INVOCATION, "schedule": "rate(1 day)"}, report_config=report_config))
