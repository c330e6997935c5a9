"""Create report: one report for one request, whatever is lost on the way."""

import json
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn
from unittest import mock

import pytest
import urllib3

import create_report
from credentials import CredentialsMissing
from ledger import ClaimLost, Entry, Ledger, Status
from local.simulator import Fault, Script, Simulator, Transfer
from messages import Created, Failure, Landed
from request import InvalidRequest, parse
from spapi.errors import (
    LwaRefused,
    LwaUnavailable,
    SpApiError,
    SpApiForbidden,
    SpApiNotFound,
    SpApiRejected,
    SpApiThrottled,
    SpApiUnavailable,
    SpApiUnreachable,
)
from spapi.lwa import AccessTokens
from spapi.reports import ReportsApi
from tests.lambdas.samples import (
    ANOTHER,
    DEADLINE,
    EXECUTION,
    FRANCE,
    GERMANY,
    IMPATIENT,
    NOW,
    REPORT_TYPE,
    SELLER,
    WINDOW,
    fails,
    raw_input,
    record,
    request_of,
    turn_of,
)

Attempt = Callable[..., Created]
OPTIONS = {"reportOptions": {"custom": "true"}}
LANDED: Landed = {
    "sellingPartnerId": SELLER,
    "reportType": REPORT_TYPE,
    "marketplaceIds": [GERMANY],
    "reportOptions": {},
    **WINDOW,  # type: ignore[typeddict-item]  # both are strings
    "reportId": "R1",
    "outcome": "LANDED",
    "reportDocumentId": "D1",
    "bucket": "reports",
    "key": "reports/R1.tsv",
    "manifestKey": "manifests/R1.json",
    "bytes": 7,
    "sha256": "00",
    "rows": None,
    "charset": None,
    "secondsToLand": 20,
}
FAILED: Failure = {
    "sellingPartnerId": SELLER,
    "reportType": REPORT_TYPE,
    "marketplaceIds": [GERMANY],
    "reportOptions": {},
    "reportId": "R1",
    "outcome": "FATAL",
    "reason": "UNKNOWN",
    "cause": "x",
}


@pytest.fixture
def attempt(sp_api: ReportsApi, ledger: Ledger) -> Attempt:
    """Return create_report for one request, so many seconds after NOW."""

    def create(*, execution: str = EXECUTION, after: float = 0, api: ReportsApi = sp_api, **changes: Any) -> Created:
        return create_report.create_report(
            request=request_of(**changes),
            execution=execution,
            sp_api=api,
            ledger=ledger,
            deadline_seconds=DEADLINE,
            now=NOW + timedelta(seconds=after),
        )

    return create


def entry_of(ledger: Ledger, **changes: Any) -> Entry:
    entry = ledger.find(request_of(**changes))
    assert entry
    return entry


def sp_api_calls(simulator: Simulator) -> dict[str, int]:
    return {operation: count for operation, count in simulator.count().items() if operation != "LWA"}


def test_what_was_never_asked_for_is_created(attempt: Attempt, simulator: Simulator, ledger: Ledger) -> None:
    created = attempt()
    (report,) = simulator.reports
    assert created == {
        "request": request_of(),
        "result": {"outcome": "CREATED", "reason": ""},
        "report": {"reportId": report.report_id, "processingStatus": "IN_QUEUE"},
        "poll": {
            "reportId": report.report_id,
            "number": 0,
            "waitSeconds": 15,
            "waitedSeconds": 0,
            "startedAt": NOW.isoformat(),
            "deadlineSeconds": DEADLINE,
            "overdue": False,
        },
    }
    assert sp_api_calls(simulator) == {"createReport": 1}
    assert entry_of(ledger) == Entry("REQUESTED", EXECUTION, NOW, NOW, report.report_id, None)
    assert ledger.knows_report(request_of(), report.report_id)


@pytest.mark.parametrize("more", [WINDOW, {}, OPTIONS, {"dataStartTime": "2026-11-01T00:00:00+01:00"}])
def test_amazon_is_asked_for_what_was_meant_and_no_more(
    sp_api: ReportsApi, ledger: Ledger, simulator: Simulator, more: dict[str, Any]
) -> None:
    request = parse(raw_input(marketplaceIds=[GERMANY, FRANCE], **more), now=NOW)
    create_report.create_report(
        request=request, execution=EXECUTION, sp_api=sp_api, ledger=ledger, deadline_seconds=60, now=NOW
    )
    start = {"dataStartTime": "2026-10-31T23:00:00Z"} if "+01:00" in more.get("dataStartTime", "") else {}
    assert simulator.reports[0].specification.received == {
        "reportType": REPORT_TYPE,
        "marketplaceIds": [FRANCE, GERMANY],
        **more,
        **start,
    }


def test_what_has_landed_is_not_asked_for_again(attempt: Attempt, simulator: Simulator, ledger: Ledger) -> None:
    record(turn_of({"reportId": "R1"}), ledger)
    ledger.ended(request_of(), status="LANDED", report_id="R1", now=NOW, result=LANDED)
    assert attempt(execution=ANOTHER, after=9e6) == {
        "request": request_of(),
        "result": {**LANDED, "outcome": "ALREADY_LANDED"},
    }
    assert simulator.calls == []


@pytest.mark.parametrize("status", ["REQUESTED", "OVERDUE"])
@pytest.mark.parametrize("execution", [EXECUTION, ANOTHER])
def test_a_report_that_is_under_way_is_adopted(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, status: Status, execution: str
) -> None:
    record(turn_of({"reportId": "R1"}), ledger)
    if status == "OVERDUE":
        ledger.ended(request_of(), status="OVERDUE", report_id="R1", now=NOW, result=FAILED)
    adopted = attempt(execution=execution, after=500_000)
    assert adopted["result"] == {
        "outcome": "ADOPTED",
        "reason": f"asked for at 2026-11-10T12:00:00+00:00 by {EXECUTION}",
    }
    assert adopted["report"] == {"reportId": "R1", "processingStatus": "IN_QUEUE"}
    # Its deadline counts anew, from this execution's start.
    assert adopted["poll"] == {**turn_of({"reportId": "R1"})["poll"], "startedAt": "2026-11-16T06:53:20+00:00"}
    assert simulator.calls == []


@pytest.mark.parametrize("status", ["NO_DATA", "CANCELLED_ELSEWHERE", "FATAL", "WITHDRAWN"])
def test_what_ended_without_a_document_is_asked_for_anew(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, status: Status
) -> None:
    record(turn_of({"reportId": "R1"}), ledger)
    ledger.ended(request_of(), status=status, report_id="R1", now=NOW, result=FAILED)
    created = attempt(execution=ANOTHER, after=60)
    (report,) = simulator.reports
    assert created["result"]["outcome"] == "CREATED"
    assert sp_api_calls(simulator) == {"createReport": 1}
    assert entry_of(ledger)[:2] == ("REQUESTED", ANOTHER)
    assert entry_of(ledger).report_id == report.report_id != "R1"


def test_while_another_asks_it_is_waited_for(attempt: Attempt, simulator: Simulator, ledger: Ledger) -> None:
    ledger.claim(request_of(), execution=ANOTHER, now=NOW, seen=None)
    before = entry_of(ledger)
    assert attempt(after=30 * 60 - 1) == {
        "request": request_of(),
        "result": {"outcome": "WAIT", "reason": f"{ANOTHER} is asking for the same report right now"},
        "poll": {"waitSeconds": 20},
    }
    assert simulator.calls == []
    assert entry_of(ledger) == before


@pytest.mark.parametrize(("execution", "after"), [(ANOTHER, 30 * 60), (EXECUTION, 1)])
def test_a_claim_of_the_dead_or_of_ones_own_is_taken_over_with_a_look_at_amazon(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, execution: str, after: int
) -> None:
    ledger.claim(request_of(), execution=execution, now=NOW, seen=None)
    assert attempt(after=after)["result"]["outcome"] == "CREATED"
    assert sp_api_calls(simulator) == {"getReports": 1, "createReport": 1}
    assert entry_of(ledger)[:2] == ("REQUESTED", EXECUTION)


ANSWER_LOST: list[Fault | Transfer] = [
    Fault(status=503, after=True),
    Fault(status=500, after=True),
    Fault(status=502, after=True),
    Fault(reset=True, after=True),
    Fault(hang=30, after=True),
    Transfer(truncate_at=4),
    Transfer(reset_at=4),
    Transfer(corrupt_at=0),
]


@IMPATIENT
@pytest.mark.parametrize(
    ("fault", "changes"),
    [
        *((fault, {}) for fault in ANSWER_LOST),
        (ANSWER_LOST[0], OPTIONS),
        (ANSWER_LOST[0], {"marketplaceIds": [GERMANY, FRANCE]}),
    ],
)
def test_a_report_whose_creation_was_not_answered_is_adopted(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, fault: Fault | Transfer, changes: dict[str, Any]
) -> None:
    simulator.fail("createReport", [fault])
    with fails(SpApiUnavailable, simulator=simulator):
        attempt(**changes)
    assert entry_of(ledger, **changes) == Entry("CLAIMED", EXECUTION, NOW, NOW, None, None)
    adopted = attempt(after=10, **changes)
    (report,) = simulator.reports
    assert adopted["result"] == {
        "outcome": "ADOPTED",
        "reason": "found at Amazon after a createReport without an answer",
    }
    assert adopted["poll"]["reportId"] == report.report_id  # type: ignore[typeddict-item]  # a Poll, as the outcome says
    assert sp_api_calls(simulator) == {"createReport": 1, "getReports": 1}
    assert entry_of(ledger, **changes)[:2] == ("REQUESTED", EXECUTION)
    assert entry_of(ledger, **changes).report_id == report.report_id


@IMPATIENT
@pytest.mark.parametrize(
    ("fault", "failures"),
    [
        (Fault(status=500), 1),
        (Fault(status=502), 1),
        (Fault(status=503), 3),
        (Fault(reset=True), 3),
        (Fault(hang=30, status=503), 1),
    ],
)
def test_if_nothing_was_created_exactly_one_report_is(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, fault: Fault, failures: int
) -> None:
    simulator.fail("createReport", [fault] * failures)
    for number in range(failures):
        with fails(SpApiUnavailable, simulator=simulator):
            attempt(after=number)
    assert simulator.reports == []
    created = attempt(after=failures)
    assert created["result"]["outcome"] == "CREATED"
    assert [report.report_id for report in simulator.reports] == [entry_of(ledger).report_id]
    assert sp_api_calls(simulator) == {"createReport": failures + 1, "getReports": failures}
    assert entry_of(ledger).asked_since == NOW


@IMPATIENT
def test_a_report_that_is_created_after_nobody_listens_any_more_is_adopted(
    attempt: Attempt, simulator: Simulator
) -> None:
    simulator.fail("createReport", [Fault(hang=0.6)])
    with fails(SpApiUnavailable, simulator=simulator):
        attempt()
    assert simulator.reports == []
    for _ in range(500):
        if simulator.reports:
            break
        time.sleep(0.01)
    assert attempt(after=10)["result"]["outcome"] == "ADOPTED"
    assert len(simulator.reports) == 1


def test_a_report_of_a_window_with_milliseconds_is_adopted(attempt: Attempt, simulator: Simulator) -> None:
    changes = {"dataEndTime": "2026-11-07T23:59:59.999Z"}
    simulator.fail("createReport", [Fault(status=503, after=True)])
    with pytest.raises(SpApiUnavailable):
        attempt(**changes)
    assert attempt(after=10, **changes)["result"]["outcome"] == "ADOPTED"
    assert len(simulator.reports) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [(Fault(status=429), SpApiThrottled), (Fault(status=503), SpApiUnavailable), (Fault(status=403), SpApiForbidden)],
)
def test_a_look_at_amazon_that_fails_creates_nothing_and_forgets_nothing(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, fault: Fault, kind: type[SpApiError]
) -> None:
    simulator.fail("createReport", [Fault(reset=True, after=True)])
    with pytest.raises(SpApiUnavailable):
        attempt()
    simulator.fail("getReports", fault)
    with fails(kind, simulator=simulator):
        attempt(after=10)
    assert entry_of(ledger).status == "CLAIMED"
    simulator.fail("getReports", [])
    assert attempt(after=20)["result"]["outcome"] == "ADOPTED"
    assert simulator.count()["createReport"] == len(simulator.reports) == 1


@pytest.mark.parametrize(
    ("operation", "fault", "kind"),
    [
        ("createReport", Fault(status=429), SpApiThrottled),
        ("createReport", Fault(status=400), SpApiRejected),
        ("createReport", Fault(status=403), SpApiForbidden),
        ("createReport", Fault(status=404), SpApiNotFound),
        ("createReport", Fault(status=415), SpApiRejected),
        ("LWA", Fault(status=401), LwaRefused),
        ("LWA", Fault(status=400), LwaRefused),
        ("LWA", Fault(status=503), LwaUnavailable),
    ],
)
def test_a_certain_failure_gives_the_claim_back(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, operation: str, fault: Fault, kind: type[SpApiError]
) -> None:
    simulator.fail(operation, [fault])
    with fails(kind, simulator=simulator):
        attempt()
    assert ledger.find(request_of()) is None
    # Nobody has to wait, and no scarce getReports is spent.
    assert attempt(execution=ANOTHER, after=1)["result"]["outcome"] == "CREATED"
    assert "getReports" not in sp_api_calls(simulator)
    assert len(simulator.reports) == 1


def test_an_unreachable_amazon_gives_the_claim_back(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, http: urllib3.PoolManager, tokens: AccessTokens
) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and never listens: connections are refused
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        nowhere = ReportsApi(http=http, endpoint=endpoint, tokens=tokens, selling_partner_id=SELLER, calls=[])
        with fails(SpApiUnreachable, simulator=simulator):
            attempt(api=nowhere)
    assert ledger.find(request_of()) is None


def test_missing_credentials_give_the_claim_back(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, http: urllib3.PoolManager
) -> None:
    def credentials(selling_partner_id: str, fresh: bool) -> NoReturn:
        raise CredentialsMissing("there is no secret")

    tokens = AccessTokens(http=http, endpoint=simulator.lwa_url, credentials=credentials)
    poor = ReportsApi(http=http, endpoint=simulator.url, tokens=tokens, selling_partner_id=SELLER, calls=[])
    with fails(CredentialsMissing, simulator=simulator):
        attempt(api=poor)
    assert ledger.find(request_of()) is None
    assert simulator.calls == []


def left_behind(attempt: Attempt, simulator: Simulator) -> None:
    """Fail without an answer and without an effect, so that the next attempt looks at what Amazon lists."""
    simulator.fail("createReport", [Fault(status=503)])
    with pytest.raises(SpApiUnavailable):
        attempt()


@pytest.mark.parametrize(
    "listed",
    [
        {},
        {"dataStartTime": "2026-11-01T00:00:00.000Z", "dataEndTime": "2026-11-07T23:59:59.000Z"},
        {"dataStartTime": "2026-11-01T01:00:00+01:00", "dataEndTime": "2026-11-08T00:59:59+01:00"},
        {"dataStartTime": None, "dataEndTime": None},
        {"marketplaceIds": [FRANCE, GERMANY, "A2ZV50J4W1RKNI"]},
        {"processingStatus": "DONE"},
    ],
)
def test_a_listed_report_of_the_same_window_is_adopted_however_it_is_told(
    attempt: Attempt, simulator: Simulator, listed: dict[str, Any]
) -> None:
    left_behind(attempt, simulator)
    ours = simulator.add_report(
        REPORT_TYPE, Script(extra={**WINDOW, **listed}), selling_partner_id=SELLER, marketplace_ids=[GERMANY]
    )
    adopted = attempt(after=10)
    assert adopted["result"]["outcome"] == "ADOPTED"
    assert adopted["report"]["reportId"] == ours.report_id
    assert simulator.count()["createReport"] == 1


@pytest.mark.parametrize(
    ("foreign", "listed"),
    [
        ({}, {"dataStartTime": "2026-11-01T00:00:01Z"}),
        ({}, {"dataEndTime": "2026-11-08T23:59:59Z"}),
        ({}, {"marketplaceIds": [FRANCE]}),
        ({"age": 5 * 60 + 1}, {}),
        ({"report_type": "GET_VENDOR_SALES_REPORT"}, {}),
        ({"selling_partner_id": "A2ANOTHER"}, {}),
    ],
)
def test_a_report_of_something_else_is_not_adopted(
    attempt: Attempt, simulator: Simulator, foreign: dict[str, Any], listed: dict[str, Any]
) -> None:
    left_behind(attempt, simulator)
    entered = {"report_type": REPORT_TYPE, "selling_partner_id": SELLER, "marketplace_ids": [GERMANY], **foreign}
    other = simulator.add_report(script=Script(extra={**WINDOW, **listed}), **entered)
    created = attempt(after=10)
    assert created["result"]["outcome"] == "CREATED"
    assert created["report"]["reportId"] != other.report_id
    assert sp_api_calls(simulator) == {"createReport": 2, "getReports": 1}


def test_a_report_just_before_the_question_may_be_ours_by_another_clock(attempt: Attempt, simulator: Simulator) -> None:
    left_behind(attempt, simulator)
    simulator.add_report(
        REPORT_TYPE, Script(extra=WINDOW), selling_partner_id=SELLER, marketplace_ids=[GERMANY], age=299
    )
    assert attempt(after=10)["result"]["outcome"] == "ADOPTED"


def test_a_report_of_another_request_is_not_adopted(attempt: Attempt, simulator: Simulator, ledger: Ledger) -> None:
    left_behind(attempt, simulator)
    another = attempt(execution=ANOTHER, after=1, **OPTIONS)
    created = attempt(after=10)
    assert created["result"]["outcome"] == "CREATED"
    assert created["report"]["reportId"] != another["report"]["reportId"]
    assert entry_of(ledger, **OPTIONS).report_id == another["report"]["reportId"]
    assert len(simulator.reports) == 2


def test_of_two_requests_that_find_the_same_report_one_adopts_it(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    left_behind(attempt, simulator)
    simulator.fail("createReport", [Fault(status=503, after=True)])
    with pytest.raises(SpApiUnavailable):
        attempt(**OPTIONS)
    # Both look before either has written.
    with mock.patch.object(ledger, "knows_report", return_value=False):
        assert attempt(after=10)["result"]["outcome"] == "ADOPTED"
        with pytest.raises(ClaimLost):
            attempt(after=10, **OPTIONS)
    assert attempt(after=20, **OPTIONS)["result"]["outcome"] == "CREATED"
    assert len(simulator.reports) == 2


def test_the_sandbox_which_always_answers_with_the_same_id_serves_a_second_request(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    record(turn_of({"reportId": "ID323"}, request=request_of(**OPTIONS)), ledger)
    simulator.script(REPORT_TYPE, Script(report_id="ID323"))
    assert attempt()["result"]["outcome"] == "CREATED"
    assert entry_of(ledger).report_id == "ID323"


def test_a_very_old_claim_asks_for_no_more_than_amazon_lists(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    ledger.claim(request_of(), execution=ANOTHER, now=NOW - timedelta(days=400), seen=None)
    assert attempt()["result"]["outcome"] == "CREATED"
    assert [call.status for call in simulator.calls if call.operation == "getReports"] == [200]


def test_of_two_executions_at_once_one_asks(attempt: Attempt, simulator: Simulator, ledger: Ledger) -> None:
    find = ledger.find

    def overtaken(request: Any) -> Entry | None:
        seen = find(request)
        ledger.claim(request, execution=ANOTHER, now=NOW, seen=seen)
        return seen

    with mock.patch.object(ledger, "find", overtaken), fails(ClaimLost, simulator=simulator):
        attempt()
    assert simulator.calls == []
    assert attempt(after=1)["result"]["outcome"] == "WAIT"


def test_a_report_that_could_not_be_recorded_is_adopted_by_the_next_attempt(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    with mock.patch.object(ledger, "requested", side_effect=ConnectionError), pytest.raises(ConnectionError):
        attempt()
    assert attempt(after=10)["result"]["outcome"] == "ADOPTED"
    assert [report.report_id for report in simulator.reports] == [entry_of(ledger).report_id]


def test_the_handler_checks_creates_records_and_logs(
    on_lambda: None, simulator: Simulator, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="reportflow")
    event: Any = {"input": raw_input(**WINDOW), "executionArn": EXECUTION, "startTime": "2026-11-10T12:00:00.000Z"}
    created = create_report.handler(event, None)
    (report,) = simulator.reports
    assert created["result"] == {"outcome": "CREATED", "reason": ""}
    assert created["request"] == request_of()
    assert json.loads(json.dumps(created)) == created
    assert entry_of(ledger).report_id == report.report_id
    (logged,) = caplog.records
    assert logged.getMessage() == "Create report"
    assert [call["operation"] for call in vars(logged)["calls"]] == ["createReport"]
    assert [secret for secret in simulator.secrets if secret in str(vars(logged)) + str(created)] == []


def test_the_handler_holds_dates_against_the_start_of_the_execution(on_lambda: None, simulator: Simulator) -> None:
    event: Any = {
        "input": raw_input(dataEndTime="2026-11-10T12:00:01Z"),
        "executionArn": EXECUTION,
        "startTime": "2026-11-10T12:00:00.999Z",
    }
    with fails(InvalidRequest, simulator=simulator) as refused:
        create_report.handler(event, None)
    assert "it is 2026-11-10T12:00:00.999Z now" in str(refused.value)
    assert simulator.calls == []
