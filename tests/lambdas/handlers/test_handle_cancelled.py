"""Handle cancelled: why there is no document, as far as the evidence allows."""

import json
from typing import Any

import pytest

from lambdas.handlers import handle_cancelled
from lambdas.ledger.outcome import Outcomes
from lambdas.ledger.table import Ledger
from lambdas.spapi.reports import ReportsApi
from local.simulator import Script, Simulator
from tests.testing.samples import NOW, OF_R1, record, state_data_at, state_data_of

NO_DATA = "Amazon cancelled the report, as it does when there is no data for what was asked"
CANCELLED = "Amazon ended the report in the queue, before processing it: somebody cancelled it"


def test_a_report_that_was_processed_and_cancelled_had_no_data(
    simulator: Simulator, sp_api: ReportsApi, outcomes: Outcomes
) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_QUEUE", "IN_PROGRESS", "CANCELLED"), report_id="R1"))
    for _ in range(3):
        state_data["report"] = sp_api.get_report("R1")
    record(state_data, outcomes.ledger)
    result = handle_cancelled.handle_cancelled(state_data, sp_api=sp_api, outcomes=outcomes, now=NOW)
    assert result == {
        **OF_R1,
        "outcome": "NO_DATA",
        "reason": NO_DATA,
        "findings": [],
    }
    entry = outcomes.ledger.find(state_data["request"])
    assert entry
    assert (entry.status, entry.result) == ("NO_DATA", result)


def test_a_report_that_somebody_took_out_of_the_queue(
    simulator: Simulator, sp_api: ReportsApi, outcomes: Outcomes
) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_QUEUE",), report_id="R1"))
    sp_api.cancel_report("R1")
    state_data["report"] = sp_api.get_report("R1")
    record(state_data, outcomes.ledger)
    result = handle_cancelled.handle_cancelled(state_data, sp_api=sp_api, outcomes=outcomes, now=NOW)
    assert (result["outcome"], result["reason"]) == ("CANCELLED_ELSEWHERE", CANCELLED)
    entry = outcomes.ledger.find(state_data["request"])
    assert entry
    assert (entry.status, entry.result) == ("CANCELLED_ELSEWHERE", result)


STARTED, ENDED = (
    {"processingStartTime": "2026-11-10T12:00:05+00:00"},
    {"processingEndTime": "2026-11-10T12:00:11+00:00"},
)


@pytest.mark.parametrize(
    ("times", "outcome"),
    [
        ({**STARTED, **ENDED}, "NO_DATA"),
        (ENDED, "CANCELLED_ELSEWHERE"),
        (STARTED, "NO_DATA"),
        ({}, "NO_DATA"),
        # A document beside a cancelled report changes nothing.
        ({**STARTED, **ENDED, "reportDocumentId": "D1"}, "NO_DATA"),
    ],
)
def test_only_an_end_without_a_beginning_is_somebodys_doing(
    sp_api: ReportsApi, outcomes: Outcomes, times: dict[str, str], outcome: str
) -> None:
    state_data = state_data_of({"reportId": "R1", "processingStatus": "CANCELLED", **times})
    assert (
        handle_cancelled.handle_cancelled(state_data, sp_api=sp_api, outcomes=outcomes, now=NOW)["outcome"] == outcome
    )


def test_the_handler_records_and_calls_nobody(on_lambda: None, simulator: Simulator, ledger: Ledger) -> None:
    state_data = state_data_of({"reportId": "R1", "processingStatus": "CANCELLED", **STARTED, **ENDED})
    record(state_data, ledger)
    event: Any = json.loads(json.dumps(state_data))
    assert handle_cancelled.handler(event, None)["outcome"] == "NO_DATA"
    entry = ledger.find(state_data["request"])
    assert entry
    assert entry.status == "NO_DATA"
    assert simulator.calls == []
