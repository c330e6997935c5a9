"""The one log line of a handler's run: ids, calls, outcome, and the metrics that CloudWatch takes out of it."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas.handlers.get_report import measured
from lambdas.observability.aws_errors import code_of, renamed
from lambdas.observability.invocation_log import log_invocation
from lambdas.spapi.client import Call
from lambdas.spapi.errors import LwaRefused, SpApiUnavailable
from tests.testing.samples import EXECUTION, NOW, REPORT_TYPE, SELLER, raw_input, state_data_of

CALL: Call = {"operation": "getReport", "status": 200, "seconds": 0.1}
OURS = ("executionArn", "sellingPartnerId", "reportType", "reportId", "attempt", "calls", "outcome", "error", "seconds")


@pytest.fixture(autouse=True)
def _info(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.INFO, logger="reportflow")
    yield
    vars(sys).pop("tracebacklimit", None)


def call(status: int | None, operation: str = "getReport") -> Call:
    """Return a call as it is noted."""
    return {"operation": operation, "status": status, "seconds": 0.1}


def fields(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    (record,) = caplog.records
    assert record.levelno == logging.INFO
    return {key: value for key, value in vars(record).items() if key in OURS}


@pytest.fixture(autouse=True)
def _detailed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DETAILED_METRICS", "true")


def test_cloudwatch_gets_only_what_alarms_look_at_where_nobody_asks_for_more(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DETAILED_METRICS")
    with log_invocation("Get report") as run:
        run.calls += [call(200), call(429)]
    assert metrics(caplog) == {"Throttled": 1}
    assert vars(caplog.records[0])["getReport"] == 2


def test_a_finding_with_an_alarm_has_a_line_of_its_own(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DETAILED_METRICS")
    with log_invocation("Publish outcome") as run:
        run.fields = {"reportId": "R1"}
        run.log_findings(["WINDOW", "ROWS"])
    lines = [vars(record) for record in caplog.records if record.message == "Finding"]
    assert [(line["finding"], line["reportId"], line["Findings"]) for line in lines] == [
        ("WINDOW", "R1", 1),
        ("ROWS", "R1", 1),
    ]
    for line in lines:
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        assert (directive["Dimensions"], directive["Metrics"][0]["Name"]) == ([["finding"]], "Findings")


def test_a_line_without_a_metric_has_its_figures(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DETAILED_METRICS")
    with log_invocation("Report Landed") as run:
        run.measured["Rows"] = 7
    assert metrics(caplog) == {}
    assert vars(caplog.records[0])["Rows"] == 7


def metrics(caplog: pytest.LogCaptureFixture) -> dict[str, float]:
    """Return the metrics of the only line, as CloudWatch would take them out of it."""
    (record,) = caplog.records
    directives = vars(record)["_aws"]["CloudWatchMetrics"] if hasattr(record, "_aws") else []
    return {one["Name"]: vars(record)[one["Name"]] for each in directives for one in each["Metrics"]}


def fail(error: Exception, *calls: Call) -> None:
    """Let a run make calls and end with an error."""
    with log_invocation("Get report", state_data_of({"reportId": "R1"})) as run:
        run.calls.extend(calls)
        raise error


def test_a_run_in_the_loop_is_logged_with_its_ids_and_calls(caplog: pytest.LogCaptureFixture) -> None:
    with log_invocation("Get report", {**state_data_of({"reportId": "R1"}), "attempt": 2}) as run:
        run.calls.append(CALL)
    assert caplog.messages == ["Get report"]
    logged = fields(caplog)
    assert 0 <= logged.pop("seconds") < 10
    assert logged == {
        "executionArn": EXECUTION,
        "sellingPartnerId": SELLER,
        "reportType": REPORT_TYPE,
        "reportId": "R1",
        "attempt": 2,
        "calls": [CALL],
        "outcome": None,
        "error": None,
    }


def test_the_stack_of_a_failed_run_is_logged_and_the_runtime_finds_none_to_put_into_the_cause(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(LookupError) as raised:
        fail(LookupError("planted"))
    stack = vars(caplog.records[0])["stack"]
    assert "in fail" in stack[-1]
    # As awslambdaric reads it.
    assert traceback.extract_tb(raised.value.__traceback__) == []
    # Of what this process logs later there is a stack again.
    with log_invocation("Get report"):
        assert traceback.extract_tb(raised.value.__traceback__) != []


def test_a_run_that_fails_is_logged_with_the_name_of_the_error_only(caplog: pytest.LogCaptureFixture) -> None:
    error = LookupError("planted")
    with pytest.raises(LookupError) as raised:
        fail(error, CALL)
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
    with log_invocation("Create report", {"executionArn": EXECUTION, "startTime": "now", "input": given_input}):
        pass
    assert fields(caplog)["executionArn"] == EXECUTION
    assert fields(caplog)["sellingPartnerId"] == seller
    assert fields(caplog)["reportId"] is None


def test_nothing_of_the_event_is_logged_but_ids(caplog: pytest.LogCaptureFixture) -> None:
    event = {"executionArn": EXECUTION, "input": raw_input(reportOptions={"asin": "planted"}), "note": "planted"}
    with log_invocation("Create report", event):
        pass
    assert "planted" not in str(vars(caplog.records[0]))


def test_calls_are_counted_by_operation_and_by_what_became_of_them(caplog: pytest.LogCaptureFixture) -> None:
    with log_invocation("Handle cancelled", state_data_of({"reportId": "R1"})) as run:
        run.calls.extend([call(200), call(429), call(404), call(None), call(503, "getReports")])
        run.record_outcome({"outcome": "NO_DATA"})
    assert fields(caplog)["outcome"] == "NO_DATA"
    assert metrics(caplog) == {"getReport": 4, "getReports": 1, "Throttled": 1, "Refused": 1, "Unavailable": 2}


def test_no_missing_windows_are_told_because_no_word_of_them_is_an_alarm(caplog: pytest.LogCaptureFixture) -> None:
    with log_invocation("Find gaps") as run:
        run.measured["MissingWindows"] = 0
        run.measured["Rows"] = 0
    assert metrics(caplog) == {"MissingWindows": 0}


@pytest.mark.parametrize(
    "answer",
    [{"outcome": "WAIT", "waitSeconds": 40}, {"result": {"outcome": "WAIT"}, "poll": {"waitSeconds": 40}}],
    ids=["for the document's quota", "for createReport's"],
)
def test_a_wait_for_a_turn_is_measured(caplog: pytest.LogCaptureFixture, answer: Any) -> None:
    with log_invocation("Handle done", state_data_of({"reportId": "R1"})) as run:
        assert run.record_outcome(answer) is answer
    assert metrics(caplog) == {"WaitSeconds": 40}


def test_a_wait_before_the_first_poll_is_no_wait_for_a_turn(caplog: pytest.LogCaptureFixture) -> None:
    with log_invocation("Create report", state_data_of({"reportId": "R1"})) as run:
        run.record_outcome({"result": {"outcome": "CREATED"}, "poll": {"waitSeconds": 15}})
    assert metrics(caplog) == {}


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (LwaRefused("no"), {"CredentialsRefused": 1}),
        (SpApiUnavailable("no"), {}),
        (ClientError({"Error": {"Code": "SlowDown"}}, "PutObject"), {"AwsErrors": 1}),
        (EndpointConnectionError(endpoint_url="https://dynamodb"), {"AwsErrors": 1}),
    ],
    ids=lambda each: type(each).__name__,
)
def test_errors_that_somebody_has_to_see_to_are_counted(
    caplog: pytest.LogCaptureFixture, error: Exception, counted: dict[str, float]
) -> None:
    with pytest.raises(type(renamed(error))):
        fail(error)
    assert metrics(caplog) == counted
    assert vars(caplog.records[0])["awsError"] == code_of(error)


def test_refused_credentials_are_counted_by_selling_partner(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LwaRefused):
        fail(LwaRefused("no"))
    (record,) = caplog.records
    (directive,) = vars(record)["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] == [["sellingPartnerId"]]
    assert vars(record)["sellingPartnerId"] == SELLER


@pytest.mark.skipif(sys.platform != "linux", reason="Amazon's runtime client is for Linux only")
def test_the_line_as_the_runtime_writes_it_is_in_the_embedded_metric_format(caplog: pytest.LogCaptureFixture) -> None:
    from awslambdaric.lambda_runtime_log_utils import JsonFormatter  # type: ignore[import-untyped]  # it has no types

    with log_invocation("Get report", state_data_of({"reportId": "R1"})) as run:
        run.calls.append(CALL)
    written = json.loads(JsonFormatter().format(caplog.records[0]))
    assert written["message"] == "Get report"
    assert written["getReport"] == 1
    assert datetime.fromtimestamp(written["_aws"]["Timestamp"] / 1000, UTC) - datetime.now(UTC) < timedelta(minutes=1)
    assert written["_aws"]["CloudWatchMetrics"] == [
        {"Namespace": "reportflow", "Dimensions": [[]], "Metrics": [{"Name": "getReport", "Unit": "Count"}]}
    ]


def test_a_report_s_age_is_measured_and_how_long_its_end_went_unnoticed() -> None:
    state_data = state_data_of({"reportId": "R1", "processingEndTime": (NOW + timedelta(seconds=50)).isoformat()})
    assert measured(state_data, now=NOW + timedelta(seconds=60)) == {"ReportAgeSeconds": 60, "DetectionSeconds": 10}


def test_an_end_before_anybody_waited_for_it_did_not_go_unnoticed() -> None:
    state_data = state_data_of({"reportId": "R1", "processingEndTime": (NOW - timedelta(days=3)).isoformat()})
    assert measured(state_data, now=NOW) == {"ReportAgeSeconds": 0}


@pytest.mark.parametrize("ended", [{}, {"processingEndTime": "soon"}, {"processingEndTime": "2026-11-10T12:00:00"}])
def test_an_end_that_cannot_be_measured_is_none(ended: dict[str, str]) -> None:
    assert measured(state_data_of({"reportId": "R1", **ended}), now=NOW) == {"ReportAgeSeconds": 0}
