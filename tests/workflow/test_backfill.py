"""Backfill: each window is asked for once, a red one stops nothing, and the same input again asks for what is left.

The engine has no Map: here a function stands in for `Each window`, which runs the report machine as the Map would;
tests/e2e/test_backfill.py runs the Map itself.
"""

import json
from typing import Any

import pytest

from local.simulator import Fault, Script
from tests.testing.backfill_machine import INPUT, WHY, backfill_machine, unfolded
from tests.testing.fault_injection import before, lambda_fails
from tests.testing.harness import BUCKET, Harness
from tests.testing.machine.engine import Execution
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.machine.lint import lint
from tests.testing.scenario_steps import CANCELLED, ORDERS
from tests.testing.template import Template

PLANNED = ["Plan backfill", "Each window", "Summarize backfill", "Backfill outcome"]


def backfilled(stage: Harness, name: str, **changes: Any) -> tuple[ExecutionResult, list[ExecutionResult]]:
    """Return how a backfill has ended, and its windows."""
    stage.authorize(INPUT["sellingPartnerId"])
    windows: list[ExecutionResult] = []
    machine = backfill_machine(stage, stage.machine(), windows)
    return machine.execute({**INPUT, **changes}, name=name), windows


def summary(stage: Harness, name: str) -> list[dict[str, Any]]:
    body = stage.s3.get_object(Bucket=BUCKET, Key=f"backfills/{name}.json")["Body"].read()
    windows: list[dict[str, Any]] = json.loads(body)["windows"]
    return windows


def test_a_red_window_stops_nothing_and_the_same_input_again_asks_for_it_alone(stage: Harness) -> None:
    stage.simulator.script(ORDERS.input["reportType"], Script(), WHY, CANCELLED, Script())
    ended, windows = backfilled(stage, "first")
    assert ended.states == [*PLANNED, "Backfill incomplete"]
    assert sorted(window.states[-1] for window in windows) == [
        "No data",
        "Report fatal",
        *["Report landed"] * 3,
    ]
    listed = summary(stage, "first")
    assert [line["dataStartTime"][:10] for line in listed] == [f"2026-11-0{day}" for day in range(1, 6)]
    (fatal,) = (line for line in listed if line["outcome"] == "FATAL")
    assert (ended.error, fatal["cause"]) == ("BackfillIncomplete", "why")
    assert ended.cause == (
        f"1 of 5 windows are not complete: {fatal['dataStartTime'][:10]} (FATAL). The same input started again asks "
        f"for these only; s3://{BUCKET}/backfills/first.json lists them all"
    )
    asked = stage.simulator.count()["createReport"]
    again, (window,) = backfilled(stage, "again")
    assert again.states == [*PLANNED, "Backfill complete"]
    assert (window.output["outcome"], window.output["dataStartTime"]) == ("LANDED", fatal["dataStartTime"])
    assert stage.simulator.count()["createReport"] == asked + 1
    assert again.output["outcomes"] == {"LANDED": 4, "NO_DATA": 1}


def stopped(stage: Harness) -> tuple[Execution, list[ExecutionResult]]:
    """Return a backfill that was stopped when two windows had landed, two were in flight, and one not yet started."""
    stage.authorize(INPUT["sellingPartnerId"])
    windows: list[ExecutionResult] = []
    reports = stage.machine()
    backfill = backfill_machine(stage, reports, windows, at_once=2).start(INPUT, name="first")

    def stop(function: str) -> None:
        if function == "get_report" and len(windows) == 2:
            running = reports.client.list_executions(stateMachineArn=reports.arn, statusFilter="RUNNING")["executions"]
            for each in (backfill, *(reports.execution(one["executionArn"]) for one in running)):
                each.stop()

    stage.before = stop
    ended = backfill.result()
    stage.before = lambda _: None
    assert (ended.status, ended.states) == ("ABORTED", PLANNED[:2])
    assert [window.status for window in windows] == ["SUCCEEDED", "SUCCEEDED", "ABORTED", "ABORTED"]
    return backfill, windows


@pytest.mark.parametrize("redriven", [True, pytest.param(False, marks=pytest.mark.exhaustive)])
def test_a_stopped_one_goes_on_by_a_redrive_or_by_the_same_input_and_asks_for_nothing_twice(
    stage: Harness, redriven: bool
) -> None:
    backfill, windows = stopped(stage)
    if redriven:
        ended, left = backfill.redrive().result(), windows[4:]  # what follows the outcomes of before
        assert (ended.states, ended.output["key"]) == ([*PLANNED[1:], "Backfill complete"], "backfills/first.json")
    else:
        ended, left = backfilled(stage, "again")
    begun = [window.invocations[0].result["result"]["outcome"] for window in left]
    assert begun == ["ADOPTED", "ADOPTED", "CREATED"]
    assert ended.output["outcomes"] == {"LANDED": 5}
    assert stage.simulator.count()["createReport"] == stage.simulator.count()["getReportDocument"] == 5


@pytest.mark.parametrize(("function", "state"), [("plan_backfill", 0), ("summarize_backfill", 2)])
def test_what_failed_beside_the_windows_goes_on_from_there(stage: Harness, function: str, state: int) -> None:
    stage.authorize(INPUT["sellingPartnerId"])
    before(function, lambda_fails("Runtime.ImportModuleError"))(stage)
    windows: list[ExecutionResult] = []
    backfill = backfill_machine(stage, stage.machine(), windows).start({**INPUT, "to": "2026-11-02"})
    failed = backfill.result()
    assert (failed.error, failed.states) == ("Runtime.ImportModuleError", PLANNED[: state + 1])
    redriven = backfill.redrive().result()
    assert redriven.states == [*PLANNED[state:], "Backfill complete"]
    assert (len(windows), stage.simulator.count()["createReport"]) == (2, 2)


def test_the_windows_are_asked_for_in_the_background(stage: Harness) -> None:
    ended, windows = backfilled(stage, "one", to="2026-11-01")
    assert ended.output["windows"] == 1
    assert windows[0].invocations[0].event["input"] == {
        **{key: INPUT[key] for key in ("sellingPartnerId", "reportType", "marketplaceIds")},
        "dataStartTime": "2026-11-01T00:00:00Z",
        "dataEndTime": "2026-11-01T23:59:59Z",
        "background": True,
    }


def test_a_window_whose_execution_failed_is_unfinished(stage: Harness) -> None:
    stage.simulator.fail("createReport", Fault(status=403))
    ended, _ = backfilled(stage, "one", to="2026-11-01")
    (line,) = summary(stage, "one")
    assert (ended.error, line["outcome"]) == ("BackfillIncomplete", "UNFINISHED")


def test_what_cannot_be_sliced_is_refused_in_a_sentence_before_anything_starts(stage: Harness) -> None:
    ended, windows = backfilled(stage, "one", period="MONTH")
    assert (ended.error, windows) == ("InvalidRequest", [])
    assert ended.cause == (f"period is MONTH; {INPUT['reportType']} spans 30 days at most: DAY, WEEK")


def test_the_definition_is_clean(template: Template) -> None:
    outer, inner = unfolded(template.definition("Backfill"))
    outputs = {
        "Plan backfill": {"name", "given", "windows"},
        "Summarize backfill": {"outcome", "cause"},
    }
    assert lint(outer, outputs=outputs, values={"Backfill outcome": {"COMPLETE", "INCOMPLETE"}}) == []
    assert lint(inner, input_keys={"name", "given", "window"}, outputs={"Get window": {"Status"}}) == []


def test_the_map_bounds_its_executions_and_lets_every_window_have_its_turn(template: Template) -> None:
    each = template.definition("Backfill")["States"]["Each window"]
    assert (each["MaxConcurrency"], each["ToleratedFailurePercentage"]) == (60, 100)
    assert each["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert each["ItemProcessor"]["States"]["Get window"]["Resource"].endswith(":states:startExecution.sync:2")


@pytest.mark.parametrize("key", ["name", "given", "window"])
def test_each_window_gets_what_its_execution_is_made_of(template: Template, key: str) -> None:
    each = template.definition("Backfill")["States"]["Each window"]
    assert f"{key}.$" in each["ItemSelector"]
    assert f"$.{key}" in json.dumps(each["ItemProcessor"]["States"]["Get window"]["Parameters"])
