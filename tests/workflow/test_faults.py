"""What is not a failure, what is retried and by which state, and what is red at once."""

import json
from dataclasses import replace
from typing import Any

import pytest

from local.scenarios import Scenario
from local.simulator import Document, Fault, Script
from local.simulator.document import Transfer
from tests.testing.fault_injection import outage
from tests.testing.harness import SOON_OVERDUE, Harness
from tests.testing.kinds import one_of_each
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.machine.lambda_function import ServiceFault
from tests.testing.scripted_http_server import answer, serving
from tests.testing.small_parts import BY_NAME
from tests.testing.state_sequences import CREATED, DONE_CALLS, LANDED, TURN

NO_ROLE = "The application does not have access to this report type"
TOKEN = "The request needs a Restricted Data Token."
# Its type has no quota of its own.
DONE = BY_NAME["done, TSV in windows-31j"]


def done(**script: Any) -> Scenario:
    """Return the plain scenario with something wrong in it."""
    assert DONE.script
    return Scenario(name=DONE.name, input=DONE.input, script=Script(document=DONE.script.document, **script), ends=None)


def retried(ended: ExecutionResult) -> list[tuple[str, str]]:
    """Return which state was retried because of what, in order."""
    return [(retry.state, retry.error) for retry in ended.retries]


PASSING = [
    ("createReport", Fault(status=429), "Create report", "SpApiThrottled"),
    ("getReport", Fault(status=500), "Get report", "SpApiUnavailable"),
    ("getReport", Fault(status=502), "Get report", "SpApiUnavailable"),
    ("getReport", Fault(reset=True), "Get report", "SpApiUnavailable"),
    ("getReportDocument", Fault(status=429), "Handle done", "SpApiThrottled"),
    ("getReportDocument", Fault(status=503), "Handle done", "SpApiUnavailable"),
    ("getReportDocument", Fault(status=400), "Handle done", "SpApiRejected"),
    ("document", Fault(status=403), "Handle done", "DocumentUrlExpired"),
    ("document", Fault(status=404), "Handle done", "DocumentUrlExpired"),
    ("document", Fault(status=400, code="ExpiredToken"), "Handle done", "DocumentUrlExpired"),
    ("document", Fault(status=503), "Handle done", "DocumentUnavailable"),
    ("getReport", Fault(status=403), "Get report", "SpApiForbidden"),
    ("getReportDocument", Fault(status=403), "Handle done", "SpApiForbidden"),
]


@pytest.mark.parametrize(
    ("operation", "fault", "state", "error"),
    one_of_each(PASSING, lambda row: (row[0], *row[2:]), name=lambda row: f"{row[0]}: {row[1]}"),
)
def test_a_fault_that_passes_is_retried_by_its_state_and_nothing_is_asked_twice(
    stage: Harness, operation: str, fault: Fault, state: str, error: str
) -> None:
    ended = stage.run(done(faults={operation: [fault]}))
    assert ended.states == [*CREATED, *TURN * 3, *LANDED]
    assert retried(ended) == [(state, error)]
    assert len(stage.simulator.reports) == 1
    assert len(stage.objects()) == 2


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Fault(status=503), 2),
        (Fault(reset=True), 2),
        (Fault(status=500, after=True), 1),
        (Fault(reset=True, after=True), 1),
    ],
    ids=str,
)
def test_after_a_creation_without_an_answer_amazon_s_listing_is_waited_for(
    stage: Harness, fault: Fault, asked: int
) -> None:
    ended = stage.run(done(faults={"createReport": [fault]}))
    assert ended.states == [*CREATED, "Wait for quota", *CREATED, *TURN * 3, *LANDED]
    assert retried(ended) == [("Create report", "SpApiUnavailable")]
    # By then a listing has what was created: it must not be looked at sooner.
    assert ended.waits[0] + ended.retries[0].seconds == 60
    assert stage.calls(ended) == {**DONE_CALLS, "createReport": asked, "getReports": 1}
    assert len(stage.simulator.reports) == 1
    assert len(stage.objects()) == 2
    (entry,) = stage.entries()
    assert [step["status"] for step in entry.history] == [*["CLAIMED"] * asked, "REQUESTED", "LANDED"]


@pytest.mark.parametrize("operation", ["getReportDocument", "document"])
def test_the_error_document_s_way_is_retried_too(stage: Harness, operation: str) -> None:
    script = Script(
        statuses=("FATAL",), document=Document.error_details("why"), faults={operation: [Fault(status=503)]}
    )
    ended = stage.run(Scenario(name="fatal", input=DONE.input, script=script, ends=None))
    assert [state for state, _ in retried(ended)] == ["Handle fatal"]
    assert (ended.error, ended.cause) == ("ReportFatal", "why")


def test_a_cancellation_that_fails_for_a_moment_is_retried(stage: Harness) -> None:
    stage.environment = SOON_OVERDUE
    script = Script(statuses=("IN_QUEUE",), faults={"cancelReport": [Fault(status=503)]})
    ended = stage.run(Scenario(name="stuck", input=DONE.input, script=script, ends=None))
    assert retried(ended) == [("Handle overdue", "SpApiUnavailable")]
    assert ended.error == "ReportOverdue"


@pytest.mark.exhaustive
@pytest.mark.parametrize("module", ["create_report", "get_report", "handle_done", "handle_cancelled", "handle_fatal"])
@pytest.mark.parametrize("error", ["Lambda.TooManyRequestsException", "Lambda.ServiceException", "Sandbox.Timedout"])
def test_a_fault_of_lambda_itself_is_retried_in_every_state(stage: Harness, module: str, error: str) -> None:
    scenario = {
        "handle_cancelled": BY_NAME["cancelled, no data"],
        "handle_fatal": BY_NAME["fatal, with a document"],
    }.get(module, DONE)
    failed: list[str] = []

    def fail_once(running: str) -> None:
        if running == module and not failed:
            failed.append(running)
            raise ServiceFault(error)

    stage.before = fail_once
    ended = stage.run(scenario)
    assert [retry.error for retry in ended.retries] == [error]
    assert (ended.output or {}).get("outcome", ended.error) == scenario.ends


def test_a_throttled_call_is_retried_when_its_reservation_ends_and_others_with_full_jitter(stage: Harness) -> None:
    throttled = stage.run(done(faults={"getReportDocument": [Fault(status=429)] * 7}))
    assert [retry.seconds for retry in throttled.retries] == [60, 120, 240, 480, 960, 1800, 1800]
    assert {retry.jitter for retry in throttled.retries} == {False}
    failing = done(faults={"getReportDocument": [Fault(status=503)] * 8})
    broken = stage.run(replace(failing, input={**failing.input, "refresh": True}))
    assert [retry.seconds for retry in broken.retries] == [5, 10, 20, 40, 80, 160, 300, 300]
    assert {retry.jitter for retry in broken.retries} == {True}


HOUR = [120, 240, 480, 960, 1800]


@pytest.mark.parametrize(
    ("operation", "state", "before"),
    [
        ("getReport", "Get report", [*CREATED, *TURN[:2]]),
        ("getReportDocument", "Handle done", [*CREATED, *TURN * 3, LANDED[0]]),
    ],
)
def test_an_outage_that_speaks_403_is_ridden_out_for_an_hour_and_then_red(
    stage: Harness, operation: str, state: str, before: list[str]
) -> None:
    outage(operation, Fault(status=403), minutes=59)(stage)
    ended = stage.run(done())
    assert ended.states == [*CREATED, *TURN * 3, *LANDED]
    assert [(each.state, each.error, each.seconds) for each in ended.retries] == [
        (state, "SpApiForbidden", seconds) for seconds in HOUR
    ]
    assert {each.jitter for each in ended.retries} == {False}
    outage(operation, Fault(status=403), minutes=90)(stage)
    red = stage.run(replace(done(), input={**DONE.input, "refresh": True}))
    assert (red.error, red.states) == ("SpApiForbidden", before)
    assert [each.seconds for each in red.retries] == HOUR
    assert sum(HOUR) == 3600
    assert len(stage.simulator.reports) == 2
    assert len(stage.objects()) == 2


@pytest.mark.parametrize(("after", "asked"), [(False, 6), (True, 1)])
def test_createreport_is_not_repeated_after_a_403_before_amazon_s_listing_was_looked_at(
    stage: Harness, after: bool, asked: int
) -> None:
    ended = stage.run(done(faults={"createReport": [Fault(status=403, after=after)] * 5}))
    assert ended.states == [*CREATED, *TURN * 3, *LANDED]
    assert retried(ended) == [("Create report", "SpApiForbidden")] * (asked - 1 or 1)
    assert stage.calls(ended) == {**DONE_CALLS, "createReport": asked, "getReports": asked - 1 or 1}
    assert len(stage.simulator.reports) == 1


def test_a_host_of_documents_that_stays_away_is_asked_eight_times_in_an_hour(stage: Harness) -> None:
    ended = stage.run(done(faults={"document": [Fault(status=503)] * 9}))
    assert (ended.error, ended.states) == ("DocumentUnavailable", [*CREATED, *TURN * 3, LANDED[0]])
    assert [each.seconds for each in ended.retries] == [5, 15, 45, 135, 405, 1215, 1800]
    assert stage.calls(ended) == {**DONE_CALLS, "getReportDocument": 8, "document": 8}
    assert ended.cause
    assert "answered 503: SlowDown: " in json.loads(ended.cause)["errorMessage"]


def test_a_redirect_to_an_allowed_host_lands_without_a_new_address(stage: Harness) -> None:
    document = DONE.script.document if DONE.script else None
    assert document
    with serving(answer(document.body, content_length=len(document.body))) as elsewhere:
        stage.environment["DOCUMENT_ORIGINS"] = f"{stage.simulator.url} {elsewhere.origin}"
        ended = stage.run(done(faults={"document": [Transfer(redirect=elsewhere.url)]}))
    assert (ended.states, ended.retries) == ([*CREATED, *TURN * 3, *LANDED], [])
    assert stage.objects()[ended.output["key"]] == document.body
    assert stage.calls(ended) == DONE_CALLS


def test_polling_goes_on_through_a_404_right_after_creation_and_an_expired_token(stage: Harness) -> None:
    polls: list[str] = []

    def expire_tokens(module: str) -> None:
        polls.append(module)
        if polls.count("get_report") == 2:
            stage.simulator.expire_access_tokens()

    stage.before = expire_tokens
    ended = stage.run(done(not_found_first=2))
    assert ended.status == "SUCCEEDED"
    assert ended.retries == []
    assert stage.calls(ended)["createReport"] == 1


def test_a_throttled_poll_lengthens_the_wait_and_is_not_retried(stage: Harness) -> None:
    plain = stage.run(done(faults={}))
    throttled = stage.run(
        Scenario(
            name="throttled",
            input={**DONE.input, "reportOptions": {"custom": "true"}},
            script=Script(faults={"getReport": [Fault(status=429)]}),
            ends=None,
        )
    )
    assert throttled.retries == []
    assert throttled.waits[0] == plain.waits[0]
    assert throttled.waits[1] == 2 * plain.waits[1]


def test_a_transfer_that_breaks_starts_again_on_the_same_address(stage: Harness) -> None:
    ended = stage.run(done(faults={"document": [Transfer(truncate_at=10), Transfer(reset_at=20)]}))
    assert ended.retries == []
    assert stage.calls(ended) == {**DONE_CALLS, "document": 3}
    assert DONE.script
    assert DONE.script.document
    assert stage.objects()[ended.output["key"]] == DONE.script.document.body


@pytest.mark.parametrize(
    ("operation", "fault", "state", "error", "words"),
    [
        ("createReport", Fault(status=400, message="no such type"), "Create report", "SpApiRejected", "no such type"),
        ("createReport", Fault(status=403, details=NO_ROLE), "Create report", "SpApiAccessMissing", NO_ROLE),
        ("getReport", Fault(status=401, details=TOKEN), "Get report", "SpApiAccessMissing", TOKEN),
        ("getReportDocument", Fault(status=403, details=NO_ROLE), "Handle done", "SpApiAccessMissing", NO_ROLE),
        ("getReport", Fault(status=400), "Get report", "SpApiRejected", "getReport: SP-API answered 400"),
        (
            "document",
            Transfer(redirect="https://elsewhere.example/"),
            "Handle done",
            "DocumentOriginRefused",
            "redirects to",
        ),
        ("document", Fault(status=400), "Handle done", "DocumentRefused", "answered 400: InvalidRequest"),
    ],
)
def test_what_repeating_does_not_mend_is_red_at_once_with_its_own_name(
    stage: Harness, operation: str, fault: Fault | Transfer, state: str, error: str, words: str
) -> None:
    ended = stage.run(done(faults={operation: [fault] * 3}))
    assert ended.retries == []
    assert (ended.error, ended.states[-1]) == (error, state)
    assert ended.cause
    assert words in json.loads(ended.cause)["errorMessage"]
    assert stage.objects() == {}


def test_a_report_that_amazon_has_lost_is_red_and_the_next_execution_asks_anew(stage: Harness) -> None:
    lost = stage.run(done(not_found_first=1000))
    assert lost.error == "SpApiNotFound"
    assert stage.ledger()[DONE.input["sellingPartnerId"]]["status"] == "LOST"
    again = stage.run(done())
    assert again.output["outcome"] == "LANDED"
    assert stage.calls(again)["createReport"] == 2


def test_an_error_document_that_cannot_be_read_does_not_hide_that_the_report_is_fatal(stage: Harness) -> None:
    script = Script(
        statuses=("FATAL",),
        document=Document.error_details("why"),
        faults={"getReportDocument": [Fault(status=403, details=NO_ROLE)] * 5},
    )
    ended = stage.run(Scenario(name="fatal", input=DONE.input, script=script, ends=None))
    assert ended.error == "ReportFatal"
    assert ended.cause
    assert "cannot be read: getReportDocument: SP-API answered 403" in ended.cause
    assert stage.ledger()[DONE.input["sellingPartnerId"]]["status"] == "FATAL"


def test_a_refused_refresh_token_is_red_at_once_and_names_the_selling_partner(stage: Harness) -> None:
    scenario = done()
    stage.authorize(scenario.input["sellingPartnerId"])
    stage.simulator.revoke(scenario.input["sellingPartnerId"])
    ended = stage.machine().execute(scenario.input)
    assert ended.error == "LwaRefused"
    assert ended.cause
    assert f"selling partner {scenario.input['sellingPartnerId']}" in json.loads(ended.cause)["errorMessage"]
    (entry,) = stage.entries()
    assert (entry.status, entry.unanswered_calls) == ("QUEUED", ())


def test_a_missing_secret_is_red_at_once_and_named(stage: Harness) -> None:
    ended = stage.machine().execute(DONE.input)
    assert ended.error == "CredentialsMissing"
    assert ended.cause
    assert json.loads(ended.cause)["errorMessage"] == (
        "there is no secret reportflow/lwa-client; it must hold a JSON object with client_id and client_secret"
    )


def test_a_secret_that_was_rotated_needs_no_deployment(stage: Harness) -> None:
    def rotate(module: str) -> None:
        if module == "handle_done":
            stage.simulator.rotate_secret()
            stage.simulator.expire_access_tokens()
            stage.authorize(DONE.input["sellingPartnerId"])

    stage.before = rotate
    assert stage.run(DONE).status == "SUCCEEDED"
