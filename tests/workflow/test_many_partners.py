"""A configuration on the executed machine: its schedules fire, the plan had it right, and gaps are found and closed."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import boto3
import pytest

from lambdas import dependencies
from lambdas.environment import Environment
from lambdas.executions import Executions
from lambdas.gaps import find_gaps
from lambdas.handlers.start_reports import due_at
from lambdas.ledger.table import Ledger
from lambdas.schedules.due_times import due_times
from lambdas.schedules.report_config import ScheduleTiming
from lambdas.schedules.scheduled_executions import ScheduledExecution
from local.simulator import Document, Script
from planning.forecast import forecast
from planning.load import InvalidReports
from planning.workload import DAYS
from tests.lambdas.handlers.test_start_reports import SETTLEMENT, Time
from tests.testing.harness import TABLE, Harness
from tests.testing.reports_files import ORDERS, SEARCH_TERMS, report, report_config_of

if TYPE_CHECKING:
    from lambdas.payloads import ScheduleInvocation
    from tests.testing.machine.engine import Machine
    from tests.testing.machine.execution_result import ExecutionResult

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

    def start(self, wanted: list[ScheduledExecution]) -> None:
        """Start executions, and take them to their ends."""
        machines = Environment(state_machine_arn=self.machine.arn, discovery_machine_arn=self.discovery.arn)
        Executions(stepfunctions=self.machine.client, environment=machines).start_all(wanted, context=Time())
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
    month = Month(stage, f'{PARTNER}marketplaceIds = ["DE"]\n' + report(period='"previous-day"'), tmp_path)
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
        counted = stage.handler("find_gaps")({}, Time())
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
