"""The ledger: one claim wins, both items are written or none, and a report's end does not touch a later report."""

import string
from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.ledger.item import Entry, Outcome
from lambdas.ledger.table import ClaimLost, Ledger
from lambdas.payloads.request import Request
from lambdas.payloads.results import NoDocument, RequestAgain, Window
from lambdas.request.identity import fingerprint
from lambdas.request.parsing import parse_request
from tests.lambdas.conftest import RETENTION, TABLE, Clients
from tests.testing.samples import ANOTHER, EXECUTION, FRANCE, GERMANY, NOW, SELLER, raw_input, request_of

Items = Callable[[], dict[str, dict[str, Any]]]
SOON = NOW + timedelta(minutes=1)
ASKED: Window = {
    "sellingPartnerId": SELLER,
    "reportType": "T",
    "marketplaceIds": [GERMANY],
    "reportOptions": {"title": "商品"},
    "reportId": "R1",
}
RESULT: NoDocument = {**ASKED, "outcome": "NO_DATA", "reason": "none", "findings": []}
AGAIN: RequestAgain = {**ASKED, "outcome": "ASK_AGAIN", "reason": "none", "waitSeconds": 90}


@pytest.fixture
def items(aws: Clients, ledger: Ledger) -> Items:
    """Return a function that returns all items of the table by their `entry`."""

    def read() -> dict[str, dict[str, Any]]:
        found = aws.dynamodb.scan(TableName=TABLE, ConsistentRead=True)["Items"]
        return {item["entry"]["S"]: dict(item) for item in found}

    return read


def known(ledger: Ledger, request: Request) -> Entry:
    entry = ledger.find(request)
    assert entry
    return entry


def claimed(ledger: Ledger, request: Request, *, execution: str = EXECUTION) -> Entry:
    return ledger.claim(request, execution=execution, now=NOW, entry=ledger.find(request))


def requested(ledger: Ledger, request: Request, *, report_id: str = "R1") -> Entry:
    ledger.record_report(request, claimed(ledger, request), report_id=report_id, now=NOW)
    return known(ledger, request)


def ended(ledger: Ledger, request: Request, *, status: Outcome) -> Entry:
    requested(ledger, request)
    ledger.record_outcome(request, status=status, report_id="R1", now=NOW, result=RESULT)
    return known(ledger, request)


def test_what_was_never_asked_for_is_not_known(ledger: Ledger) -> None:
    assert ledger.find(request_of()) is None
    assert not ledger.knows_report(request_of(), "R1")


def test_a_claim_says_who_asks_and_since_when(ledger: Ledger) -> None:
    written = claimed(ledger, request_of())
    assert known(ledger, request_of()) == written
    assert (written.status, written.execution, written.claimed_at, written.unanswered_calls) == (
        "CLAIMED",
        EXECUTION,
        NOW,
        (NOW,),
    )
    assert (written.report_id, written.attempts, written.ended) == (None, 0, False)
    assert written.may_exist_at_amazon


def test_of_two_claims_on_nothing_the_first_wins(ledger: Ledger) -> None:
    before = claimed(ledger, request_of())
    with pytest.raises(ClaimLost, match="GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE right now"):
        ledger.claim(request_of(), execution=ANOTHER, now=SOON, entry=None)
    assert known(ledger, request_of()) == before


@pytest.mark.parametrize("status", ["CLAIMED", *get_args(Outcome)])
def test_of_two_claims_on_the_same_entry_the_first_wins(ledger: Ledger, status: Any) -> None:
    request = request_of()
    seen = claimed(ledger, request) if status == "CLAIMED" else ended(ledger, request, status=status)
    won = ledger.claim(request, execution=ANOTHER, now=NOW, entry=seen)
    with pytest.raises(ClaimLost):
        ledger.claim(request, execution=EXECUTION, now=NOW, entry=seen)
    assert known(ledger, request) == won


def test_a_claim_on_a_claim_keeps_when_reports_may_have_been_created(ledger: Ledger) -> None:
    first = claimed(ledger, request_of())
    for execution in (EXECUTION, ANOTHER):
        assert ledger.claim(request_of(), execution=execution, now=SOON, entry=first).unanswered_calls == (NOW, SOON)
        first = requested(ledger, request_of())
        assert first.unanswered_calls == ()
        first = claimed(ledger, request_of(), execution=ANOTHER)


def test_a_claim_on_an_ended_report_forgets_it(ledger: Ledger) -> None:
    seen = ended(ledger, request_of(), status="FATAL")
    written = ledger.claim(request_of(), execution=ANOTHER, now=SOON, entry=seen)
    assert (written.report_id, written.result, written.attempts) == (None, None, 0)
    # The report itself is still known: it must not be adopted as something new.
    assert ledger.knows_report(request_of(), "R1")


def test_a_claim_that_is_taken_back_leaves_what_was_asked_before(ledger: Ledger) -> None:
    ledger.release_claim(request_of(), claimed(ledger, request_of()), now=SOON, has_queue_place=True)
    entry = known(ledger, request_of())
    assert (entry.status, entry.unanswered_calls, entry.has_queue_place) == ("QUEUED", (), True)
    assert not entry.may_exist_at_amazon
    again = ledger.claim(request_of(), execution=EXECUTION, now=SOON, entry=entry)
    ledger.release_claim(
        request_of(),
        ledger.claim(request_of(), execution=EXECUTION, now=SOON, entry=again),
        now=SOON,
        has_queue_place=True,
    )
    assert known(ledger, request_of()).unanswered_calls == (SOON,)


def test_a_claim_that_was_overtaken_cannot_be_taken_back(ledger: Ledger) -> None:
    mine = claimed(ledger, request_of())
    theirs = ledger.claim(request_of(), execution=ANOTHER, now=SOON, entry=mine)
    with pytest.raises(ClaimLost):
        ledger.release_claim(request_of(), mine, now=SOON, has_queue_place=False)
    assert known(ledger, request_of()) == theirs


@pytest.mark.parametrize("report_id", [None, "R1"])
def test_what_another_execution_left_behind_is_taken_over_once(ledger: Ledger, report_id: str | None) -> None:
    seen = requested(ledger, request_of()) if report_id else claimed(ledger, request_of())
    taken = ledger.take_over(request_of(), execution=ANOTHER, now=SOON, entry=seen)
    assert known(ledger, request_of()) == taken
    assert (taken.execution, taken.report_id, taken.unanswered_calls) == (ANOTHER, report_id, seen.unanswered_calls)
    assert taken.status == ("REQUESTED" if report_id else "CLAIMED")
    with pytest.raises(ClaimLost):
        ledger.take_over(request_of(), execution=ANOTHER, now=SOON, entry=seen)


def test_a_requested_report_is_recorded_under_both_keys(ledger: Ledger, items: Items) -> None:
    request = request_of()
    ledger.record_report(request, claimed(ledger, request), report_id="R/1#x", now=SOON)
    (key,) = (key for key in items() if key.startswith(f"request#{request['reportType']}#"))
    assert set(items()) == {key, "report#R/1#x"}
    assert items()["report#R/1#x"]["request"]["S"] == key
    entry = known(ledger, request)
    assert (entry.status, entry.report_id, entry.attempts) == ("REQUESTED", "R/1#x", 1)
    assert ledger.knows_report(request_of(reportOptions={"another": "request"}), "R/1#x")
    assert not ledger.knows_report(request_of(sellingPartnerId="A2ANOTHER"), "R/1#x")
    assert not ledger.knows_report(request, "R/1")


@pytest.mark.parametrize("meanwhile", ["taken back", "taken over", "requested already"])
def test_a_report_is_recorded_for_a_standing_claim_only(ledger: Ledger, items: Items, meanwhile: str) -> None:
    request = request_of()
    seen = claimed(ledger, request)
    if meanwhile == "taken back":
        ledger.release_claim(request, seen, now=SOON, has_queue_place=False)
    elif meanwhile == "taken over":
        ledger.claim(request, execution=ANOTHER, now=SOON, entry=seen)
    else:
        ledger.record_report(request, seen, report_id="R1", now=SOON)
    before = items()
    with pytest.raises(ClaimLost):
        ledger.record_report(request, seen, report_id="R2", now=SOON)
    assert items() == before


def test_a_report_that_is_found_belongs_to_one_request(ledger: Ledger, items: Items) -> None:
    requested(ledger, request_of())
    other = request_of(reportOptions={"a": "1"})
    seen = claimed(ledger, other)
    before = items()
    with pytest.raises(ClaimLost):
        ledger.record_report(other, seen, report_id="R1", now=SOON, found=True)
    assert items() == before


def test_attempts_are_counted_and_the_history_has_every_step(ledger: Ledger) -> None:
    request = request_of()
    requested(ledger, request)
    ledger.record_rerequest(request, entry=known(ledger, request), now=NOW, result=AGAIN)
    entry = known(ledger, request)
    assert (entry.status, entry.not_before, entry.result) == ("ASK_AGAIN", NOW + timedelta(seconds=90), AGAIN)
    assert not entry.ended
    second = requested(ledger, request, report_id="R2")
    assert second.attempts == 2
    assert [(step["status"], step.get("reportId")) for step in second.history] == [
        ("CLAIMED", None),
        ("REQUESTED", "R1"),
        ("ASK_AGAIN", "R1"),
        ("CLAIMED", None),
        ("REQUESTED", "R2"),
    ]
    assert {step["at"] for step in second.history} == {NOW.isoformat()}


@pytest.mark.parametrize("status", get_args(Outcome))
def test_how_a_report_ended_is_recorded(ledger: Ledger, status: Outcome) -> None:
    entry = ended(ledger, request_of(), status=status)
    assert (entry.status, entry.report_id, entry.result, entry.ended) == (status, "R1", RESULT, True)


def test_the_end_of_a_report_leaves_a_later_one_as_it_is(ledger: Ledger) -> None:
    request = request_of()
    ended(ledger, request, status="WITHDRAWN")
    for before in (claimed(ledger, request), requested(ledger, request, report_id="R2")):
        if before.status == "CLAIMED":
            continue
        ledger.record_outcome(request, status="LANDED", report_id="R1", now=SOON, result=RESULT)
        assert known(ledger, request) == before


def test_the_end_of_a_report_that_is_not_known_writes_nothing(ledger: Ledger, items: Items) -> None:
    ledger.record_outcome(request_of(), status="LANDED", report_id="R1", now=NOW, result=RESULT)
    assert items() == {}


def test_nothing_is_forgotten_before_its_time(ledger: Ledger, items: Items) -> None:
    ended(ledger, request_of(), status="LANDED")
    assert len(items()) == 2
    for item in items().values():
        assert int(item["expiresAt"]["N"]) == int((NOW + RETENTION).timestamp())


def test_only_the_same_window_with_other_options_is_a_sibling(ledger: Ledger) -> None:
    for changes in DIFFERENT:
        claimed(ledger, request_of(**changes))
    assert ledger.unanswered_calls_with_other_options(request_of()) == [NOW] * 3
    assert ledger.unanswered_calls_with_other_options(request_of(reportOptions={"view": "a"})) == [NOW] * 3
    assert ledger.unanswered_calls_with_other_options(request_of(marketplaceIds=[FRANCE])) == []
    requested(ledger, request_of(reportOptions={"view": "b"}), report_id="RB")
    assert ledger.unanswered_calls_with_other_options(request_of()) == [NOW] * 2


DIFFERENT: list[dict[str, Any]] = [
    {},
    {"reportType": "GET_SELLER_FEEDBACK_DATA"},
    {"marketplaceIds": [FRANCE]},
    {"marketplaceIds": [FRANCE, GERMANY]},
    {"reportOptions": {"view": "a"}},
    {"reportOptions": {"view": "b"}},
    {"reportOptions": {"view": "a", "more": ""}},
    {"dataStartTime": "2026-11-02T00:00:00Z"},
    {"dataEndTime": "2026-11-06T23:59:59Z"},
]


def test_whatever_differs_is_a_request_of_its_own(ledger: Ledger) -> None:
    requests = [request_of(**changes) for changes in DIFFERENT]
    assert len({fingerprint(request) for request in requests}) == len(DIFFERENT)
    claimed(ledger, requests[0])
    assert [ledger.find(request) is not None for request in requests] == [True] + [False] * (len(DIFFERENT) - 1)


def test_the_same_said_otherwise_is_the_same_request() -> None:
    said = request_of(marketplaceIds=[FRANCE, GERMANY], reportOptions={"a": "1", "b": "2"})
    otherwise = request_of(
        reportOptions={"b": "2", "a": "1"},
        marketplaceIds=[GERMANY, FRANCE],
        dataStartTime="2026-11-01T01:00:00+01:00",
        dataEndTime="2026-11-07T23:59:59.000-00:00",
    )
    assert fingerprint(said) == fingerprint(otherwise)


def test_requests_without_a_window_differ_by_when_they_were_asked(ledger: Ledger) -> None:
    first, again, later = (parse_request(raw_input(), now=now) for now in (NOW, NOW, SOON))
    claimed(ledger, first)
    assert ledger.find(again)
    assert ledger.find(later) is None


def test_requests_with_a_window_do_not_differ_by_when_they_were_asked() -> None:
    raw = raw_input(period="previous-day", scheduledTime="2026-11-10T06:00:00Z")
    assert fingerprint(parse_request(raw, now=NOW)) == fingerprint(parse_request(raw, now=NOW + timedelta(days=1)))


def test_selling_partners_do_not_share_requests(ledger: Ledger) -> None:
    assert fingerprint(request_of(sellingPartnerId="A2ANOTHER")) == fingerprint(request_of())
    claimed(ledger, request_of())
    assert ledger.find(request_of(sellingPartnerId="A2ANOTHER")) is None


@given(st.dictionaries(st.text(), st.text()))
def test_a_fingerprint_is_short_whatever_the_options(options: dict[str, str]) -> None:
    assert set(fingerprint(request_of(reportOptions=options))) <= set(string.hexdigits + "-")
    assert len(fingerprint(request_of(reportOptions=options))) == 33
