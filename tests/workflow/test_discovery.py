"""Discovery: what Amazon makes by itself is listed page after page, and each new report landed, once."""

from collections.abc import Sequence
from typing import Any
from unittest import mock

import pytest

from lambdas.quota.gcra import BURST_RESERVED_FOR_FOREGROUND
from local.simulator import Document, Fault, Script
from tests.testing.harness import Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.machine.lint import lint
from tests.testing.template import Template
from tests.workflow.test_by_id import PARTNER, SETTLEMENT, input_of, made

LISTED = ["List reports", "Listing outcome"]
INPUT = {**PARTNER, "reportType": SETTLEMENT}
SHARED = Script(statuses=("DONE",), report_document_id="amzn1.spdoc.1.4.eu.cached", document=Document.tsv([["a", "b"]]))


class Discoverying:
    """Both machines: the one that lists, and the one that lands."""

    def __init__(self, stage: Harness) -> None:
        stage.authorize(PARTNER["sellingPartnerId"])
        self.reports = stage.machine()
        stage.environment["STATE_MACHINE_ARN"] = self.reports.arn
        self._machine = stage.machine(stage.template.definition("Discovery"))
        self._known: set[str] = set()

    def discovery(self, **changes: Any) -> tuple[ExecutionResult, Sequence[ExecutionResult]]:
        """Return how a discovery has ended, and how the executions that it has started."""
        ended = self._machine.execute({**INPUT, **changes})
        listed = self.reports.client.list_executions(stateMachineArn=self.reports.arn)["executions"]
        new = [each for each in listed if each["executionArn"] not in self._known]
        self._known |= {each["executionArn"] for each in new}
        return ended, [self.reports.execution(each["executionArn"]).result() for each in new]


@pytest.fixture
def discovering(stage: Harness) -> Discoverying:
    return Discoverying(stage)


def test_what_is_done_and_new_lands_once(stage: Harness, discovering: Discoverying) -> None:
    reports = [made(stage), made(stage, SHARED), made(stage, SHARED)]
    made(stage, Script(statuses=("IN_PROGRESS",)))
    made(stage, report_type="GET_V2_SETTLEMENT_REPORT_DATA_XML")
    ended, started = discovering.discovery()
    assert ended.states == [*LISTED, "Reports listed"]
    assert (ended.output["found"], ended.output["started"]) == (3, 3)
    assert sorted(each.output["outcome"] for each in started) == ["ALREADY_LANDED", "LANDED", "LANDED"]
    assert {each.output["reportId"] for each in started} == {report.report_id for report in reports}
    counted = stage.simulator.count()
    assert (counted["createReport"], counted["getReports"], counted["getReportDocument"]) == (0, 1, 2)
    stage.clock.pass_by(86_400)
    late = made(stage, age=0)
    ended, started = discovering.discovery()
    assert (ended.output["found"], ended.output["started"]) == (4, 1)
    assert [each.output["reportId"] for each in started] == [late.report_id]


def test_pages_and_the_quota_are_waited_for(stage: Harness, discovering: Discoverying) -> None:
    for _ in range(2):
        made(stage)
    with mock.patch("lambdas.spapi.reports.PAGE_SIZE", "1"):
        ended, started = discovering.discovery()
        assert ended.states == [*LISTED, "Wait for quota", *LISTED, "Reports listed"]
        assert ended.waits == [1]
        assert ended.output["started"] == len(started) == 2
        # What a burst leaves to the others is not used up by listing.
        waits = [discovering.discovery()[0].waits for _ in range(4)]
    assert [call for call in stage.simulator.calls if call.status == 429] == []
    assert waits[0] == [1]
    assert max(waits[-1]) > 1
    assert BURST_RESERVED_FOR_FOREGROUND > 0


def test_a_page_that_failed_half_way_starts_nothing_twice(stage: Harness, discovering: Discoverying) -> None:
    for _ in range(3):
        made(stage)
    stage.simulator.fail("getReports", [Fault(status=500, after=True)])
    ended, started = discovering.discovery()
    assert [retry.error for retry in ended.retries] == ["SpApiUnavailable"]
    assert len(started) == ended.output["started"] == 3


def test_what_an_execution_is_at_work_on_is_left_to_it_and_what_one_left_behind_is_not(
    stage: Harness, discovering: Discoverying
) -> None:
    report = made(stage)
    at_work = discovering.reports.start(input_of(report))
    stage.simulator.fail("getReport", Fault(status=403))
    failed = at_work.result()
    assert failed.error == "SpApiForbidden"
    stage.simulator.fail("getReport", [])
    stage.clock.pass_by(60)
    discovering._known.add(failed.arn)
    _, (again,) = discovering.discovery()
    assert again.output["outcome"] == "LANDED"


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"days": 90}, "days is '90'; allowed is a whole number from 1 to 89"),
        (
            {"reportId": "1"},
            "the input must be a JSON object of sellingPartnerId, reportType, marketplaceIds, days, and ",
        ),
        ({"marketplaceIds": []}, "marketplaceIds is []; allowed is a list of 1 to 25 strings"),
    ],
)
def test_an_input_that_is_wrong_is_refused_in_a_sentence(
    stage: Harness, discovering: Discoverying, changes: dict[str, Any], cause: str
) -> None:
    ended, started = discovering.discovery(**changes)
    assert (ended.states[-1], started, stage.simulator.calls) == ("Invalid request", [], [])
    assert ended.cause
    assert ended.cause.startswith(cause)


def test_the_definition_is_clean(template: Template) -> None:
    outputs = {"List reports": {"outcome", "poll.waitSeconds"}}
    values = {"Listing outcome": {"WAIT", "LISTED"}}
    assert lint(template.definition("Discovery"), outputs=outputs, values=values) == []
