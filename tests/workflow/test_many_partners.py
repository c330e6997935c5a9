"""A configuration on the executed machine: its schedules fire, the plan had it right, and gaps are found and closed."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from lambdas import dependencies
from lambdas.environment import Environment
from lambdas.executions import Executions
from lambdas.gaps import find_gaps
from lambdas.handlers.start_reports import due_at
from lambdas.ledger.table import Ledger
from lambdas.schedules.due_times import due_times
from lambdas.schedules.report_config import ScheduleTiming
from lambdas.schedules.scheduled_executions import ScheduledExecution
from local.simulator import Document, Fault, Script
from planning.forecast import forecast
from planning.load import InvalidReports
from planning.workload import DAYS
from tests.assemblies.variants import SETTLEMENT
from tests.testing.fault_injection import aws_fails
from tests.testing.harness import TABLE, Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.redrives import redrivable
from tests.testing.reports_files import ORDERS, SEARCH_TERMS, report, report_config_of
from tests.testing.samples import Context

if TYPE_CHECKING:
    from lambdas.payloads.schedule import ScheduleInvocation
    from tests.testing.machine.engine import Machine

PARTNER = '[[sellingPartners]]\nname = "acme"\nsellingPartnerId = "A2ACME"\naccount = "seller"\n'
RETURNS = "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
FATAL = Script(statuses=("IN_QUEUE", "FATAL"), document=Document.error_details("Internal error"))


class Month:
    """The schedules of a fleet, fired at the machine one after the other, each execution taken to its end."""

    def __init__(self, stage: Harness, text: str, folder: Path) -> None:
        self.stage, self.report_config, self.file = stage, report_config_of(text, folder), folder / "reports.toml"
        stage.authorize("A2ACME")
        self.machine: Machine = stage.machine()
        self.discovery: Machine = stage.machine(stage.template.definition("Discovery"))
        self.ended: dict[str, ExecutionResult] = {}

    def fire(self, timing: ScheduleTiming, due: datetime) -> None:
        """Let a schedule fire at its time."""
        self.stage.clock.now = max(self.stage.clock.now, due.astimezone(UTC))
        invocation: ScheduleInvocation = {
            "schedule": timing.schedule,
            "timeZone": timing.time_zone,
            "flexibleMinutes": timing.flexible_minutes,
            "scheduledTime": due.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        self.start(list(due_at(invocation, report_config=self.report_config)))

    def fire_once(self) -> ExecutionResult:
        """Let the only schedule fire, in the morning of 21 November, and return how its only execution ended."""
        (timing,) = self.report_config.timings
        self.fire(timing, datetime(2026, 11, 21, 6, tzinfo=UTC))
        (ended,) = self.ended.values()
        return ended

    def start(self, wanted: list[ScheduledExecution]) -> None:
        """Start executions, and take them to their ends."""
        machines = Environment(state_machine_arn=self.machine.arn, discovery_machine_arn=self.discovery.arn)
        Executions(stepfunctions=self.machine.client, environment=machines).start_all(wanted, context=Context(60))
        self.end()

    def end(self) -> None:
        """Take what was started to its end."""
        for machine in (self.machine, self.discovery):
            listed = machine.client.get_paginator("list_executions").paginate(stateMachineArn=machine.arn)
            for one in (one for page in listed for one in page["executions"] if one["name"] not in self.ended):
                self.ended[one["name"]] = machine.execution(one["executionArn"]).result()

    def due(self, days: int) -> list[tuple[datetime, ScheduleTiming]]:
        """Return all schedule invocations of so many days from now, in order."""
        since = self.stage.clock.now
        times = ((due, timing) for timing in self.report_config.timings for due in self._of(timing, since, days))
        return sorted(times, key=lambda one: one[0])

    def _of(self, timing: ScheduleTiming, since: datetime, days: int) -> Any:
        return due_times(timing, since=since, until=since + timedelta(days=days))


def daily(stage: Harness, tmp_path: Path) -> Month:
    """Return a month of one selling partner's daily report."""
    return Month(stage, f'{PARTNER}marketplaceIds = ["DE"]\n' + report(period='"previous-day"'), tmp_path)


@pytest.mark.exhaustive
def test_the_plan_counts_what_a_simulated_month_does(stage: Harness, tmp_path: Path) -> None:
    weekly = {"reportType": f'"{SEARCH_TERMS}"', "reportOptions": '{reportPeriod = "WEEK"}'}
    text = (
        f'{PARTNER}marketplaceIds = ["DE", "FR"]\n'
        + report(period='"previous-day"', schedule='"cron(0 6 1,15 * ? *)"', lookbackDays="2")
        + report(**weekly, period='"previous-week"', schedule='"cron(0 6 ? * WED *)"')
        # Four schedule invocations for one window: it is asked for once.
        + report(reportType=f'"{RETURNS}"', period='"previous-month"', schedule='"cron(0 0/6 3 * ? *)"')
        + report(reportType=f'"{SETTLEMENT}"', schedule='"cron(0 6 ? * TUE *)"')
    )
    month = Month(stage, text, tmp_path)
    planned = forecast(month.report_config, now=stage.clock.now, polls=3)
    for due, timing in month.due(DAYS):
        month.fire(timing, due)
    outcomes = month.ended.values()
    counted = stage.simulator.count()
    assert planned["executions"] == len(outcomes) == 2 * 3 + 4 * 2 + 4 + 4
    assert planned["discoveries"] == counted["getReports"] == 4
    assert planned["createReport"] == counted["createReport"] == 2 * 3 + 4 * 2 + 1
    assert planned["getReportDocument"] == counted["getReportDocument"]
    assert planned["transitions"] == sum(len(ended.states) for ended in outcomes)
    assert {ended.output["outcome"] for ended in outcomes} == {"LANDED", "ALREADY_LANDED", "LISTED"}
    assert [call for call in stage.simulator.calls if call.status == 429] == []


def test_gaps_are_those_windows_that_failed_and_those_that_nobody_has_asked_for(stage: Harness, tmp_path: Path) -> None:
    month = daily(stage, tmp_path)
    landed, failed, missed, _ = month.due(4)
    month.fire(landed[1], landed[0])
    stage.simulator.script(ORDERS, FATAL)
    month.fire(failed[1], failed[0])
    stage.simulator.script(ORDERS, Script())
    stage.clock.now = missed[0] + timedelta(hours=2)
    ledger = Ledger(dynamodb=boto3.client("dynamodb"), table=TABLE, retention=timedelta(days=90))
    gaps = find_gaps(month.report_config, ledger=ledger, now=stage.clock.now, days=3)
    assert gaps.found["reports"] == [
        {
            "sellingPartner": "acme",
            "sellingPartnerId": "A2ACME",
            "reportType": ORDERS,
            "landed": 1,
            "no data": 0,
            "in flight": 0,
            "failed": 1,
            "missing": 1,
        }
    ]
    assert [(gap["kind"], gap["input"]["dataStartTime"][:10]) for gap in gaps.found["gaps"]] == [
        ("failed", "2026-11-21"),
        ("missing", "2026-11-22"),
    ]
    month.start(gaps.missing)
    assert all(ended.invocations[0].event["input"].get("background") for ended in list(month.ended.values())[2:])
    with mock.patch.object(dependencies, "REPORTS", month.file):
        counted = stage.handler("find_gaps")({}, Context(60))
    assert counted == {"landed": 2, "no data": 0, "in flight": 0, "failed": 1, "missing": 27}
    found = json.loads(stage.objects()["gaps/date=2026-11-23.json"])
    assert len(found["gaps"]) == 28


@pytest.mark.parametrize(("look_back", "allowed"), [(31, True), (33, False)])
def test_more_than_a_limit_allows_in_the_long_run_is_refused(look_back: int, allowed: bool, tmp_path: Path) -> None:
    daily = {"reportType": '"GET_SALES_AND_TRAFFIC_REPORT"', "period": '"previous-day"'}
    # The limit is 96 a day: three marketplaces, and so many days and one each.
    text = f'{PARTNER}marketplaceIds = ["DE", "FR", "IT"]\n' + report(**daily, lookbackDays=str(look_back))
    sentence = r"^reports.toml:9: reports\[0\].schedule is too often: acme would ask for"
    with nullcontext() if allowed else pytest.raises(InvalidReports, match=sentence):
        report_config_of(text, tmp_path)


@pytest.mark.parametrize(
    ("marketplaces", "schedule", "allowed"),
    [
        # A cooldown of four hours, in each marketplace.
        (("DE", "FR"), "rate(6 hours)", True),
        (("DE", "DE"), "rate(6 hours)", False),
        (("DE", "DE"), "rate(8 hours)", True),
    ],
)
def test_a_cooldown_is_a_limit_in_each_marketplace(
    marketplaces: tuple[str, str], schedule: str, allowed: bool, tmp_path: Path
) -> None:
    text = f'{PARTNER}marketplaceIds = ["DE", "FR"]\n' + "".join(
        report(
            reportType='"GET_FBA_FULFILLMENT_INVENTORY_HEALTH_DATA"',
            schedule=f'"{schedule}"',
            marketplaceIds=f'["{one}"]',
        )
        for one in marketplaces
    )
    with nullcontext() if allowed else pytest.raises(InvalidReports, match=r"a cooldown of 4 hours\) allows"):
        report_config_of(text, tmp_path)


def reset(stage: Harness) -> None:
    """Let nothing go wrong any more."""
    stage.before = lambda _: None
    for operation in ("createReport", "getReport"):
        stage.simulator.fail(operation, [])


def look(month: Month) -> list[tuple[str, str]]:
    """Let Find gaps run on the stage, and return what it did about which errors."""
    month.stage.environment["STATE_MACHINE_ARN"] = month.machine.arn
    with mock.patch.object(dependencies, "REPORTS", month.file):
        month.stage.handler("find_gaps")({}, Context(60))
    found = json.loads(month.stage.objects()[f"gaps/date={month.stage.clock.now:%Y-%m-%d}.json"])
    return [(each["error"], each["repeated"]) for each in found["repeated"]]


def test_what_failed_for_a_reason_that_passes_goes_on_by_itself_three_times_at_most(
    stage: Harness, tmp_path: Path
) -> None:
    month = daily(stage, tmp_path)
    stage.simulator.script(ORDERS, Script(statuses=("DONE",)))
    stage.simulator.fail("getReport", Fault(status=503))
    failed = month.fire_once()
    assert failed.error == "SpApiUnavailable"
    stage.clock.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with redrivable(month.machine, now=stage.clock.read) as redriven:
        for day in range(3):
            assert look(month) == [("SpApiUnavailable", "REDRIVEN")]
            if day == 2:
                reset(stage)
            ended = month.machine.execution(failed.arn).result()
            stage.clock.now = datetime(2026, 11, 22 + day, 12, tzinfo=UTC)
        assert ended.output["outcome"] == "LANDED"
        assert look(month) == []
    assert redriven == {failed.arn: 3}
    assert stage.simulator.count()["createReport"] == 1


@pytest.mark.parametrize(
    ("fault", "refused", "repeated"),
    [
        (Fault(status=403, details="The application does not have access"), "", []),
        pytest.param(Fault(status=503), "", [("SpApiUnavailable", "REDRIVEN")] * 3, marks=pytest.mark.exhaustive),
    ],
)
def test_what_does_not_pass_and_what_was_tried_three_times_is_left_to_a_person(
    stage: Harness, tmp_path: Path, fault: Fault, refused: str, repeated: list[tuple[str, str]]
) -> None:
    month = daily(stage, tmp_path)
    stage.simulator.fail("getReport", fault)
    failed = month.fire_once()
    done: list[tuple[str, str]] = []
    with redrivable(month.machine, refused=failed.arn if refused else "", now=stage.clock.read):
        for day in range(4):
            stage.clock.now = datetime(2026, 11, 21 + day, 12, tzinfo=UTC)
            done += look(month)
            month.machine.execution(failed.arn).result()
    assert done == repeated
    assert stage.simulator.count()["createReport"] == 1


def test_what_failed_before_it_could_be_written_down_goes_on_by_itself(stage: Harness, tmp_path: Path) -> None:
    month = daily(stage, tmp_path)
    away = EndpointConnectionError(endpoint_url="https://aws.example")
    aws_fails("create_report", "PutItem", away, times=99)(stage)
    failed = month.fire_once()
    assert (failed.error, stage.entries()) == ("AwsUnavailable", [])
    stage.around = lambda _: nullcontext()
    stage.clock.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with redrivable(month.machine, now=stage.clock.read):
        # The days before are missing too, and nobody has asked for them.
        assert look(month) == [("AwsUnavailable", "REDRIVEN")]
        assert month.machine.execution(failed.arn).result().output["outcome"] == "LANDED"
        assert look(month) == []
    assert stage.simulator.count()["createReport"] == 1


def test_what_step_functions_does_not_redrive_is_started_again_and_amazon_is_asked_for_no_second_report(
    stage: Harness, tmp_path: Path
) -> None:
    month = daily(stage, tmp_path)
    stage.simulator.script(ORDERS, Script(statuses=("DONE",)))
    stage.simulator.fail("getReport", Fault(status=503))
    failed = month.fire_once()
    stage.clock.now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with redrivable(month.machine, refused=failed.arn, now=stage.clock.read) as redriven:
        assert look(month) == [("SpApiUnavailable", "STARTED")]
        # A look that is repeated starts nothing twice.
        look(month)
        reset(stage)
        month.end()
        assert [ended.status for ended in month.ended.values()] == ["FAILED", "SUCCEEDED"]
        stage.clock.now = datetime(2026, 11, 22, 12, tzinfo=UTC)
        assert look(month) == []
    assert redriven == {}
    assert stage.simulator.count()["createReport"] == 1


@pytest.mark.exhaustive
def test_a_report_that_was_overdue_is_asked_for_again_once_a_day_for_three_days(stage: Harness, tmp_path: Path) -> None:
    month = daily(stage, tmp_path)
    stage.simulator.script(ORDERS, Script(statuses=("IN_QUEUE",)))
    month.fire_once()
    done: list[tuple[str, str]] = []
    with redrivable(month.machine, now=stage.clock.read):
        for day in range(5):
            stage.clock.now = datetime(2026, 11, 21 + day, 12, tzinfo=UTC)
            done += look(month)
            # A look that is repeated starts nothing twice.
            look(month)
            month.end()
    assert done == [("ReportOverdue", "STARTED")] * 3
    assert [ended.error for ended in month.ended.values()] == ["ReportOverdue"] * 4
    assert all(ended.invocations[0].event["input"].get("background") for ended in list(month.ended.values())[1:])


def test_with_the_context_s_switch_nothing_is_repeated(stage: Harness, tmp_path: Path) -> None:
    month = daily(stage, tmp_path)
    stage.environment["REPEAT_FAILED"] = "false"
    with mock.patch.object(dependencies, "REPORTS", month.file):
        stage.handler("find_gaps")({}, Context(60))
    assert "repeated" not in json.loads(stage.objects()[f"gaps/date={stage.clock.now:%Y-%m-%d}.json"])
