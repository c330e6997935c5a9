"""Get report: Amazon's report as it is, and when to ask again."""

import json
from datetime import timedelta
from typing import Any

import pytest

from lambdas.handlers import get_report
from lambdas.ledger.table import Ledger
from lambdas.payloads.state_data import StateData
from lambdas.spapi.errors import SpApiError, SpApiForbidden, SpApiNotFound, SpApiRejected, SpApiUnavailable
from lambdas.spapi.reports import ReportsApi
from local.simulator import Fault, Script, Simulator
from tests.testing.samples import NOW, REPORT_TYPE, SELLER, fails, record, request_of, state_data_at, state_data_of

# A poll has nothing to write there, but for a report that is lost.
UNTOUCHED: Any = None


def ask(state_data: StateData, sp_api: ReportsApi, *, after: float = 15, ledger: Ledger = UNTOUCHED) -> StateData:
    return get_report.get_report(state_data, sp_api=sp_api, ledger=ledger, now=NOW + timedelta(seconds=after))


def test_the_report_is_passed_on_as_it_is_and_the_next_wait_computed(simulator: Simulator, sp_api: ReportsApi) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_QUEUE", "IN_PROGRESS"), extra={"new": [1]}))
    (report,) = simulator.reports
    first = ask(state_data, sp_api)
    assert first == {
        "request": state_data["request"],
        "result": state_data["result"],
        "report": report.view(),
        "poll": {**state_data["poll"], "number": 1, "waitSeconds": 13, "waitedSeconds": 15},
    }
    second = ask(first, sp_api, after=27)
    assert second["report"]["processingStatus"] == "IN_PROGRESS"
    assert second["report"]["new"] == [1]
    assert (second["poll"]["number"], second["poll"]["waitedSeconds"]) == (2, 28)


@pytest.mark.parametrize("status", ["IN_QUEUE", "IN_PROGRESS", "DONE", "CANCELLED", "FATAL", "EXPIRED"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_any_status_is_passed_on_for_the_machine_to_choose(
    simulator: Simulator, sp_api: ReportsApi, status: str, wrapped: bool
) -> None:
    state_data = ask(state_data_at(simulator, Script(statuses=(status,), wrapped=wrapped)), sp_api)
    assert state_data["report"]["processingStatus"] == status
    assert "payload" not in state_data["report"]


def test_a_throttled_poll_keeps_the_last_report_and_lengthens_the_wait(
    simulator: Simulator, sp_api: ReportsApi
) -> None:
    state_data = state_data_at(simulator, Script(statuses=("DONE",)))
    last = {"reportId": state_data["poll"]["reportId"], "processingStatus": "IN_PROGRESS"}
    simulator.fail("getReport", [Fault(status=429)])
    throttled = ask({**state_data, "report": last}, sp_api, after=400)
    assert throttled["report"] == last
    assert throttled["poll"] == {**state_data["poll"], "number": 1, "waitSeconds": 74, "waitedSeconds": 15}
    again = ask(throttled, sp_api, after=520)
    assert again["report"]["processingStatus"] == "DONE"
    assert again["poll"]["waitSeconds"] == 41


@pytest.mark.parametrize("after", [15, 300])
def test_a_report_that_amazon_does_not_know_yet_is_asked_for_again(
    simulator: Simulator, sp_api: ReportsApi, after: int
) -> None:
    state_data = state_data_at(simulator, Script(not_found_first=1))
    early = ask(state_data, sp_api, after=after)
    assert early["report"] == state_data["report"]
    assert early["poll"]["number"] == 1
    assert early["poll"]["waitSeconds"] == {15: 13, 300: 34}[after]
    assert ask(early, sp_api, after=after + 40)["report"] == simulator.reports[0].view()


@pytest.mark.parametrize(("after", "waited"), [(301, 0), (0, 286)])
def test_a_report_that_amazon_does_not_know_after_minutes_is_lost(
    simulator: Simulator, sp_api: ReportsApi, ledger: Ledger, after: int, waited: int
) -> None:
    state_data = state_data_at(simulator, Script(not_found_first=1), waitedSeconds=waited)
    record(state_data, ledger)
    with fails(SpApiNotFound, simulator=simulator):
        ask(state_data, sp_api, after=after, ledger=ledger)
    entry = ledger.find(state_data["request"])
    assert entry
    assert (entry.status, entry.result) == ("LOST", None)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=400), SpApiRejected),
        (Fault(status=403), SpApiForbidden),
        (Fault(status=500), SpApiUnavailable),
        (Fault(reset=True), SpApiUnavailable),
    ],
)
def test_other_failures_are_the_machines_to_retry(
    simulator: Simulator, sp_api: ReportsApi, fault: Fault, kind: type[SpApiError]
) -> None:
    state_data = state_data_at(simulator, Script())
    simulator.fail("getReport", [fault])
    with fails(kind, simulator=simulator):
        ask(state_data, sp_api)


def test_the_id_in_the_answer_does_not_change_what_is_asked_for(simulator: Simulator, sp_api: ReportsApi) -> None:
    told = Script(extra={"reportId": "ReportId1", "reportType": "FEE_DISCOUNTS_REPORT"})
    asked = simulator.add_report(REPORT_TYPE, told, selling_partner_id=SELLER).report_id
    state_data = state_data_of({"reportId": asked, "processingStatus": "IN_QUEUE"})
    for after in (15, 30):
        state_data = ask(state_data, sp_api, after=after)
        assert state_data["report"]["reportId"] == "ReportId1"
        assert state_data["poll"]["reportId"] == asked
        assert state_data["request"] == request_of()


def test_the_deadline_is_told_whatever_the_status(simulator: Simulator, sp_api: ReportsApi) -> None:
    state_data = state_data_at(simulator, Script(statuses=("IN_QUEUE", "DONE")), deadlineSeconds=60)
    before = ask(state_data, sp_api, after=59)
    assert (before["poll"]["overdue"], before["poll"]["waitSeconds"]) == (False, 1)
    at = ask(before, sp_api, after=60)
    assert (at["poll"]["overdue"], at["report"]["processingStatus"]) == (True, "DONE")


def test_a_throttled_poll_at_the_deadline_is_overdue(simulator: Simulator, sp_api: ReportsApi) -> None:
    state_data = state_data_at(simulator, Script(), deadlineSeconds=60)
    simulator.fail("getReport", Fault(status=429))
    assert ask(state_data, sp_api, after=60)["poll"]["overdue"]


def test_the_handler_asks_and_logs(on_lambda: None, simulator: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="reportflow")
    event: Any = state_data_at(simulator, Script(statuses=("IN_PROGRESS",)))
    state_data = get_report.handler(json.loads(json.dumps(event)), None)
    assert state_data["report"] == simulator.reports[0].view()
    assert "executionArn" not in state_data
    (logged,) = caplog.records
    assert vars(logged)["reportId"] == state_data["poll"]["reportId"]
    (call,) = vars(logged)["calls"]
    assert call["requestId"] == simulator.calls[-1].request_id


def test_an_id_of_nobody_is_lost(simulator: Simulator, sp_api: ReportsApi, ledger: Ledger) -> None:
    with fails(SpApiNotFound, simulator=simulator):
        ask(state_data_of({"reportId": "R404"}), sp_api, after=301, ledger=ledger)
