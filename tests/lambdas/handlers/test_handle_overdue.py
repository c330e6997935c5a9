"""Handle overdue: a report in the queue is cancelled, any other is left for the next execution."""

import json
from typing import Any

import pytest

from lambdas.handlers import handle_overdue
from lambdas.ledger.item import Status
from lambdas.ledger.table import Ledger
from lambdas.payloads.results import Failure
from lambdas.payloads.state_data import StateData
from lambdas.spapi.errors import SpApiError, SpApiForbidden, SpApiThrottled, SpApiUnavailable
from lambdas.spapi.reports import ReportsApi
from local.simulator import Fault, Script, Simulator
from tests.testing.samples import (
    NOW,
    OF_R1,
    fails,
    record,
    state_data_at,
    state_data_of,
)

CANCELLED = "It was still in the queue and has been cancelled; the next execution for this request asks again."
LEFT = "It stays with Amazon; the next execution for this request goes on waiting for it."


def give_up(state_data: StateData, *, sp_api: ReportsApi, ledger: Ledger) -> tuple[Failure, Status]:
    record(state_data, ledger)
    result = handle_overdue.handle_overdue(state_data, sp_api=sp_api, ledger=ledger, now=NOW)
    entry = ledger.find(state_data["request"])
    assert entry
    assert entry.result == result
    return result, entry.status


def test_a_report_in_the_queue_is_cancelled(simulator: Simulator, sp_api: ReportsApi, ledger: Ledger) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_QUEUE",), report_id="R1"))
    result, status = give_up(state_data, sp_api=sp_api, ledger=ledger)
    assert result == {
        **OF_R1,
        "outcome": "OVERDUE",
        "reason": "IN_QUEUE",
        "cause": f"Report R1 was IN_QUEUE after 48 hours. {CANCELLED}",
    }
    assert status == "WITHDRAWN"
    assert [report.status for report in simulator.reports] == ["CANCELLED"]


def test_a_report_in_progress_is_left_alone(simulator: Simulator, sp_api: ReportsApi, ledger: Ledger) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_PROGRESS",), report_id="R1"))
    result, status = give_up(state_data, sp_api=sp_api, ledger=ledger)
    assert (result["cause"], status) == (f"Report R1 was IN_PROGRESS after 48 hours. {LEFT}", "OVERDUE")
    assert result["reason"] == "IN_PROGRESS"
    assert simulator.calls == []


def test_a_report_that_leaves_the_queue_in_this_moment_is_left(
    simulator: Simulator, sp_api: ReportsApi, ledger: Ledger
) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_PROGRESS",), report_id="R1"))
    state_data["report"]["processingStatus"] = "IN_QUEUE"  # as the last poll saw it
    result, status = give_up(state_data, sp_api=sp_api, ledger=ledger)
    assert (result["cause"], status) == (f"Report R1 was IN_QUEUE after 48 hours. {LEFT}", "OVERDUE")
    assert simulator.count() == {"LWA": 1, "cancelReport": 1, "getReport": 1}


def test_a_report_that_amazon_does_not_know_is_left(sp_api: ReportsApi, ledger: Ledger) -> None:
    state_data = state_data_of({"reportId": "R404", "processingStatus": "IN_QUEUE"})
    assert give_up(state_data, sp_api=sp_api, ledger=ledger)[1] == "OVERDUE"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(Fault(status=429), SpApiThrottled), (Fault(status=403), SpApiForbidden), (Fault(reset=True), SpApiUnavailable)],
)
def test_a_cancellation_that_fails_otherwise_is_the_machines_to_retry(
    simulator: Simulator, sp_api: ReportsApi, ledger: Ledger, fault: Fault, kind: type[SpApiError]
) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_QUEUE",)))
    simulator.fail("cancelReport", [fault])
    with fails(kind, simulator=simulator):
        give_up(state_data, sp_api=sp_api, ledger=ledger)
    entry = ledger.find(state_data["request"])
    assert entry
    assert entry.status == "REQUESTED"
    handle_overdue.handle_overdue(state_data, sp_api=sp_api, ledger=ledger, now=NOW)
    assert [report.status for report in simulator.reports] == ["CANCELLED"]


@pytest.mark.parametrize(("seconds", "told"), [(90, "90 seconds"), (5400, "1.5 hours"), (172_800, "48 hours")])
def test_the_deadline_is_told(
    simulator: Simulator, sp_api: ReportsApi, ledger: Ledger, seconds: int, told: str
) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_PROGRESS",)), deadlineSeconds=seconds)
    assert f" after {told}. " in give_up(state_data, sp_api=sp_api, ledger=ledger)[0]["cause"]


def test_one_hour_is_told_in_the_singular(simulator: Simulator, sp_api: ReportsApi, ledger: Ledger) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_PROGRESS",)), deadlineSeconds=3600)
    assert " after 1 hour. " in give_up(state_data, sp_api=sp_api, ledger=ledger)[0]["cause"]


def test_a_cancellation_whose_answer_was_lost_counts(simulator: Simulator, sp_api: ReportsApi, ledger: Ledger) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_QUEUE",)))
    simulator.fail("cancelReport", [Fault(status=503, after=True)])
    with fails(SpApiUnavailable, simulator=simulator):
        give_up(state_data, sp_api=sp_api, ledger=ledger)
    handle_overdue.handle_overdue(state_data, sp_api=sp_api, ledger=ledger, now=NOW)
    entry = ledger.find(state_data["request"])
    assert entry
    assert entry.status == "WITHDRAWN"


def test_the_handler_cancels_records_and_logs(
    on_lambda: None, simulator: Simulator, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="reportflow")
    state_data = state_data_at(simulator, Script(statuses=("IN_QUEUE",)))
    record(state_data, ledger)
    event: Any = json.loads(json.dumps(state_data))
    assert handle_overdue.handler(event, None)["cause"].endswith(CANCELLED)
    entry = ledger.find(state_data["request"])
    assert entry
    assert entry.status == "WITHDRAWN"
    (logged,) = caplog.records
    assert logged.getMessage() == "Handle overdue"
    assert [call["operation"] for call in vars(logged)["calls"]] == ["cancelReport"]
