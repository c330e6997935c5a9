"""The ledger: one claim wins, both items are written or none, and a report's end does not touch a later report."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import ClaimLost, Entry, Ledger, Status, fingerprint
from messages import NoDocument, Request
from request import parse
from tests.lambdas.conftest import TABLE, Clients
from tests.lambdas.samples import ANOTHER, EXECUTION, FRANCE, GERMANY, NOW, SELLER, raw_input, request_of

SOON = NOW + timedelta(minutes=1)
RESULT: NoDocument = {
    "sellingPartnerId": SELLER,
    "reportType": "T",
    "marketplaceIds": [GERMANY],
    "reportOptions": {"title": "商品"},
    "reportId": "R1",
    "outcome": "NO_DATA",
    "reason": "none",
}


@pytest.fixture
def items(aws: Clients, ledger: Ledger) -> Callable[[], dict[str, dict[str, str]]]:
    """Return a function that returns all items of the table by their `entry`."""

    def read() -> dict[str, dict[str, str]]:
        found = aws.dynamodb.scan(TableName=TABLE, ConsistentRead=True)["Items"]
        return {item["entry"]["S"]: {key: value["S"] for key, value in item.items()} for item in found}

    return read


def claimed(ledger: Ledger, request: Request, *, execution: str = EXECUTION) -> Entry:
    ledger.claim(request, execution=execution, now=NOW, seen=ledger.find(request))
    entry = ledger.find(request)
    assert entry
    return entry


def ended(ledger: Ledger, request: Request, *, status: Status, report_id: str = "R1") -> Entry:
    claimed(ledger, request)
    ledger.requested(request, report_id=report_id, execution=EXECUTION, now=NOW)
    ledger.ended(request, status=status, report_id=report_id, now=NOW, result=RESULT)
    entry = ledger.find(request)
    assert entry
    return entry


def test_what_was_never_asked_for_is_not_known(ledger: Ledger) -> None:
    assert ledger.find(request_of()) is None
    assert not ledger.knows_report(request_of(), "R1")


def test_a_claim_says_who_asks_and_since_when(ledger: Ledger) -> None:
    assert claimed(ledger, request_of()) == Entry(
        status="CLAIMED", execution=EXECUTION, claimed_at=NOW, asked_since=NOW, report_id=None, result=None
    )


def test_of_two_claims_on_nothing_the_first_wins(ledger: Ledger) -> None:
    claimed(ledger, request_of())
    with pytest.raises(ClaimLost) as lost:
        ledger.claim(request_of(), execution=ANOTHER, now=SOON, seen=None)
    assert str(lost.value) == (
        "another execution is asking for this GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE right now"
    )
    entry = ledger.find(request_of())
    assert entry
    assert entry.execution == EXECUTION


@pytest.mark.parametrize("status", ["CLAIMED", "NO_DATA", "CANCELLED_ELSEWHERE", "FATAL", "WITHDRAWN"])
def test_of_two_claims_on_the_same_entry_the_first_wins(ledger: Ledger, status: Status) -> None:
    request = request_of()
    seen = claimed(ledger, request) if status == "CLAIMED" else ended(ledger, request, status=status)
    ledger.claim(request, execution=ANOTHER, now=SOON, seen=seen)
    with pytest.raises(ClaimLost):
        ledger.claim(request, execution=EXECUTION, now=SOON + timedelta(seconds=1), seen=seen)
    entry = ledger.find(request)
    assert entry
    assert (entry.execution, entry.claimed_at) == (ANOTHER, SOON)


def test_a_claim_on_an_entry_that_is_gone_is_lost(ledger: Ledger) -> None:
    seen = claimed(ledger, request_of())
    ledger.release(request_of(), execution=EXECUTION)
    with pytest.raises(ClaimLost):
        ledger.claim(request_of(), execution=ANOTHER, now=SOON, seen=seen)
    assert ledger.find(request_of()) is None


def test_a_claim_on_a_claim_keeps_since_when_a_report_may_have_been_created(ledger: Ledger) -> None:
    request = request_of()
    ledger.claim(request, execution=ANOTHER, now=SOON, seen=claimed(ledger, request))
    entry = ledger.find(request)
    assert entry
    assert (entry.asked_since, entry.claimed_at) == (NOW, SOON)


def test_a_claim_on_an_ended_report_forgets_it(ledger: Ledger) -> None:
    request = request_of()
    ledger.claim(request, execution=ANOTHER, now=SOON, seen=ended(ledger, request, status="FATAL"))
    assert ledger.find(request) == Entry("CLAIMED", ANOTHER, SOON, SOON, None, None)
    # The report itself is still known: it must not be adopted as something new.
    assert ledger.knows_report(request, "R1")


def test_a_released_claim_leaves_nothing(ledger: Ledger, items: Callable[[], dict[str, dict[str, str]]]) -> None:
    claimed(ledger, request_of())
    ledger.release(request_of(), execution=EXECUTION)
    assert items() == {}


def test_only_ones_own_claim_can_be_released(ledger: Ledger) -> None:
    claimed(ledger, request_of())
    with pytest.raises(ClaimLost) as lost:
        ledger.release(request_of(), execution=ANOTHER)
    assert str(lost.value) == "another execution has taken over this GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
    assert ledger.find(request_of())


def test_what_was_requested_cannot_be_released(ledger: Ledger) -> None:
    claimed(ledger, request_of())
    ledger.requested(request_of(), report_id="R1", execution=EXECUTION, now=SOON)
    with pytest.raises(ClaimLost):
        ledger.release(request_of(), execution=EXECUTION)
    entry = ledger.find(request_of())
    assert entry
    assert entry.report_id == "R1"


def test_a_requested_report_is_recorded_under_both_keys(
    ledger: Ledger, items: Callable[[], dict[str, dict[str, str]]]
) -> None:
    request = request_of()
    claimed(ledger, request)
    ledger.requested(request, report_id="R/1#x", execution=EXECUTION, now=SOON)
    key = f"request#{fingerprint(request)}"
    assert set(items()) == {key, "report#R/1#x"}
    assert items()["report#R/1#x"]["request"] == key
    assert ledger.find(request) == Entry("REQUESTED", EXECUTION, NOW, NOW, "R/1#x", None)
    assert ledger.knows_report(request, "R/1#x")
    assert ledger.knows_report(request_of(reportOptions={"another": "request"}), "R/1#x")
    assert not ledger.knows_report(request_of(sellingPartnerId="A2ANOTHER"), "R/1#x")
    assert not ledger.knows_report(request, "R/1")


@pytest.mark.parametrize("meanwhile", ["released", "taken over", "requested already"])
def test_a_report_is_recorded_for_a_standing_claim_only(
    ledger: Ledger, items: Callable[[], dict[str, dict[str, str]]], meanwhile: str
) -> None:
    request = request_of()
    seen = claimed(ledger, request)
    if meanwhile == "released":
        ledger.release(request, execution=EXECUTION)
    elif meanwhile == "taken over":
        ledger.claim(request, execution=ANOTHER, now=SOON, seen=seen)
    else:
        ledger.requested(request, report_id="R1", execution=EXECUTION, now=SOON)
    before = items()
    with pytest.raises(ClaimLost):
        ledger.requested(request, report_id="R2", execution=EXECUTION, now=SOON)
    assert items() == before


def test_how_a_report_ended_is_recorded(ledger: Ledger) -> None:
    assert ended(ledger, request_of(), status="NO_DATA") == Entry("NO_DATA", EXECUTION, NOW, NOW, "R1", RESULT)


@pytest.mark.parametrize("later", ["claimed", "requested"])
def test_the_end_of_a_report_leaves_a_later_one_as_it_is(ledger: Ledger, later: str) -> None:
    request = request_of()
    ledger.claim(request, execution=ANOTHER, now=SOON, seen=ended(ledger, request, status="WITHDRAWN"))
    if later == "requested":
        ledger.requested(request, report_id="R2", execution=ANOTHER, now=SOON)
    before = ledger.find(request)
    ledger.ended(request, status="LANDED", report_id="R1", now=SOON, result=RESULT)
    assert ledger.find(request) == before
    assert before
    assert before.result is None


def test_the_end_of_a_report_that_is_not_known_writes_nothing(
    ledger: Ledger, items: Callable[[], dict[str, dict[str, str]]]
) -> None:
    ledger.ended(request_of(), status="LANDED", report_id="R1", now=NOW, result=RESULT)
    assert items() == {}


DIFFERENT: list[dict[str, Any]] = [
    {},
    {"reportType": "GET_VENDOR_SALES_REPORT"},
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
    first, again, later = (parse(raw_input(), now=now) for now in (NOW, NOW, SOON))
    claimed(ledger, first)
    assert ledger.find(again)
    assert ledger.find(later) is None


def test_requests_with_a_window_do_not_differ_by_when_they_were_asked() -> None:
    raw = raw_input(period="previous-day", scheduledTime="2026-11-10T06:00:00Z")
    assert fingerprint(parse(raw, now=NOW)) == fingerprint(parse(raw, now=NOW + timedelta(days=1)))


def test_selling_partners_do_not_share_requests(ledger: Ledger) -> None:
    assert fingerprint(request_of(sellingPartnerId="A2ANOTHER")) == fingerprint(request_of())
    claimed(ledger, request_of())
    assert ledger.find(request_of(sellingPartnerId="A2ANOTHER")) is None


@given(st.dictionaries(st.text(), st.text()))
def test_a_fingerprint_is_short_whatever_the_options(options: dict[str, str]) -> None:
    assert len(bytes.fromhex(fingerprint(request_of(reportOptions=options)))) == 16
