"""The one log line of a handler's run."""

import logging
from typing import Any

import pytest

from journal import line
from spapi.reports import Call
from tests.lambdas.samples import EXECUTION, REPORT_TYPE, SELLER, raw_input, turn_of

CALL: Call = {"operation": "getReport", "status": 200, "seconds": 0.1}
OURS = ("executionArn", "sellingPartnerId", "reportType", "reportId", "calls", "seconds", "error")


@pytest.fixture(autouse=True)
def _info(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="reportflow")


def fields(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = caplog.records
    assert record.levelno == logging.INFO
    return {key: value for key, value in vars(record).items() if key in OURS}


def test_a_run_in_the_loop_is_logged_with_its_ids_and_calls(caplog: pytest.LogCaptureFixture) -> None:
    with line("Get report", turn_of({"reportId": "R1"})) as calls:
        calls.append(CALL)
    assert caplog.messages == ["Get report"]
    logged = fields(caplog)
    assert 0 <= logged.pop("seconds") < 10
    assert logged == {
        "executionArn": EXECUTION,
        "sellingPartnerId": SELLER,
        "reportType": REPORT_TYPE,
        "reportId": "R1",
        "calls": [CALL],
    }


def test_a_run_that_fails_is_logged_with_the_name_of_the_error_only(caplog: pytest.LogCaptureFixture) -> None:
    error = LookupError("planted")

    def run() -> None:
        with line("Get report", turn_of({"reportId": "R1"})) as calls:
            calls.append(CALL)
            raise error

    with pytest.raises(LookupError) as raised:
        run()
    assert raised.value is error
    assert fields(caplog)["error"] == "LookupError"
    assert fields(caplog)["calls"] == [CALL]
    assert "planted" not in str(vars(caplog.records[0]))


@pytest.mark.parametrize(
    ("given_input", "seller"), [(raw_input(), SELLER), ({}, None), (None, None), ([1], None), ("text", None)]
)
def test_a_start_is_logged_whatever_its_input(
    caplog: pytest.LogCaptureFixture, given_input: Any, seller: str | None
) -> None:
    with line("Create report", {"executionArn": EXECUTION, "startTime": "now", "input": given_input}):
        pass
    assert fields(caplog)["executionArn"] == EXECUTION
    assert fields(caplog)["sellingPartnerId"] == seller
    assert fields(caplog)["reportId"] is None


def test_nothing_of_the_event_is_logged_but_ids(caplog: pytest.LogCaptureFixture) -> None:
    event = {"executionArn": EXECUTION, "input": raw_input(reportOptions={"asin": "planted"}), "note": "planted"}
    with line("Create report", event):
        pass
    assert "planted" not in str(vars(caplog.records[0]))
