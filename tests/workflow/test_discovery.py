"""Discovery: what Amazon makes by itself is listed page after page, and each new report landed, once."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from lambdas.gaps import find_gaps
from lambdas.ledger.table import Ledger
from lambdas.quota.gcra import BURST_RESERVED_FOR_FOREGROUND
from local.simulator import Document, Fault, Script
from tests.testing.event_recorder import listening
from tests.testing.harness import TABLE, Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.machine.lint import lint
from tests.testing.reports_by_id import PARTNER, SETTLEMENT, input_of, made
from tests.testing.reports_files import report, report_config_of
from tests.testing.samples import FRANCE
from tests.testing.template import Template

LISTED = ["List reports", "Listing outcome"]
GONE = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE"
NON_AMAZON = "A2ZV50J4W1RKNI"
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
        return self._machine.execute({**INPUT, **changes}), self.new()

    def new(self) -> Sequence[ExecutionResult]:
        """Return how the executions have ended that were started since."""
        listed = self.reports.client.list_executions(stateMachineArn=self.reports.arn)["executions"]
        new = [each for each in listed if each["executionArn"] not in self._known]
        self._known |= {each["executionArn"] for each in new}
        return [self.reports.execution(each["executionArn"]).result() for each in new]


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


@pytest.mark.parametrize(
    ("tokens", "pages", "words"),
    [
        (["a"], 2, "gives the same nextToken again"),
        (["a", "b"], 3, "gives the same nextToken again"),
        (["a", "b", "c", "b"], 4, "gives the same nextToken again"),
        ([str(number) for number in range(200)], 6, "has not ended on page 5"),
    ],
)
def test_pages_that_lead_in_circles_end_red_and_start_nothing_twice(
    stage: Harness, discovering: Discoverying, tokens: Sequence[str], pages: int, words: str
) -> None:
    report = made(stage).view()
    page = [json.dumps({"reports": [report], "nextToken": tokens[number % len(tokens)]}) for number in range(pages)]
    stage.simulator.fail("getReports", [Fault(status=200, body=each) for each in page])
    with mock.patch("lambdas.handlers.list_reports.MOST_PAGES", 5):
        ended, started = discovering.discovery()
    assert ended.error == "SpApiListingEndless"
    assert ended.cause
    assert words in json.loads(ended.cause)["errorMessage"]
    assert (stage.simulator.count()["getReports"], len(started)) == (pages, 1)


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
            (
                "the input must be a JSON object of sellingPartnerId, reportType, marketplaceIds, allMarketplaces, "
                "days, and "
            ),
        ),
        ({"allMarketplaces": "yes"}, "allMarketplaces is 'yes'; allowed are true and false"),
        ({"reportType": GONE}, f"Amazon has not made {GONE} since 2026-11-11: discover {SETTLEMENT}"),
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


@pytest.mark.parametrize("marketplaces", [None, []])
def test_a_report_that_names_no_marketplace_is_for_all(
    stage: Harness, discovering: Discoverying, marketplaces: list[str] | None
) -> None:
    extra = {"marketplaceIds": marketplaces, "dataStartTime": None, "processingStartTime": None}
    report = made(stage, Script(statuses=("DONE",), document=Document.tsv([["a"], ["b"]]), extra=extra))
    ended, (landed,) = discovering.discovery()
    assert (ended.output["found"], "leftOut" in ended.output) == (1, False)
    assert (landed.output["outcome"], landed.output["reportId"]) == ("LANDED", report.report_id)
    assert landed.output["marketplaceIds"] == PARTNER["marketplaceIds"]


def elsewhere(stage: Harness, *marketplace_ids: str) -> str:
    """Return the id of a report that Amazon made for these marketplaces."""
    document = Document.tsv([["settlement-id"], [*marketplace_ids]])
    return made(
        stage, Script(statuses=("DONE",), document=document, extra={"marketplaceIds": [*marketplace_ids]})
    ).report_id


def test_reports_of_other_marketplaces_are_left_out_and_named_page_after_page(
    stage: Harness, discovering: Discoverying
) -> None:
    made(stage)
    left_out = {elsewhere(stage, FRANCE), elsewhere(stage, NON_AMAZON, FRANCE)}
    with listening(stage) as world, mock.patch("lambdas.spapi.reports.PAGE_SIZE", "1"):
        ended, started = discovering.discovery()
        told = [event for event in world.heard() if event["detail-type"] == "Reports Discovered"]
    assert (ended.output["found"], len(started)) == (1, 1)
    named = ended.output["leftOut"]
    assert (named["count"], set(named["reportIds"])) == (2, left_out)
    assert named["marketplaceIds"] == sorted([FRANCE, NON_AMAZON])
    assert "allMarketplaces" in named["reason"]
    (event,) = told
    detail = event["detail"]
    assert (detail["executionArn"], detail["leftOut"], detail["reportType"]) == (ended.arn, named, SETTLEMENT)


def test_one_switch_takes_all_of_the_accounts_reports(stage: Harness, discovering: Discoverying) -> None:
    ids = {made(stage).report_id, elsewhere(stage, FRANCE), elsewhere(stage, NON_AMAZON)}
    ended, started = discovering.discovery(allMarketplaces=True)
    assert {each.output["reportId"] for each in started} == ids
    assert all(each.output["outcome"] == "LANDED" for each in started)
    assert "leftOut" not in ended.output


def test_a_discovery_that_is_redriven_months_later_asks_for_no_more_than_amazon_lists(
    stage: Harness, discovering: Discoverying
) -> None:
    stage.simulator.fail("getReports", Fault(status=403))
    failed = discovering._machine.start(INPUT)
    assert failed.result().error == "SpApiForbidden"
    stage.simulator.fail("getReports", [])
    stage.clock.pass_by(13 * 86_400)
    report = made(stage)
    ended = failed.redrive().result()
    (landed,) = discovering.new()
    assert (ended.status, ended.output["started"], landed.output["reportId"]) == ("SUCCEEDED", 1, report.report_id)


def test_a_settlement_that_lies_between_two_that_landed_is_a_gap(
    stage: Harness, discovering: Discoverying, tmp_path: Path
) -> None:
    for start, end in (("01T00", "08T00"), ("08T00", "10T00"), ("13T00", "19T00")):
        period = {"dataStartTime": f"2026-11-{start}:00:00Z", "dataEndTime": f"2026-11-{end}:00:00Z"}
        made(stage, Script(statuses=("DONE",), document=Document.tsv([[start], [end]]), extra=period))
    assert discovering.discovery()[0].output["started"] == 3
    partner = PARTNER["sellingPartnerId"]
    seller = f'[[sellingPartners]]\nname = "acme"\nsellingPartnerId = "{partner}"\naccount = "seller"\n'
    text = f'{seller}marketplaceIds = ["DE"]\n' + report(reportType=f'"{SETTLEMENT}"')
    ledger = Ledger(dynamodb=stage.dynamodb, table=TABLE, retention=timedelta())
    found = find_gaps(report_config_of(text, tmp_path), ledger=ledger, now=stage.clock.now).found
    (row,) = found["reports"]
    assert (row["sellingPartner"], row["reportType"], row["landed"], row["missing"]) == ("acme", SETTLEMENT, 3, 1)
    (gap,) = found["gaps"]
    assert (gap["input"]["dataStartTime"][:10], gap["input"]["dataEndTime"][:10]) == ("2026-11-10", "2026-11-13")
    assert gap["reason"].startswith("the periods of two reports that Amazon made do not meet")


def test_the_definition_is_clean(template: Template) -> None:
    outputs = {"List reports": {"outcome", "poll.waitSeconds"}}
    values = {"Listing outcome": {"WAIT", "LISTED"}}
    assert lint(template.definition("Discovery"), outputs=outputs, values=values) == []
