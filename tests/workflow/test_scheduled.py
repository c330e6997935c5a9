"""What a file of reports is synthesized to, executed: its schedules fire, and discoveries land what is new.

One selling partner is authorized in two regions under one id, with a secret of its own for the one; another one's
refresh token is dead.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from local.simulator import Document, Script
from local.simulator.report import Report
from tests.assemblies import Assemblies
from tests.assemblies.variants import ACME, AMERICA, BROKEN, SETTLEMENT
from tests.testing.harness import TABLE, Harness, staged
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.samples import Context
from tests.testing.template import Template

US, DE, JP = "ATVPDKIKX0DER", "A1PA6795UKMFR9", "A1VC38T7YXB528"
DUE = {"cron(0 10 * * ? *)": "2026-11-20T10:00:00Z", "cron(0 11 * * ? *)": "2026-11-20T11:00:00Z"}


@pytest.fixture(scope="module")
def assembly_of_two_regions(assemblies: Assemblies) -> Path:
    """Return the assembly of these reports."""
    return assemblies.wait_for("two-regions")


class Scheduled:
    """The stack of these reports, on the stage: `names` are those of the executions that ran so far."""

    def __init__(self, stage: Harness) -> None:
        self.stage = stage
        self.reports = stage.machine()
        stage.environment["STATE_MACHINE_ARN"] = self.reports.arn
        self.discovery = stage.machine(stage.template.definition("Discovery"))
        stage.environment["DISCOVERY_MACHINE_ARN"] = self.discovery.arn
        self.ended: dict[str, ExecutionResult] = {}

    def fire(self, schedule: str, *, day: int = 20) -> dict[str, ExecutionResult]:
        """Let a schedule fire as the template has it, and return how the executions of both machines end, by name."""
        schedules = self.stage.template.of_type("AWS::Scheduler::Schedule").values()
        (target,) = (
            each["Properties"]["Target"]
            for each in schedules
            if each["Properties"]["ScheduleExpression"] == schedule and "Gaps" not in str(each["Properties"]["Target"])
        )
        due = DUE[schedule].replace("-20T", f"-{day}T")
        invocation = json.loads(target["Input"].replace("<aws.scheduler.scheduled-time>", due))
        self.stage.handler("start_reports")(invocation, Context(60))
        # A discovery starts reports, so they are listed after it.
        new = {name: ended for machine in (self.discovery, self.reports) for name, ended in self._new(machine)}
        self.ended |= new
        return new

    def _new(self, machine: Any) -> Iterator[tuple[str, ExecutionResult]]:
        listed = machine.client.list_executions(stateMachineArn=machine.arn)["executions"]
        started = {one["name"]: machine.execution(one["executionArn"]) for one in listed}
        yield from ((name, each.result()) for name, each in started.items() if name not in self.ended)


@pytest.fixture
def scheduled(assembly_of_two_regions: Path) -> Iterator[Scheduled]:
    (asset,) = (path.parent for path in assembly_of_two_regions.glob("asset.*/secret_names.json"))
    with staged(Template.read(assembly_of_two_regions)) as stage:
        # The simulator has two names, one for each region's endpoint.
        europe = stage.simulator.url
        america = europe.replace("127.0.0.1", "localhost")
        stage.environment |= {"SP_API_ENDPOINT": "", "DOCUMENT_ORIGINS": f"{europe} {america}"}
        # At Amazon each authorization is one of its own.
        stage.authorize(ACME, AMERICA, BROKEN)
        stage.simulator.revoke(BROKEN)
        with (
            mock.patch("lambdas.dependencies.ENDPOINTS", {"EU": europe, "NA": america, "FE": europe}),
            mock.patch("lambdas.dependencies.SECRET_NAMES", asset / "secret_names.json"),
            mock.patch("lambdas.dependencies.REPORTS", asset / "reports.toml"),
        ):
            yield Scheduled(stage)


def of_partner(ended: dict[str, ExecutionResult], name: str) -> list[ExecutionResult]:
    return [each for execution, each in ended.items() if f"-{name}-" in execution]


def hosts(stage: Harness, grant: str) -> set[str]:
    """Return which endpoints of SP-API were called with a selling partner's token."""
    calls = (call for call in stage.simulator.calls if call.operation not in ("LWA", "document"))
    return {call.host.partition(":")[0] for call in calls if call.selling_partner_id == grant}


def settlement(stage: Harness, grant: str, marketplace_id: str, **script: Any) -> Report:
    made = Script(statuses=("DONE",), document=Document.tsv([["id"], [grant]]), **script)
    return stage.simulator.add_report(
        SETTLEMENT, made, selling_partner_id=grant, marketplace_ids=[marketplace_id], age=3600
    )


def test_one_id_in_two_regions_has_two_of_everything_and_another_s_dead_token_delays_neither(
    scheduled: Scheduled,
) -> None:
    stage = scheduled.stage
    ended = scheduled.fire("cron(0 10 * * ? *)")
    (broken,) = of_partner(ended, "globex")
    assert (broken.error, broken.states, broken.waits) == ("LwaRefused", ["Create report"], [])
    both = of_partner(ended, "acme")
    assert [each.output["outcome"] for each in both] == ["LANDED"] * 2
    assert [each.retries for each in both] == [[], []]
    # The one secret's token for the one region's endpoint, and the other's for the other's.
    assert (hosts(stage, ACME), hosts(stage, AMERICA)) == ({"127.0.0.1"}, {"localhost"})
    assert [stage.simulator.count(selling_partner_id=grant)["createReport"] for grant in (ACME, AMERICA)] == [1, 1]
    assert sorted(entry.status for entry in stage.entries()) == ["LANDED", "LANDED", "QUEUED"]
    assert len({each.output["key"] for each in both}) == 2
    buckets = {
        item["entry"]["S"] for item in stage.dynamodb.scan(TableName=TABLE)["Items"] if "theoreticalArrivalMs" in item
    }
    assert {"quota#EU#createReport", "quota#NA#createReport"} <= buckets
    assert scheduled.fire("cron(0 10 * * ? *)") == {}  # the same schedule invocation once more


def test_a_discovery_that_is_scheduled_lands_what_is_new_once_for_each_region(scheduled: Scheduled) -> None:
    stage = scheduled.stage
    europe, america = settlement(stage, ACME, DE), settlement(stage, AMERICA, US)
    first = scheduled.fire("cron(0 11 * * ? *)")
    (broken,) = of_partner(first, "globex")
    assert (broken.error, broken.states) == ("LwaRefused", ["List reports"])
    listed = of_partner(first, "acme")
    assert [(each.output["found"], each.output["started"], each.retries) for each in listed] == [(1, 1, [])] * 2
    landed = [each.output for name, each in first.items() if name.startswith("discovery-")]
    assert {output["reportId"] for output in landed} == {europe.report_id, america.report_id}
    assert [output["outcome"] for output in landed] == ["LANDED"] * 2

    stage.clock.pass_by(86_400)
    settlement(stage, AMERICA, US, report_document_id=america.report_document_id)
    second = scheduled.fire("cron(0 11 * * ? *)", day=21)
    assert sorted(each.output["started"] for each in of_partner(second, "acme")) == [0, 1]
    (again,) = (each.output for name, each in second.items() if name.startswith("discovery-"))
    (before,) = (output for output in landed if output["reportId"] == america.report_id)
    # Amazon serves the same document under another id.
    assert (again["outcome"], again["key"]) == ("ALREADY_LANDED", before["key"])
    counted = stage.simulator.count()
    assert (counted["createReport"], counted["getReportDocument"], counted["document"]) == (0, 2, 2)
    assert (hosts(stage, ACME), hosts(stage, AMERICA)) == ({"127.0.0.1"}, {"localhost"})
