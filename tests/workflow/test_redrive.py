"""A redriven execution goes on from where it failed or was stopped, lands, and asks Amazon for no second report."""

from collections.abc import Callable
from typing import Any

import pytest

from local.simulator import Fault, Script
from tests.testing.harness import Harness
from tests.testing.machine.engine import Execution
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.scenario_steps import ORDERS
from tests.testing.small_parts import BY_NAME
from tests.testing.state_sequences import CREATED, LANDED, TURN

REFUSED = Fault(status=403)
DONE = Script(statuses=("DONE",))
PERSONAL = BY_NAME["done, with personal data"]
NEXT_DAY = 86_400


def failed(stage: Harness, operation: str, given: Any) -> tuple[Execution, ExecutionResult]:
    """Return an execution that failed since Amazon refused an operation, which it no longer does."""
    stage.simulator.script(given["reportType"], DONE)
    stage.simulator.fail(operation, REFUSED)
    stage.authorize(given["sellingPartnerId"])
    execution = stage.machine().start(given)
    ended = execution.result()
    stage.simulator.fail(operation, [])
    stage.clock.pass_by(NEXT_DAY)
    return execution, ended


RESTRICTED = ["Handle restricted", "Restricted landing outcome", "Report landed"]


def created(stage: Harness) -> int:
    return len([call for call in stage.simulator.calls if call.operation == "createReport" and call.status == 202])


@pytest.mark.parametrize(
    ("operation", "given", "error", "states"),
    [
        ("createReport", ORDERS.input, "SpApiForbidden", [*CREATED, *TURN, *LANDED]),
        ("getReport", ORDERS.input, "SpApiForbidden", [*TURN[1:], *LANDED]),
        ("getReportDocument", ORDERS.input, "SpApiForbidden", LANDED),
        ("createRestrictedDataToken", PERSONAL.input, "SpApiForbidden", RESTRICTED),
    ],
)
def test_what_failed_goes_on_from_its_state_and_lands(
    stage: Harness, operation: str, given: Any, error: str, states: list[str]
) -> None:
    execution, ended = failed(stage, operation, given)
    assert (ended.error, ended.states[-1]) == (error, states[0])
    redriven = execution.redrive().result()
    assert (redriven.arn, redriven.states, redriven.output["outcome"]) == (ended.arn, states, "LANDED")
    assert created(stage) == 1


def test_what_another_execution_has_landed_meanwhile_is_not_landed_again(stage: Harness) -> None:
    execution, _ = failed(stage, "getReport", ORDERS.input)
    adopted = stage.machine().execute(ORDERS.input)
    assert adopted.invocations[0].result["result"]["outcome"] == "ADOPTED"
    redriven = execution.redrive().result()
    assert redriven.output["key"] == adopted.output["key"]
    counted = stage.simulator.count()
    assert (counted["createReport"], counted["getReportDocument"], counted["document"]) == (1, 1, 1)


def test_a_createreport_without_an_answer_is_looked_for_by_the_redrive(stage: Harness) -> None:
    stage.simulator.script(ORDERS.input["reportType"], DONE)
    stage.simulator.fail("createReport", [Fault(status=500, after=True)])
    stage.simulator.fail("getReports", REFUSED)
    stage.authorize(ORDERS.input["sellingPartnerId"])
    execution = stage.machine().start(ORDERS.input)
    assert execution.result().error == "SpApiForbidden"
    stage.simulator.fail("getReports", [])
    redriven = execution.redrive().result()
    assert redriven.invocations[0].result["result"]["outcome"] == "ADOPTED"
    assert (redriven.output["outcome"], stage.simulator.count()["createReport"]) == ("LANDED", 1)


@pytest.mark.parametrize("again", [Execution.redrive, lambda stopped: stopped.machine.start(ORDERS.input)])
def test_what_was_stopped_while_amazon_made_the_report_goes_on_by_either_way(
    stage: Harness, again: Callable[[Execution], Execution]
) -> None:
    stage.authorize(ORDERS.input["sellingPartnerId"])
    execution = stage.machine().start(ORDERS.input)
    stage.before = lambda function: execution.stop() if function == "get_report" else None
    stopped = execution.result()
    assert (stopped.status, stopped.states) == ("ABORTED", [*CREATED, *TURN[:2]])
    stage.before = lambda _: None
    ended = again(execution).result()
    assert (ended.output["outcome"], stage.simulator.count()["createReport"]) == ("LANDED", 1)
