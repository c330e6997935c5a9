"""Handle fatal: Amazon's own words where there are any, whatever they come in."""

import gzip
import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from lambdas.handlers import handle_fatal
from lambdas.landing.document_errors import DocumentIncomplete, DocumentTooSlow, DocumentUnavailable, DocumentUrlExpired
from lambdas.landing.download import DocumentSource
from lambdas.ledger.outcome import Outcomes
from lambdas.ledger.table import Ledger
from lambdas.spapi.reports import ReportsApi
from local.simulator import Document, Fault, Script, Simulator, Transfer
from tests.testing.samples import (
    JAPAN,
    NOW,
    OF_R1,
    Context,
    fails,
    memory_below,
    record,
    request_of,
    state_data_at,
    state_data_of,
)

Explain = Callable[..., Any]
TOO_EARLY = "The report data for the requested date range is not yet available"
NO_DOCUMENT = (
    "Amazon ended the report as FATAL without a document that says why. "
    "It often does so when a type is asked for again too soon."
)
NOTHING_SAID = "Amazon ended the report as FATAL, and the document that goes with it says nothing."
UNREADABLE = "Amazon ended the report as FATAL, and the gzip document that goes with it cannot be read."
TEXT, UNLABELLED = "text/plain; charset=UTF-8", "text/plain"


@pytest.fixture
def explain(sp_api: ReportsApi, documents: DocumentSource, outcomes: Outcomes) -> Explain:
    return lambda state_data, seconds=60: handle_fatal.handle_fatal(
        state_data, sp_api=sp_api, documents=documents, outcomes=outcomes, now=NOW, deadline=time.monotonic() + seconds
    )


def fatal(document: Document | None) -> Script:
    return Script(statuses=("FATAL",), document=document, report_id="R1")


def test_the_failure_is_told_in_amazons_words_and_recorded(
    explain: Explain, simulator: Simulator, ledger: Ledger
) -> None:
    state_data = state_data_at(simulator, fatal(Document.error_details(TOO_EARLY)))
    record(state_data, ledger, attempts=3)
    result = explain(state_data)
    assert result == {
        **OF_R1,
        "outcome": "FATAL",
        "reason": "NOT_YET_AVAILABLE",
        "cause": TOO_EARLY,
    }
    entry = ledger.find(state_data["request"])
    assert entry
    assert (entry.status, entry.result) == ("FATAL", result)


def test_without_a_document_nothing_is_asked(explain: Explain, simulator: Simulator, ledger: Ledger) -> None:
    state_data = state_data_at(simulator, fatal(None))
    record(state_data, ledger, attempts=3)
    result = explain(state_data)
    assert (result["reason"], result["cause"]) == ("COOLDOWN", NO_DOCUMENT)
    assert simulator.calls == []
    entry = ledger.find(state_data["request"])
    assert entry
    assert entry.status == "FATAL"


def of(content: bytes, content_type: str = TEXT, *, gzip: bool = False) -> Document:
    return Document.of(content, content_type=content_type, gzip=gzip)


ERROR = json.dumps({"errorDetails": TOO_EARLY}).encode()
RANGE = "Date range exceeded. Report can be requested only upto 30 days"


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        (Document.error_details(TOO_EARLY, gzip=True), TOO_EARLY),
        (Document.error_details(TOO_EARLY, gzip=False), TOO_EARLY),
        (Document(body=gzip.compress(ERROR), content_type=TEXT), TOO_EARLY),
        (Document(body=ERROR, content_type=TEXT, compression_algorithm="GZIP"), TOO_EARLY),
        (Document(body=gzip.compress(ERROR), content_encoding="gzip", compression_algorithm="GZIP"), TOO_EARLY),
        (Document.error_details("„Zeitraum“ 範囲"), "„Zeitraum“ 範囲"),
        (of(b"\n " + ERROR + b"\r\n"), TOO_EARLY),
        (of(b'{"errorDetails": {"code": 1, "texts": ["a"]}}'), '{"code": 1, "texts": ["a"]}'),
        (of(b'{"errors": "other"}'), '{"errors": "other"}'),
        (of(b'["errorDetails"]'), '["errorDetails"]'),
        (of(b'"errorDetails"'), '"errorDetails"'),
        (of(b"17"), "17"),
        (of(RANGE.encode() + b"\r\n"), RANGE),
        (of(RANGE.encode(), gzip=True), RANGE),
        (of("Zeitraum – zu groß".encode("cp1252"), UNLABELLED), "Zeitraum – zu groß"),
        (of("Zeitraum – zu groß".encode("cp1252"), "text/plain; charset=Cp1252"), "Zeitraum – zu groß"),
        (of("期間①".encode("cp932"), "text/plain; charset=windows-31j"), "期間①"),
        (of(b"\xef\xbb\xbf" + ERROR, UNLABELLED), TOO_EARLY),
        (of(b""), NOTHING_SAID),
        (of(b"", gzip=True), NOTHING_SAID),
        (of(b" \r\n"), NOTHING_SAID),
        (of(b'{"errorDetails": ""}'), NOTHING_SAID),
        (of(b"\x1f\x8b" + b"no gzip at all"), UNREADABLE),
        # Cut, but what has arrived can be read.
        (of(gzip.compress(RANGE.encode())[:-9]), RANGE),
        (of(b"%PDF\xff\xfe\x00\x81", "application/pdf"), "%PDFÿþ\\x00�"),
        (of(b"x" * 1_000_000), "x" * 8000),
        (of(b"x" * 1_000_000, gzip=True), "x" * 8000),
        (Document.error_details("y" * 20_000), "y" * 8000),
    ],
)
def test_what_an_error_document_says(explain: Explain, simulator: Simulator, document: Document, cause: str) -> None:
    assert explain(state_data_at(simulator, fatal(document)))["cause"] == cause
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1, "document": 1}


def test_the_marketplace_decides_where_nothing_else_does(explain: Explain, simulator: Simulator) -> None:
    document = of("期間①".encode("cp932"), UNLABELLED)
    state_data = state_data_at(simulator, fatal(document), request=request_of(marketplaceIds=[JAPAN]))
    assert explain(state_data)["cause"] == "期間①"


@pytest.mark.parametrize(
    ("document", "cause"),
    [
        pytest.param(of(b"late", "text/plain; charset=undefined"), "late", id="a codec that decodes nothing"),
        pytest.param(of(b"[" * 70_000), "[" * 8000, id="JSON deeper than Python reads"),
        pytest.param(of(("€" * 30_000).encode(), UNLABELLED), "€" * 8000, id="UTF-8 cut inside a character"),
        pytest.param(of(b"\xef\xbb\xbf" + ERROR, TEXT), TOO_EARLY, id="JSON after a byte-order mark that is labelled"),
        pytest.param(of(b'{"errorDetails": null}'), NOTHING_SAID, id="null as Amazon's words"),
    ],
)
def test_what_an_odd_error_document_says(
    explain: Explain, simulator: Simulator, document: Document, cause: str
) -> None:
    assert explain(state_data_at(simulator, fatal(document)))["cause"] == cause


def test_a_bomb_does_not_fill_the_memory(explain: Explain, simulator: Simulator) -> None:
    state_data = state_data_at(simulator, fatal(of(b"z" * 60_000_000, gzip=True)))
    with memory_below(10_000_000):
        assert explain(state_data)["cause"] == "z" * 8000


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (
            Document.error_details("A client error occurred. Please double check that your parameters are valid"),
            "BAD_REQUEST",
        ),
        (of(RANGE.encode()), "RANGE_TOO_LONG"),
        (Document.error_details("Something else"), "UNKNOWN"),
        (of(b""), "UNKNOWN"),
        (of(b"\x1f\x8bno gzip"), "UNKNOWN"),
    ],
)
def test_the_reason_is_the_class_of_the_words(
    explain: Explain, simulator: Simulator, document: Document, reason: str
) -> None:
    assert explain(state_data_at(simulator, fatal(document)))["reason"] == reason


def test_the_document_of_a_restricted_report_takes_a_restricted_token(explain: Explain, simulator: Simulator) -> None:
    request = request_of(reportType="GET_VAT_TRANSACTION_DATA")
    state_data = state_data_at(simulator, fatal(Document.error_details(TOO_EARLY)), request=request)
    assert explain(state_data)["cause"] == TOO_EARLY
    assert simulator.count() == {"LWA": 1, "createRestrictedDataToken": 1, "getReportDocument": 1, "document": 1}


def test_of_a_huge_document_only_the_beginning_is_awaited(explain: Explain, simulator: Simulator) -> None:
    simulator.fail("document", Transfer(truncate_at=3_000_000))
    state_data = state_data_at(simulator, fatal(of(b"x" * 4_000_000)))
    assert explain(state_data)["cause"] == "x" * 8000


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=403), DocumentUrlExpired),
        (Fault(status=503), DocumentUnavailable),
        ([Transfer(truncate_at=3), Fault(status=412)], DocumentIncomplete),
    ],
)
def test_a_document_that_does_not_come_is_the_machines_to_retry(
    explain: Explain, simulator: Simulator, ledger: Ledger, fault: Fault | list[Fault | Transfer], kind: type[Exception]
) -> None:
    state_data = state_data_at(simulator, fatal(Document.error_details(TOO_EARLY)))
    record(state_data, ledger, attempts=3)
    simulator.fail("document", fault if isinstance(fault, list) else [fault])
    with fails(kind, simulator=simulator):
        explain(state_data)
    entry = ledger.find(state_data["request"])
    assert entry
    assert entry.status == "REQUESTED"
    assert explain(state_data)["cause"] == TOO_EARLY


def test_a_document_that_drips_ends_before_the_run_does(explain: Explain, simulator: Simulator) -> None:
    simulator.fail("document", Transfer(bytes_per_second=100))
    with fails(DocumentTooSlow, simulator=simulator):
        explain(state_data_at(simulator, fatal(of(b"x" * 60_000))), seconds=0.3)


def test_the_words_of_a_report_that_is_not_recorded_are_told_all_the_same(
    explain: Explain, simulator: Simulator
) -> None:
    assert explain(state_data_of({"reportId": "R2", "processingStatus": "FATAL"}))["cause"] == NO_DOCUMENT
    assert simulator.calls == []


def test_the_handler_explains_records_and_logs(
    on_lambda: None, simulator: Simulator, ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="reportflow")
    state_data = state_data_at(simulator, fatal(Document.error_details(TOO_EARLY)))
    record(state_data, ledger, attempts=3)
    event: Any = json.loads(json.dumps(state_data))
    result: Any = handle_fatal.handler(event, Context(seconds=60))
    assert result["cause"] == TOO_EARLY
    entry = ledger.find(state_data["request"])
    assert entry
    assert entry.status == "FATAL"
    (logged,) = caplog.records
    assert logged.getMessage() == "Handle fatal"
    assert [call["operation"] for call in vars(logged)["calls"]] == ["getReportDocument"]
    assert [secret for secret in simulator.secrets if secret in str(vars(logged))] == []
