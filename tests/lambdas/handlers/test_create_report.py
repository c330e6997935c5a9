"""Create report: one report for one request, whatever is lost on the way."""

import json
import random
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, NoReturn
from unittest import mock

import pytest
import urllib3

from lambdas.credentials import CredentialsMissing
from lambdas.handlers import create_report
from lambdas.ledger.item import Entry, Outcome
from lambdas.ledger.recovery import CALL, LISTING_LAG, SKEW, CreateReportUnanswered
from lambdas.ledger.table import ClaimLost, Ledger
from lambdas.payloads.results import Failure, Landed
from lambdas.payloads.state_data import Created
from lambdas.polling import poll_schedule
from lambdas.quota.reservations import NotAdmitted
from lambdas.request.parsing import InvalidRequest, parse_request
from lambdas.spapi.errors import (
    LwaRefused,
    LwaUnavailable,
    SpApiAccessMissing,
    SpApiError,
    SpApiForbidden,
    SpApiNotFound,
    SpApiRejected,
    SpApiThrottled,
    SpApiUnavailable,
    SpApiUnreachable,
)
from lambdas.spapi.lwa import AccessTokens, Credentials
from lambdas.spapi.reports import ReportsApi
from local.simulator import Fault, Script, Simulator, Transfer
from tests.testing.kinds import one_of_each
from tests.testing.samples import (
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
    Unpaced,
    fails,
    raw_input,
    record,
    request_of,
    state_data_of,
)

Attempt = Callable[..., Created]
# From then on it can be known what became of a call without an answer.
LOOK = LISTING_LAG.total_seconds()
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
    "suspectEmpty": False,
    "findings": [],
    "changed": None,
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


def attempts(sp_api: ReportsApi, ledger: Ledger) -> Attempt:
    """Return create_report for one request, so many seconds after NOW."""

    def create(
        *,
        execution: str = EXECUTION,
        after: float = 0,
        started: float = 0,
        api: ReportsApi = sp_api,
        running: bool = True,
        **changes: Any,
    ) -> Created:
        now, request = NOW + timedelta(seconds=after), request_of(**changes)
        job = create_report.CreationJob(
            request=request,
            execution=execution,
            started=NOW + timedelta(seconds=started),
            sp_api=api,
            ledger=ledger,
            is_running=lambda _: running,
            first_poll=lambda report_id: poll_schedule.first_poll(
                report_id=report_id, started_at=now, deadline_seconds=DEADLINE, durations=[], factor=5
            ),
            now=now,
        )
        return create_report.create_report(job, ledger.find(request))

    return create


@pytest.fixture
def attempt(sp_api: ReportsApi, ledger: Ledger) -> Attempt:
    return attempts(sp_api, ledger)


@pytest.fixture
def client_of(http: urllib3.PoolManager) -> Callable[[Simulator], ReportsApi]:
    """Return a function that returns the client of a simulator."""

    def client(simulator: Simulator) -> ReportsApi:
        def credentials(selling_partner_id: str, fresh: bool) -> Credentials:
            return Credentials(**simulator.application, refresh_token=simulator.refresh_token(selling_partner_id))

        tokens = AccessTokens(http=http, endpoint=simulator.lwa_url, credentials=credentials)
        return ReportsApi(
            http=http, endpoint=simulator.url, tokens=tokens, selling_partner_id=SELLER, calls=[], pace=Unpaced()
        )

    return client


class UsedUp(Unpaced):
    """Admits nothing for 77 seconds."""

    def admit(self, operation: str) -> None:
        """Refuse it."""
        raise NotAdmitted(operation, wait_seconds=77)


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
            "factor": 5,
            "durations": [],
            "overdue": False,
        },
    }
    assert sp_api_calls(simulator) == {"createReport": 1}
    entry = entry_of(ledger)
    assert (entry.status, entry.execution, entry.report_id, entry.attempts) == (
        "REQUESTED",
        EXECUTION,
        report.report_id,
        1,
    )
    assert ledger.knows_report(request_of(), report.report_id)


@pytest.mark.parametrize("more", [WINDOW, {}, OPTIONS, {"dataStartTime": "2026-11-01T00:00:00+01:00"}])
def test_amazon_is_asked_for_what_was_meant_and_no_more(
    sp_api: ReportsApi, ledger: Ledger, simulator: Simulator, more: dict[str, Any]
) -> None:
    request = parse_request(raw_input(marketplaceIds=[GERMANY, FRANCE], **more), now=NOW)
    job = create_report.CreationJob(
        request=request,
        execution=EXECUTION,
        started=NOW,
        sp_api=sp_api,
        ledger=ledger,
        is_running=lambda _: True,
        first_poll=lambda report_id: state_data_of({"reportId": report_id})["poll"],
        now=NOW,
    )
    create_report.create_report(job, None)
    start = {"dataStartTime": "2026-10-31T23:00:00Z"} if "+01:00" in more.get("dataStartTime", "") else {}
    assert simulator.reports[0].specification.received == {
        "reportType": REPORT_TYPE,
        "marketplaceIds": [FRANCE, GERMANY],
        **more,
        **start,
    }


def test_what_has_landed_is_not_asked_for_again(attempt: Attempt, simulator: Simulator, ledger: Ledger) -> None:
    record(state_data_of({"reportId": "R1"}), ledger)
    ledger.record_outcome(request_of(), status="LANDED", report_id="R1", now=NOW, result=LANDED)
    assert attempt(execution=ANOTHER, after=9e6) == {
        "request": request_of(),
        "result": {**LANDED, "outcome": "ALREADY_LANDED"},
    }
    assert simulator.calls == []


def test_what_has_landed_is_asked_for_again_by_a_refresh_that_starts_later(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    record(state_data_of({"reportId": "R1"}), ledger)
    ledger.record_outcome(request_of(), status="LANDED", report_id="R1", now=NOW, result=LANDED)
    # It landed while this execution was waiting: that is fresh enough.
    assert attempt(execution=ANOTHER, started=-5, after=10, refresh=True)["result"]["outcome"] == "ALREADY_LANDED"
    assert simulator.calls == []
    assert attempt(execution=ANOTHER, started=5, after=10, refresh=True)["result"]["outcome"] == "CREATED"
    assert len(simulator.reports) == 1
    # A refresh is the same request, not another one.
    assert entry_of(ledger).report_id == simulator.reports[0].report_id


@pytest.mark.parametrize("status", ["REQUESTED", "OVERDUE"])
def test_a_report_that_another_execution_has_left_is_adopted(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, status: str
) -> None:
    record(state_data_of({"reportId": "R1"}), ledger)
    if status == "OVERDUE":
        ledger.record_outcome(request_of(), status="OVERDUE", report_id="R1", now=NOW, result=FAILED)
    adopted = attempt(execution=ANOTHER, started=400_000, after=500_000, running=False)
    assert adopted["result"] == {"outcome": "ADOPTED", "reason": "it was asked for before"}
    assert adopted["report"] == {"reportId": "R1", "processingStatus": "IN_QUEUE"}
    # Its deadline counts anew, from this execution's start.
    assert adopted["poll"] == {**state_data_of({"reportId": "R1"})["poll"], "startedAt": "2026-11-16T06:53:20+00:00"}
    assert simulator.calls == []
    assert (entry_of(ledger).status, entry_of(ledger).execution) == ("REQUESTED", ANOTHER)
    # And nobody else takes it while this one is at work.
    assert attempt(execution=EXECUTION, started=500_001, after=500_002)["result"]["outcome"] == "WAIT"


def test_a_report_of_ones_own_is_gone_on_with(attempt: Attempt, simulator: Simulator, ledger: Ledger) -> None:
    record(state_data_of({"reportId": "R1"}), ledger)
    assert attempt(after=5)["result"]["outcome"] == "ADOPTED"
    assert simulator.calls == []


@pytest.mark.parametrize("status", ["NO_DATA", "CANCELLED_ELSEWHERE", "TOO_SOON", "FATAL", "WITHDRAWN", "LOST"])
def test_what_ended_without_a_document_is_asked_for_anew(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, status: Outcome
) -> None:
    record(state_data_of({"reportId": "R1"}), ledger)
    ledger.record_outcome(request_of(), status=status, report_id="R1", now=NOW, result=FAILED)
    created = attempt(execution=ANOTHER, started=30, after=60)
    (report,) = simulator.reports
    assert created["result"]["outcome"] == "CREATED"
    assert sp_api_calls(simulator) == {"createReport": 1}
    assert (entry_of(ledger).status, entry_of(ledger).execution) == ("REQUESTED", ANOTHER)
    assert entry_of(ledger).report_id == report.report_id != "R1"


@pytest.mark.parametrize("status", ["NO_DATA", "CANCELLED_ELSEWHERE", "TOO_SOON", "FATAL", "OVERDUE"])
def test_an_outcome_that_comes_while_it_is_waited_for_is_shared(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, status: Outcome
) -> None:
    record(state_data_of({"reportId": "R1"}), ledger)
    assert attempt(execution=ANOTHER)["result"]["outcome"] == "WAIT"
    ended = NOW + timedelta(seconds=10)
    result: Any = {**FAILED, "outcome": status}
    ledger.record_outcome(request_of(), status=status, report_id="R1", now=ended, result=result)
    shared = attempt(execution=ANOTHER, after=20)
    assert shared["result"] == {**FAILED, "outcome": status}
    assert simulator.calls == []


def test_while_another_is_at_work_it_is_waited_for_longer_and_longer(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    ledger.claim(request_of(), execution=ANOTHER, now=NOW, entry=None)
    before = entry_of(ledger)
    waits = [attempt(after=after)["poll"] for after in (0, 100, 10_000, 1_000_000)]
    assert waits == [{"waitSeconds": seconds} for seconds in (20, 30, 300, 600)]
    assert ANOTHER in str(attempt()["result"])
    assert simulator.calls == []
    assert entry_of(ledger) == before


@pytest.mark.parametrize(("execution", "running"), [(ANOTHER, False), (EXECUTION, True)])
def test_a_claim_of_the_dead_or_of_ones_own_is_taken_over_with_a_look_at_amazon(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, execution: str, running: bool
) -> None:
    ledger.claim(request_of(), execution=execution, now=NOW, entry=None)
    assert attempt(after=1, running=running)["poll"] == {"waitSeconds": 59}
    assert attempt(after=LOOK, running=running)["result"]["outcome"] == "CREATED"
    assert sp_api_calls(simulator) == {"getReports": 1, "createReport": 1}
    assert (entry_of(ledger).status, entry_of(ledger).execution) == ("REQUESTED", EXECUTION)


def test_what_is_to_be_asked_for_again_is_when_its_time_has_come(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    record(state_data_of({"reportId": "R1"}), ledger)
    again: Any = {**FAILED, "outcome": "ASK_AGAIN", "waitSeconds": 90}
    ledger.record_rerequest(request_of(), entry=entry_of(ledger), now=NOW, result=again)
    assert attempt(after=30)["poll"] == {"waitSeconds": 60}
    assert attempt(after=90)["result"]["outcome"] == "CREATED"
    assert entry_of(ledger).attempts == 2
    assert len(simulator.reports) == 1


@pytest.mark.parametrize("refresh", [False, True])
@pytest.mark.parametrize("seed", one_of_each(range(4), lambda seed: seed < 1))
def test_ten_executions_at_once_are_one_report_in_whatever_order_they_come(
    attempt: Attempt, simulator: Simulator, seed: int, refresh: bool
) -> None:
    order = [number for number in range(10) for _ in range(4)]
    random.Random(seed).shuffle(order)  # noqa: S311 - an order, not a secret
    outcomes = {
        number: attempt(execution=f"{EXECUTION}{number}", after=step, refresh=refresh)["result"]["outcome"]
        for step, number in enumerate(order)
    }
    assert sp_api_calls(simulator) == {"createReport": 1}
    assert sorted(outcomes.values()) == ["ADOPTED", *["WAIT"] * 9]


def test_without_quota_it_waits_in_line_and_nothing_was_asked(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, sp_api: ReportsApi
) -> None:
    sp_api._pace = UsedUp()
    assert attempt() == {
        "request": request_of(),
        "result": {"outcome": "WAIT", "reason": "the quota createReport is used up for 77 seconds"},
        "poll": {"waitSeconds": 77},
    }
    assert sp_api_calls(simulator) == {}
    entry = entry_of(ledger)
    assert (entry.status, entry.has_queue_place, entry.unanswered_calls) == ("QUEUED", True, ())
    sp_api._pace = Unpaced()
    assert attempt(after=77)["result"]["outcome"] == "CREATED"
    assert sp_api_calls(simulator) == {"createReport": 1}


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
    assert entry_of(ledger, **changes).unanswered_calls == (NOW,)
    assert attempt(after=1, **changes)["poll"] == {"waitSeconds": 59}
    adopted = attempt(after=LOOK, **changes)
    (report,) = simulator.reports
    assert adopted["result"] == {
        "outcome": "ADOPTED",
        "reason": "found at Amazon after a createReport without an answer",
    }
    assert adopted["poll"]["reportId"] == report.report_id  # type: ignore[typeddict-item]  # a Poll, as the outcome says
    assert sp_api_calls(simulator) == {"createReport": 1, "getReports": 1}
    assert entry_of(ledger, **changes).status == "REQUESTED"
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
            attempt(after=(2**number - 1) * LOOK)
    assert simulator.reports == []
    # One that comes too early only waits: with each call without an answer the next is further off.
    assert attempt(after=(2**failures - 2) * LOOK)["result"]["outcome"] == "WAIT"
    created = attempt(after=(2**failures - 1) * LOOK)
    assert created["result"]["outcome"] == "CREATED"
    assert [report.report_id for report in simulator.reports] == [entry_of(ledger).report_id]
    assert sp_api_calls(simulator) == {"createReport": failures + 1, "getReports": failures}
    assert entry_of(ledger).unanswered_calls == ()


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=502), Fault(reset=True)])
def test_without_any_answer_create_report_is_called_five_times_in_half_an_hour(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, fault: Fault
) -> None:
    simulator.fail("createReport", [fault] * 20)
    for number in range(5):
        with fails(SpApiUnavailable, simulator=simulator):
            attempt(after=(2**number - 1) * LOOK)
    for _ in range(3):
        with fails(CreateReportUnanswered, simulator=simulator) as unanswered:
            attempt(after=31 * LOOK)
    assert str(unanswered.value).startswith("createReport gave no answer 5 times, and Amazon lists no report")
    assert simulator.count()["createReport"] == 5
    # The claim stands: whoever comes next looks before anything is asked for.
    assert entry_of(ledger).unanswered_calls != ()
    with fails(SpApiUnavailable, simulator=simulator):
        attempt(execution=ANOTHER, running=False, after=32 * LOOK)


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
    assert attempt(after=LOOK)["result"]["outcome"] == "ADOPTED"
    assert len(simulator.reports) == 1


def test_a_report_of_a_window_with_milliseconds_is_adopted(attempt: Attempt, simulator: Simulator) -> None:
    changes = {"dataEndTime": "2026-11-07T23:59:59.999Z"}
    simulator.fail("createReport", [Fault(status=503, after=True)])
    with pytest.raises(SpApiUnavailable):
        attempt(**changes)
    assert attempt(after=LOOK, **changes)["result"]["outcome"] == "ADOPTED"
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
        attempt(after=LOOK)
    assert entry_of(ledger).status == "CLAIMED"
    simulator.fail("getReports", [])
    assert attempt(after=2 * LOOK)["result"]["outcome"] == "ADOPTED"
    assert simulator.count()["createReport"] == len(simulator.reports) == 1


@pytest.mark.parametrize(
    ("operation", "fault", "kind"),
    [
        ("createReport", Fault(status=429), SpApiThrottled),
        ("createReport", Fault(status=400), SpApiRejected),
        ("createReport", Fault(status=403, details="does not have access"), SpApiAccessMissing),
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
    assert entry_of(ledger).unanswered_calls == ()
    # Nobody has to wait, and no scarce getReports is spent.
    assert attempt(execution=ANOTHER, after=1, running=False)["result"]["outcome"] == "CREATED"
    assert "getReports" not in sp_api_calls(simulator)
    assert len(simulator.reports) == 1


@pytest.mark.parametrize("after", [False, True])
def test_a_denial_without_a_reason_is_looked_behind_before_it_is_asked_again(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, after: bool
) -> None:
    simulator.fail("createReport", [Fault(status=403, after=after)] * 7)
    for _ in range(1 if after else 7):
        with fails(SpApiForbidden, simulator=simulator):
            attempt(after=2 * LOOK * simulator.count()["createReport"])
        entry = entry_of(ledger)
        assert (entry.status, len(entry.unanswered_calls), entry.unanswered_attempts) == ("QUEUED", 1, 0)
    # However often: it is not counted as silence, so that a redrive may go on.
    outcome = attempt(execution=ANOTHER, after=50 * LOOK, running=False)["result"]["outcome"]
    assert outcome == ("ADOPTED" if after else "CREATED")
    assert len(simulator.reports) == 1


def test_an_unreachable_amazon_gives_the_claim_back(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, http: urllib3.PoolManager, tokens: AccessTokens
) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and never listens: connections are refused
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        nowhere = ReportsApi(
            http=http, endpoint=endpoint, tokens=tokens, selling_partner_id=SELLER, calls=[], pace=Unpaced()
        )
        with fails(SpApiUnreachable, simulator=simulator):
            attempt(api=nowhere)
    assert entry_of(ledger).unanswered_calls == ()


def test_missing_credentials_give_the_claim_back(
    attempt: Attempt, simulator: Simulator, ledger: Ledger, http: urllib3.PoolManager
) -> None:
    def credentials(selling_partner_id: str, fresh: bool) -> NoReturn:
        raise CredentialsMissing("there is no secret")

    tokens = AccessTokens(http=http, endpoint=simulator.lwa_url, credentials=credentials)
    poor = ReportsApi(
        http=http, endpoint=simulator.url, tokens=tokens, selling_partner_id=SELLER, calls=[], pace=Unpaced()
    )
    with fails(CredentialsMissing, simulator=simulator):
        attempt(api=poor)
    assert entry_of(ledger).unanswered_calls == ()
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
    adopted = attempt(after=LOOK)
    assert adopted["result"]["outcome"] == "ADOPTED"
    assert adopted["report"]["reportId"] == ours.report_id
    assert simulator.count()["createReport"] == 1


@pytest.mark.parametrize(
    ("foreign", "listed"),
    [
        ({}, {"dataStartTime": "2026-11-01T00:00:01Z"}),
        ({}, {"dataEndTime": "2026-11-08T23:59:59Z"}),
        ({}, {"marketplaceIds": [FRANCE]}),
        ({"age": SKEW.total_seconds() + 1}, {}),
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
    created = attempt(after=LOOK)
    assert created["result"]["outcome"] == "CREATED"
    assert created["report"]["reportId"] != other.report_id
    assert sp_api_calls(simulator) == {"createReport": 2, "getReports": 1}


def test_a_report_just_before_the_question_may_be_ours_by_another_clock(attempt: Attempt, simulator: Simulator) -> None:
    left_behind(attempt, simulator)
    simulator.add_report(
        REPORT_TYPE, Script(extra=WINDOW), selling_partner_id=SELLER, marketplace_ids=[GERMANY], age=59
    )
    assert attempt(after=LOOK)["result"]["outcome"] == "ADOPTED"


@pytest.mark.parametrize("comes_back", [True, False])
def test_requests_that_differ_in_options_never_adopt_each_others_report(
    ledger: Ledger, client_of: Callable[[Simulator], ReportsApi], comes_back: bool
) -> None:
    """Both lose createReport's answer, and Amazon's listing does not tell the two apart."""
    seconds = [0.0]
    with Simulator(clock=lambda: NOW.timestamp() + seconds[0]) as simulator:
        attempt = attempts(client_of(simulator), ledger)

        def at(after: float, **changes: Any) -> Created:
            seconds[0] = after
            return attempt(after=after, **changes)

        simulator.fail("createReport", [Fault(status=503, after=True)] * 2)
        with pytest.raises(SpApiUnavailable):
            at(0)
        clear = (CALL + 2 * SKEW).total_seconds()
        assert at(1, execution=ANOTHER, **OPTIONS)["poll"] == {"waitSeconds": clear - 1}
        if comes_back:
            assert at(LOOK)["result"]["outcome"] == "ADOPTED"
        with pytest.raises(SpApiUnavailable):
            at(clear, execution=ANOTHER, **OPTIONS)
        assert at(clear + LOOK, execution=ANOTHER, **OPTIONS)["result"]["outcome"] == "ADOPTED"
        # The one that comes back late finds its own all the same.
        assert at(clear + 2 * LOOK)["result"]["outcome"] == "ADOPTED"
        asked = {report.report_id: report.specification.received.get("reportOptions") for report in simulator.reports}
        assert asked == {
            entry_of(ledger).report_id: None,
            entry_of(ledger, **OPTIONS).report_id: OPTIONS["reportOptions"],
        }


def test_the_sandbox_which_always_answers_with_the_same_id_serves_a_second_request(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    record(state_data_of({"reportId": "ID323"}, request=request_of(**OPTIONS)), ledger)
    simulator.script(REPORT_TYPE, Script(report_id="ID323"))
    assert attempt()["result"]["outcome"] == "CREATED"
    assert entry_of(ledger).report_id == "ID323"


def test_a_very_old_claim_asks_for_no_more_than_amazon_lists(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    ledger.claim(request_of(), execution=ANOTHER, now=NOW - timedelta(days=400), entry=None)
    assert attempt(running=False)["result"]["outcome"] == "CREATED"
    assert [call.status for call in simulator.calls if call.operation == "getReports"] == [200]


def test_of_two_executions_at_once_one_asks(attempt: Attempt, simulator: Simulator, ledger: Ledger) -> None:
    find = ledger.find

    def overtaken(request: Any) -> Entry | None:
        seen = find(request)
        ledger.claim(request, execution=ANOTHER, now=NOW, entry=seen)
        return seen

    with mock.patch.object(ledger, "find", overtaken), fails(ClaimLost, simulator=simulator):
        attempt()
    assert simulator.calls == []
    assert attempt(after=1)["result"]["outcome"] == "WAIT"


def test_a_report_that_could_not_be_recorded_is_adopted_by_the_next_attempt(
    attempt: Attempt, simulator: Simulator, ledger: Ledger
) -> None:
    with mock.patch.object(ledger, "record_report", side_effect=ConnectionError), pytest.raises(ConnectionError):
        attempt()
    assert attempt(after=LOOK)["result"]["outcome"] == "ADOPTED"
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
