"""Reports that Amazon has already: got by their ids, never asked for, and each document landed once."""

import pytest

from local.simulator import Script
from tests.testing.harness import SOON_OVERDUE, Harness
from tests.testing.reports_by_id import DONE, PARTNER, SETTLEMENT, input_of, made
from tests.testing.scenario_steps import COOLING, FATAL, ORDERS, play
from tests.testing.state_sequences import CREATED, LANDED, TURN


def test_a_report_that_amazon_has_lands_without_being_asked_for(stage: Harness) -> None:
    report = made(stage)
    ended = play(stage, input_of(report))
    assert ended.states == [*CREATED, *TURN, *LANDED]
    assert ended.waits == [1]
    assert stage.calls(ended) == {"getReport": 1, "getReportDocument": 1, "document": 1}
    # What its window is, Amazon says.
    shown = report.view()
    assert (ended.output["dataStartTime"], ended.output["dataEndTime"]) == (
        shown["dataStartTime"],
        shown["dataEndTime"],
    )
    assert f"/reportType={SETTLEMENT}/date=2026-11-19/{report.report_id}." in ended.output["key"]
    (entry,) = stage.entries()
    assert [step["status"] for step in entry.history] == ["REQUESTED", "LANDED"]
    again = play(stage, input_of(report))
    assert again.states == [*CREATED, "Already landed"]
    assert again.output == {**ended.output, "outcome": "ALREADY_LANDED"}


def test_what_amazon_makes_by_itself_is_refused_without_an_id(stage: Harness) -> None:
    ended = play(stage, {**PARTNER, "reportType": SETTLEMENT})
    assert (ended.error, stage.simulator.calls) == ("InvalidRequest", [])
    assert ended.cause
    assert ended.cause.startswith(f"Amazon makes {SETTLEMENT} by itself and takes no request for it: ")


def test_a_document_that_two_reports_share_lands_once(stage: Harness) -> None:
    shared = Script(statuses=("DONE",), document=DONE.document, report_document_id="amzn1.spdoc.1.4.eu.cached")
    first, second = (made(stage, shared) for _ in range(2))
    landed, found = (play(stage, input_of(each)) for each in (first, second))
    assert found.states == [*CREATED, *TURN, "Handle done", "Landing outcome", "Already landed"]
    assert found.output == {
        **landed.output,
        "outcome": "ALREADY_LANDED",
        "reportId": second.report_id,
        "dataStartTime": second.view()["dataStartTime"],
        "dataEndTime": second.view()["dataEndTime"],
    }
    counted = stage.simulator.count()
    assert (counted["getReport"], counted["getReportDocument"], counted["document"]) == (2, 1, 1)
    assert len(stage.objects()) == 2
    assert [entry.status for entry in stage.entries()] == ["LANDED", "LANDED"]


def test_a_shared_document_that_is_not_in_the_bucket_any_more_lands_again(stage: Harness) -> None:
    shared = Script(statuses=("DONE",), document=DONE.document, report_document_id="amzn1.spdoc.1.4.eu.cached")
    first = play(stage, input_of(made(stage, shared)))
    stage.s3.delete_object(Bucket=first.output["bucket"], Key=first.output["manifestKey"])
    again = play(stage, input_of(made(stage, shared)))
    assert again.output["outcome"] == "LANDED"
    assert again.output["key"] != first.output["key"]


def test_one_that_came_to_nothing_is_not_asked_for_again(stage: Harness) -> None:
    ended = play(stage, input_of(made(stage, FATAL)))
    assert ended.states == [*CREATED, *TURN * 2, "Handle fatal", "Fatal outcome", "Report fatal"]
    cancelled = made(stage, Script(statuses=("IN_PROGRESS", "CANCELLED")), report_type=COOLING.input["reportType"])
    ended = play(stage, input_of(cancelled))
    assert ended.states[-1] == "No data"
    counted = stage.simulator.count()
    assert (counted["createReport"], counted["getReports"]) == (0, 0)


def test_one_that_stays_in_the_queue_is_left_to_whom_it_belongs(stage: Harness) -> None:
    stage.environment = SOON_OVERDUE
    report = made(stage, Script(statuses=("IN_QUEUE",)))
    ended = play(stage, input_of(report))
    assert (ended.error, stage.simulator.count()["cancelReport"]) == ("ReportOverdue", 0)
    assert (report.cancelled, [entry.status for entry in stage.entries()]) == (None, ["OVERDUE"])


def test_a_report_of_another_type_does_not_land_under_a_wrong_name(stage: Harness) -> None:
    report = made(stage)
    ended = play(stage, input_of(report, reportType="GET_V2_SETTLEMENT_REPORT_DATA_XML"))
    assert (ended.states[-1], ended.error, stage.objects()) == ("Get report", "ReportOfAnotherType", {})
    assert ended.cause
    assert f"report {report.report_id} is {SETTLEMENT}" in ended.cause


@pytest.mark.parametrize("key", ["dataStartTime", "period", "reportOptions", "refresh"])
def test_what_an_id_already_says_is_not_said_twice(stage: Harness, key: str) -> None:
    given = {**ORDERS.input, "period": "previous-day", "reportOptions": {}, "refresh": True}
    ended = play(stage, input_of(made(stage), **{key: given[key]}))
    assert ended.cause == f"the input has both reportId and {key}: a report that Amazon has is as it was made"
