"""When a report is asked for, and when not: refreshes, starts at once, attempts that were too early, quotas."""

import hashlib
import json
from itertools import pairwise
from typing import Any

import pytest

from local.scenarios import NOT_YET
from local.simulator import Document, Script
from tests.testing.harness import BUCKET, SOON_OVERDUE, Harness
from tests.testing.scenario_steps import (
    CANCELLED,
    COOLING,
    FATAL,
    ORDERS,
    beside,
    play,
    somebody_asked,
    somebody_is_always_sooner,
    use_up_documents,
)
from tests.testing.small_parts import BY_NAME
from tests.testing.state_sequences import AGAIN, CREATED, DONE_CALLS, LANDED, TURN

CALLED_OFF = ["Handle cancelled", "Cancellation outcome"]
JOINED = [*CREATED, "Wait for quota"]
FOUR_ROWS = Document.tsv([["order", "sku"], *([str(number), "A"] for number in range(4))])


def history(stage: Harness) -> list[str]:
    """Return the status changes of the only request in the ledger."""
    (entry,) = stage.entries()
    return [step["status"] for step in entry.history]


def test_a_refresh_asks_again_and_takes_the_place_of_what_was_there(stage: Harness) -> None:
    first = stage.run(ORDERS)
    again = play(stage, {**ORDERS.input, "refresh": True})
    assert again.states == first.states == [*CREATED, *TURN * 3, *LANDED]
    assert again.output["outcome"] == "LANDED"
    assert stage.calls(again)["createReport"] == 2
    assert first.output["key"] == again.output["key"]
    assert set(stage.objects()) == {again.output["key"], again.output["manifestKey"]}
    (entry,) = stage.entries()
    assert (entry.execution, entry.report_id) == (again.arn, again.output["reportId"])


def test_a_refresh_says_whether_amazon_has_restated_the_report(stage: Harness) -> None:
    first = stage.run(ORDERS)
    again = {**ORDERS.input, "refresh": True}
    restated = play(stage, again, Script(document=FOUR_ROWS))
    as_before = play(stage, again, Script(document=FOUR_ROWS))
    assert [ended.output["changed"] for ended in (first, restated, as_before)] == [None, True, False]
    manifest = json.loads(stage.objects()[restated.output["manifestKey"]])
    assert [each["reportId"] for each in manifest["earlier"]] == [restated.output["reportId"], first.output["reportId"]]
    # What has not changed is not stored once more, and what has is there still.
    assert as_before.output["versionId"] == restated.output["versionId"] != first.output["versionId"]
    for ended, rows in ((first, 500), (as_before, 4)):
        place = {"Key": ended.output["key"], "VersionId": ended.output["versionId"]}
        body = stage.s3.get_object(Bucket=BUCKET, **place)["Body"].read()
        assert (hashlib.sha256(body).hexdigest(), ended.output["rows"]) == (ended.output["sha256"], rows)


def test_refreshes_at_once_are_one_more_report(stage: Harness) -> None:
    landed = stage.run(ORDERS)
    stage.clock.pass_by(3600)
    asked, *others = beside(stage, {**ORDERS.input, "refresh": True}, Script(), starts=3)
    assert asked.output["outcome"] == "LANDED"
    assert asked.output["reportId"] != landed.output["reportId"]
    assert [other.output for other in others] == [{**asked.output, "outcome": "ALREADY_LANDED"}] * 2
    assert stage.simulator.count()["createReport"] == 2


def test_a_start_while_another_is_at_work_waits_for_it_and_then_finds_the_report(stage: Harness) -> None:
    asked, joined = beside(stage, ORDERS.input, Script())
    assert asked.states == [*CREATED, *TURN * 3, *LANDED]
    assert joined.states == [*JOINED * (len(joined.states) // 3 - 1), *CREATED, "Already landed"]
    assert joined.output == {**asked.output, "outcome": "ALREADY_LANDED"}
    assert stage.calls(asked) == DONE_CALLS
    (entry,) = stage.entries()
    assert (entry.status, entry.execution) == ("LANDED", asked.arn)


@pytest.mark.parametrize(
    ("scenario", "outcome"), [("cancelled, no data", "No data"), ("stuck in the queue", "Report overdue")]
)
def test_another_execution_s_outcome_is_this_one_s_too(stage: Harness, scenario: str, outcome: str) -> None:
    stage.environment = SOON_OVERDUE
    script = BY_NAME[scenario].script
    assert script
    asked, joined = beside(stage, BY_NAME[scenario].input, script)
    assert joined.states[-1] == asked.states[-1] == outcome
    assert (joined.status, joined.output, joined.error, joined.cause) == (
        asked.status,
        asked.output,
        asked.error,
        asked.cause,
    )
    assert stage.simulator.count()["createReport"] == 1
    assert "Get report" not in joined.states


def test_what_was_asked_for_too_soon_is_asked_for_again_after_the_cooldown(stage: Harness) -> None:
    somebody_asked(stage, seconds_ago=300)
    ended = play(stage, COOLING.input, CANCELLED, Script())
    assert ended.states == [
        *[*CREATED, *TURN * 3, *CALLED_OFF, "Wait to request again"],
        *[*CREATED, *TURN * 3, *LANDED],
    ]
    # Half an hour and a minute after the other application's report, 300 seconds before ours and the three waits.
    assert ended.waits[3] == 1800 + 60 - 300 - sum(ended.waits[:3])
    counted = stage.simulator.count()
    assert (counted["createReport"], counted["getReports"]) == (2, 1)
    assert history(stage) == ["CLAIMED", "REQUESTED", "ASK_AGAIN", "CLAIMED", "REQUESTED", "LANDED"]


def test_who_is_always_too_soon_is_red_after_three_attempts(stage: Harness) -> None:
    somebody_is_always_sooner(stage)
    ended = play(stage, COOLING.input, CANCELLED)
    attempt = [*CREATED, *TURN * 3, *CALLED_OFF]
    assert ended.states == [*[*attempt, "Wait to request again"] * 2, *attempt, "Report too soon"]
    assert ended.error == "ReportTooSoon"
    assert ended.cause
    assert ended.cause.endswith("and gives one report per cooldown.")
    assert stage.simulator.count()["createReport"] == 3
    assert history(stage) == [*["CLAIMED", "REQUESTED", "ASK_AGAIN"] * 2, "CLAIMED", "REQUESTED", "TOO_SOON"]
    assert stage.objects() == {}


def test_data_that_is_not_there_yet_is_asked_for_an_hour_later(stage: Harness) -> None:
    not_yet = Script(statuses=("IN_QUEUE", "FATAL"), document=Document.error_details(NOT_YET))
    ended = play(stage, ORDERS.input, not_yet, Script())
    assert ended.states == [*[*CREATED, *TURN * 2, "Handle fatal", *AGAIN], *[*CREATED, *TURN * 3, *LANDED]]
    assert ended.waits[2] == 3600
    assert history(stage) == ["CLAIMED", "REQUESTED", "ASK_AGAIN", "CLAIMED", "REQUESTED", "LANDED"]


def test_three_fatal_reports_are_red(stage: Harness) -> None:
    ended = play(stage, ORDERS.input, FATAL)
    attempt = [*CREATED, *TURN * 2, "Handle fatal"]
    assert ended.states == [*[*attempt, *AGAIN] * 2, *attempt, "Fatal outcome", "Report fatal"]
    assert history(stage) == [*["CLAIMED", "REQUESTED", "ASK_AGAIN"] * 2, "CLAIMED", "REQUESTED", "FATAL"]


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("waiting", "script"),
    [(3, Script(statuses=("DONE",))), (5, Script())],
    ids=["done at once", "polled for"],
)
def test_more_windows_than_the_quota_has_wait_their_turn_and_nothing_is_throttled(
    stage: Harness, waiting: int, script: Script
) -> None:
    given, windows = ORDERS.input, 15 + waiting
    stage.simulator.script(given["reportType"], script)
    stage.authorize(given["sellingPartnerId"])
    machine = stage.machine()
    inputs = [{**given, "dataEndTime": f"2026-11-07T23:{minute:02}:00Z"} for minute in range(windows)]
    outcomes = [execution.result() for execution in [machine.start(each) for each in inputs]]
    assert {ended.output["outcome"] for ended in outcomes} == {"LANDED"}
    assert sorted(ended.states.count("Wait for quota") for ended in outcomes) == [*[0] * 15, *[1] * waiting]
    assert [call for call in stage.simulator.calls if call.status == 429] == []
    assert stage.simulator.count()["createReport"] == len(stage.simulator.reports) == windows
    assert len(stage.objects()) == 2 * windows
    # In the order in which they came: each a minute after the one before.
    later = [call.at for call in stage.simulator.calls if call.operation == "createReport"][15:]
    assert [round(after - before) for before, after in pairwise(later)] == [60] * (waiting - 1)


@pytest.mark.parametrize("function", ["handle_done", "handle_fatal"])
def test_a_document_for_which_there_is_no_quota_is_waited_for(stage: Harness, function: str) -> None:
    use_up_documents(stage, ORDERS.input, at=function)
    script = (
        Script() if function == "handle_done" else Script(statuses=("FATAL",), document=Document.error_details("why"))
    )
    ended = play(stage, ORDERS.input, script)
    ends: dict[str, Any] = {
        "handle_done": (3, ["Handle done", "Landing outcome"], ["Report landed"]),
        "handle_fatal": (1, ["Handle fatal", "Fatal outcome"], ["Report fatal"]),
    }
    turns, handled, last = ends[function]
    assert ended.states == [
        *[*CREATED, *TURN * turns, *handled, "Wait for document quota"],
        *["Report status", *handled, *last],
    ]
    assert ended.waits[-1] == 60
    assert stage.simulator.count()["getReportDocument"] == 1


def test_a_report_without_rows_where_there_are_usually_some_is_suspect(stage: Harness) -> None:
    empty = Script(document=Document.tsv([["sku", "asin"]]))
    for day in range(1, 4):
        ended = play(stage, {**ORDERS.input, "dataStartTime": f"2026-11-0{day}T00:00:00Z"}, Script())
        assert ended.output["suspectEmpty"] is False
    ended = play(stage, {**ORDERS.input, "dataStartTime": "2026-11-04T00:00:00Z"}, empty)
    assert (ended.output["outcome"], ended.output["rows"], ended.output["suspectEmpty"]) == ("LANDED", 0, True)
    manifest = json.loads(stage.objects()[ended.output["manifestKey"]])
    assert manifest["result"]["suspectEmpty"] is True
