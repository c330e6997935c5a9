"""Plays that need more than a scenario: somebody else at Amazon, two starts at once, a quota that is used up."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from lambdas.quota.reservations import QuotaReservations
from lambdas.quota.usage_plans import PLANS
from lambdas.request import parsing as requests
from local.scenarios import Scenario
from local.simulator import Script
from tests.testing.harness import TABLE, Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.small_parts import BY_NAME

ORDERS = BY_NAME["done, gzip TSV in Cp1252"]  # no quota of its own, no cooldown
COOLING = BY_NAME["throttled again and again"]  # its type has a cooldown of half an hour
CANCELLED = Script(statuses=("IN_QUEUE", "IN_PROGRESS", "CANCELLED"))
FATAL = Script(statuses=("IN_QUEUE", "FATAL"))


def play(
    stage: Harness, given: Mapping[str, Any], *scripts: Script, definition: Mapping[str, Any] | None = None
) -> ExecutionResult:
    """Execute an input; each report that it asks for behaves by the next script, the last for all further ones."""
    if scripts:
        stage.simulator.script(given["reportType"], *scripts)
    return stage.run(Scenario(name="", input=given, script=None, ends=None), definition)


def beside(
    stage: Harness,
    given: Mapping[str, Any],
    script: Script,
    *,
    definition: Mapping[str, Any] | None = None,
    starts: int = 2,
) -> list[ExecutionResult]:
    """Start executions with the same input at once, and return their outcomes: the one that asked first."""
    stage.simulator.script(given["reportType"], script)
    stage.authorize(given["sellingPartnerId"])
    machine = stage.machine(definition)
    outcomes = [execution.result() for execution in [machine.start(given) for _ in range(starts)]]
    return sorted(outcomes, key=lambda ended: "Get report" not in ended.states)


def somebody_asked(stage: Harness, *, seconds_ago: float) -> None:
    """Let another application have got a report of the cooling type."""
    stage.simulator.add_report(
        COOLING.input["reportType"],
        Script(statuses=("DONE",)),
        selling_partner_id=COOLING.input["sellingPartnerId"],
        marketplace_ids=COOLING.input["marketplaceIds"],
        age=seconds_ago,
    )


def somebody_is_always_sooner(stage: Harness) -> None:
    """Let another application get a report of the cooling type before each of ours."""

    def ask(module: str) -> None:
        if module == "handle_cancelled":
            somebody_asked(stage, seconds_ago=300)

    stage.before = ask


def somebody_cancels(stage: Harness) -> None:
    """Let somebody cancel the report while it is in the queue."""

    def cancel(module: str) -> None:
        if module == "get_report" and stage.simulator.count()["getReport"] == 1:
            (report,) = stage.simulator.reports
            report.cancelled = stage.clock.seconds()

    stage.before = cancel


def use_up_documents(stage: Harness, given: Mapping[str, Any], *, at: str) -> None:
    """Use up the selling partner's quota of getReportDocument once, just before this function runs."""
    pace = QuotaReservations(
        dynamodb=stage.dynamodb,
        table=TABLE,
        request=requests.parse_request(given, now=stage.clock.now),
        waited=False,
        retention=timedelta(days=90),
        type_quotas=(),
    )
    used: list[str] = []

    def use_up(module: str) -> None:
        if module == at and not used:
            used.append(module)
            for _ in range(PLANS["getReportDocument"].burst):
                pace.admit("getReportDocument")

    stage.before = use_up
