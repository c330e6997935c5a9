"""Handle done: the document in S3 as served, a manifest that says all about it, and no scarce call twice."""

import gzip
import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

from lambdas import clock
from lambdas.handlers import handle_done
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.document_errors import (
    DocumentIncomplete,
    DocumentOriginRefused,
    DocumentTooSlow,
    DocumentUnavailable,
    DocumentUrlExpired,
)
from lambdas.landing.download import DocumentSource
from lambdas.landing.gzip_stream import DocumentCorrupt
from lambdas.landing.naming import path_of
from lambdas.ledger.table import Ledger
from lambdas.payloads.state_data import StateData
from lambdas.request.identity import fingerprint
from lambdas.request.parsing import parse_request
from lambdas.spapi.errors import SpApiThrottled
from local.simulator import Document, Fault, Script, Simulator, Transfer
from tests.lambdas.conftest import BUCKET, Clients, Land, Objects
from tests.testing.samples import (
    EXECUTION,
    NOW,
    OF_R1,
    REPORT_TYPE,
    SELLER,
    WINDOW,
    Context,
    fails,
    raw_input,
    record,
    request_of,
    state_data_at,
    state_data_of,
)

ROWS = [("sku", "title"), ("A-1", "„Röstfrisch“ – 6× €"), ("A-2", "Crème brûlée")]
JAPANESE = [("sku", "商品名"), ("JP-1", "抹茶①髙島屋")]
ZIPPED = Document.tsv(ROWS, charset="Cp1252")


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the document be there 20 seconds after the report was asked for."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=20))


def done(document: Document | None = ZIPPED, **more: Any) -> Script:
    return Script(statuses=("DONE",), document=document, **more)


def manifest_of(objects: Objects) -> dict[str, Any]:
    ((_, body),) = ((key, body) for key, body in objects().items() if key.startswith("manifests/"))
    manifest: dict[str, Any] = json.loads(body)
    return manifest


def status_of(state_data: StateData, ledger: Ledger) -> str:
    entry = ledger.find(state_data["request"])
    assert entry
    return entry.status


def test_the_result_the_object_and_the_manifest(
    land: Land, simulator: Simulator, objects: Objects, ledger: Ledger, aws: Clients
) -> None:
    state_data = state_data_at(simulator, done(report_id="R1", report_document_id="amzn1.spdoc.1.4.na.x"))
    record(state_data, ledger)
    result = land(state_data)
    head = aws.s3.head_object(Bucket=BUCKET, Key=result["key"])
    assert result == {
        **OF_R1,
        "outcome": "LANDED",
        "reportDocumentId": "amzn1.spdoc.1.4.na.x",
        "bucket": BUCKET,
        "key": f"reports/{path_of(state_data)}.tsv.gz",
        "versionId": head["VersionId"],
        "manifestKey": f"manifests/{path_of(state_data)}.json",
        "bytes": len(ZIPPED.body),
        "sha256": hashlib.sha256(ZIPPED.body).hexdigest(),
        "rows": 2,
        "charset": "cp1252",
        "secondsToLand": 20,
        "suspectEmpty": False,
        "findings": [],
        "changed": None,
        "supersededBy": None,
    }
    assert set(objects()) == {result["key"], result["manifestKey"]}
    assert objects()[result["key"]] == ZIPPED.body
    assert manifest_of(objects) == {
        "result": result,
        "executionArn": EXECUTION,
        "requestFingerprint": fingerprint(state_data["request"]),
        "landedAt": (NOW + timedelta(seconds=20)).isoformat(),
        "compression": "gzip",
        "uncompressedBytes": len(gzip.decompress(ZIPPED.body)),
        "mediaType": "text/tab-separated-values",
        "charsetDecidedBy": "content-type",
        "headerSha256": hashlib.sha256(b"sku\ttitle\r").hexdigest(),
        "served": {
            "contentType": "text/plain; charset=Cp1252",
            "contentEncoding": "",
            "compressionAlgorithm": "GZIP",
            "bytes": len(ZIPPED.body),
            "sha256": hashlib.sha256(ZIPPED.body).hexdigest(),
        },
        "verified": "length-and-gzip",
        "inspected": "all",
        "columns": ["sku", "title"],
        "disagreements": [],
        "etag": head["ETag"],
        "earlier": [],
        "report": state_data["report"],
    }
    assert head["Metadata"] == {"report-id": "R1", "report-type": REPORT_TYPE, "selling-partner-id": SELLER}
    entry = ledger.find(state_data["request"])
    assert entry
    assert (entry.status, entry.result) == ("LANDED", result)
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1, "document": 1}


def test_the_same_columns_have_the_same_fingerprint(land: Land, simulator: Simulator, objects: Objects) -> None:
    documents = [Document.tsv(ROWS), Document.tsv(ROWS[:2], gzip=False), Document.tsv([("sku", "title", "new")])]
    for number, document in enumerate(documents):
        asked = request_of(dataStartTime=f"2026-11-0{number + 1}T00:00:00Z")
        land(state_data_at(simulator, done(document), request=asked))
    manifests = [json.loads(body) for key, body in sorted(objects().items()) if key.startswith("manifests/")]
    first, second, third = (manifest["headerSha256"] for manifest in manifests)
    assert first == second != third


@pytest.mark.parametrize("transfer", [Transfer(truncate_at=10), Transfer(reset_at=10)])
@pytest.mark.parametrize("times", [1, 3])
def test_a_broken_transfer_goes_on_on_the_same_address(
    land: Land, simulator: Simulator, objects: Objects, transfer: Transfer, times: int
) -> None:
    simulator.fail("document", [transfer] * times)
    result = land(state_data_at(simulator, done()))
    assert objects()[result["key"]] == ZIPPED.body
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1, "document": times + 1}
    assert manifest_of(objects)["served"]["bytes"] == len(ZIPPED.body)


GIVEN_UP = [Transfer(truncate_at=10)] * 4  # the first transfer, and all that it may be resumed


@pytest.mark.parametrize(
    ("faults", "downloads"),
    [
        (GIVEN_UP, 5),
        (GIVEN_UP * 2, 9),
        ([Transfer(truncate_at=10), Fault(status=412)], 3),
        ([Transfer(corrupt_at=-1)], 2),
        ([Transfer(corrupt_at=30)] * 2, 3),
    ],
)
def test_a_transfer_that_fails_starts_again_on_the_same_address(
    land: Land, simulator: Simulator, objects: Objects, faults: list[Transfer | Fault], downloads: int
) -> None:
    simulator.fail("document", faults)
    result = land(state_data_at(simulator, done()))
    assert objects()[result["key"]] == ZIPPED.body
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1, "document": downloads}


@pytest.mark.parametrize(
    ("transfer", "downloads", "kind"),
    [(GIVEN_UP[0], 12, DocumentIncomplete), (Transfer(corrupt_at=-1), 3, DocumentCorrupt)],
)
def test_a_transfer_that_always_fails_lands_nothing(
    land: Land,
    simulator: Simulator,
    objects: Objects,
    ledger: Ledger,
    transfer: Transfer,
    downloads: int,
    kind: type[Exception],
) -> None:
    state_data = state_data_at(simulator, done())
    record(state_data, ledger)
    simulator.fail("document", transfer)
    with fails(kind, simulator=simulator):
        land(state_data)
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1, "document": downloads}
    assert objects() == {}
    assert status_of(state_data, ledger) == "REQUESTED"


def test_a_document_for_which_there_is_no_time(land: Land, simulator: Simulator, objects: Objects) -> None:
    state_data = state_data_at(simulator, done())
    with fails(DocumentTooSlow, simulator=simulator):
        land(state_data, seconds=0)
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1}
    assert objects() == {}


def test_the_time_is_that_of_all_transfers_together(land: Land, simulator: Simulator) -> None:
    slow = [Transfer(bytes_per_second=len(ZIPPED.body) * 4, corrupt_at=-1)] * 3
    simulator.fail("document", slow)  # a quarter of a second each
    with fails(DocumentTooSlow, simulator=simulator):
        land(state_data_at(simulator, done()), seconds=0.4)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(status=403), DocumentUrlExpired),
        (Fault(status=503), DocumentUnavailable),
        (Fault(reset=True), DocumentUnavailable),
    ],
)
def test_an_answer_that_is_no_document_is_not_asked_for_twice(
    land: Land, simulator: Simulator, objects: Objects, fault: Fault, kind: type[Exception]
) -> None:
    simulator.fail("document", [fault])
    state_data = state_data_at(simulator, done())
    with fails(kind, simulator=simulator):
        land(state_data)
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1, "document": 1}
    assert objects() == {}
    # The machine's retry gets an address of its own.
    land(state_data)
    assert simulator.count() == {"LWA": 1, "getReportDocument": 2, "document": 2}


def test_an_address_that_expires_between_two_transfers(land: Land, simulator: Simulator, objects: Objects) -> None:
    simulator.fail("document", [GIVEN_UP[0], Fault(status=403)])
    with fails(DocumentUrlExpired, simulator=simulator):
        land(state_data_at(simulator, done()))
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1, "document": 2}
    assert objects() == {}


def test_an_address_of_another_origin_is_not_asked(land: Land, simulator: Simulator) -> None:
    strict = DocumentSource(origins=["https://*.amazonaws.com"])
    with fails(DocumentOriginRefused, simulator=simulator):
        land(state_data_at(simulator, done()), documents=strict)
    assert simulator.count() == {"LWA": 1, "getReportDocument": 1}


def test_a_document_with_personal_data_takes_a_restricted_token_and_lands_in_the_zone(
    land: Land, simulator: Simulator, aws: Clients, objects: Objects
) -> None:
    zone = ReportBucket(s3=aws.s3, bucket=BUCKET, zone="restricted/")
    asked = request_of(reportType="GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING")
    result = land(state_data_at(simulator, done(), request=asked), bucket=zone)
    assert set(objects()) == {result["key"], result["manifestKey"]}
    assert all(key.startswith("restricted/") for key in objects())
    assert objects()[result["key"]] == ZIPPED.body
    assert simulator.count() == {"LWA": 1, "createRestrictedDataToken": 1, "getReportDocument": 1, "document": 1}


def test_what_has_landed_is_not_fetched_again(land: Land, simulator: Simulator, objects: Objects) -> None:
    state_data = state_data_at(simulator, done())
    result, landed, calls = land(state_data), objects(), simulator.count()
    assert land(state_data) == result
    assert objects() == landed
    assert simulator.count() == calls


def test_a_run_that_died_before_the_ledger_was_written_is_made_good(
    land: Land, simulator: Simulator, ledger: Ledger
) -> None:
    state_data = state_data_at(simulator, done())
    result = land(state_data)  # the ledger knows no such report, so nothing is recorded
    record(state_data, ledger)
    assert land(state_data) == result
    entry = ledger.find(state_data["request"])
    assert entry
    assert (entry.status, entry.result) == ("LANDED", result)
    assert simulator.count()["document"] == 1


def test_a_document_id_that_the_poll_lacks_is_asked_for(land: Land, simulator: Simulator, objects: Objects) -> None:
    state_data = state_data_at(simulator, done())
    del state_data["report"]["reportDocumentId"]
    result = land(state_data)
    assert result["reportDocumentId"] == simulator.reports[0].report_document_id
    assert objects()[result["key"]] == ZIPPED.body
    assert simulator.count() == {"LWA": 1, "getReport": 1, "getReportDocument": 1, "document": 1}


def test_a_document_id_that_amazon_does_not_tell_is_missing(land: Land, simulator: Simulator) -> None:
    state_data = state_data_at(simulator, done(missing_document_id=True, report_id="R1"))
    with fails(handle_done.ReportDocumentIdMissing, simulator=simulator) as missing:
        land(state_data)
    assert str(missing.value) == "report R1 is DONE, and Amazon names no document"
    assert simulator.count() == {"LWA": 1, "getReport": 1}


def test_sp_api_errors_are_the_machines_to_retry(land: Land, simulator: Simulator) -> None:
    state_data = state_data_at(simulator, done())
    simulator.fail("getReportDocument", [Fault(status=429)])
    with fails(SpApiThrottled, simulator=simulator):
        land(state_data)
    assert land(state_data)["outcome"] == "LANDED"


def test_an_answer_wrapped_in_payload(land: Land, simulator: Simulator, objects: Objects) -> None:
    result = land(state_data_at(simulator, done(wrapped=True)))
    assert objects()[result["key"]] == ZIPPED.body


def test_an_odd_report_id_makes_no_folders(land: Land, simulator: Simulator, aws: Clients) -> None:
    result = land(state_data_at(simulator, done(report_id="../R/1 ü?")))
    assert result["key"].count("/") == 4
    assert result["reportId"] == "../R/1 ü?"
    assert aws.s3.head_object(Bucket=BUCKET, Key=result["key"])["Metadata"]["report-id"].isascii()


@pytest.mark.parametrize(
    ("window", "date"),
    [
        (WINDOW, "2026-11-01"),
        ({"dataStartTime": "2026-11-01T00:00:00+01:00"}, "2026-11-01"),
        ({"dataStartTime": "2026-10-31T23:00:00Z", "timeZone": "Europe/Berlin"}, "2026-11-01"),
        ({}, "2026-11-10"),
        ({"timeZone": "Pacific/Kiritimati"}, "2026-11-11"),
        ({"scheduledTime": "2026-11-09T23:00:00-02:00"}, "2026-11-09"),
    ],
)
def test_the_date_of_the_folder_is_the_first_day_that_is_meant(
    land: Land, simulator: Simulator, window: dict[str, str], date: str
) -> None:
    result = land(state_data_at(simulator, done(), request=parse_request(raw_input(**window), now=NOW)))
    assert result["key"].startswith(f"reports/sellingPartnerId={SELLER}/reportType={REPORT_TYPE}/date={date}/")
    assert {key: value for key, value in result.items() if key in WINDOW} == {
        key: value
        for key, value in state_data_of({"reportId": "R"}, request=parse_request(raw_input(**window), now=NOW))[
            "request"
        ].items()
        if key in WINDOW
    }


def test_the_seconds_to_land_are_those_that_passed(land: Land, simulator: Simulator) -> None:
    # As Get report leaves the poll: 15 seconds were waited, and 12 would be next.
    assert land(state_data_at(simulator, done(), waitedSeconds=15, waitSeconds=12, number=1))["secondsToLand"] == 20


def test_the_handler_leaves_itself_time_to_end(on_lambda: None, simulator: Simulator) -> None:
    event: Any = state_data_at(simulator, done())
    with fails(DocumentTooSlow, simulator=simulator):
        handle_done.handler(event, Context(seconds=20))


def test_the_handler_writes_into_the_zone_of_its_environment(
    on_lambda: None, simulator: Simulator, objects: Objects, aws: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/planted"
    monkeypatch.setenv("REPORT_ZONE", "restricted/")
    monkeypatch.setenv("REPORT_KEY_ARN", key)
    event: Any = state_data_at(simulator, done())
    result: Any = handle_done.handler(event, Context(seconds=60))
    assert result["key"].startswith("restricted/reports/")
    assert {aws.s3.head_object(Bucket=BUCKET, Key=landed)["SSEKMSKeyId"] for landed in objects()} == {key}


def test_the_handler_lands_and_logs_no_secret(
    on_lambda: None, simulator: Simulator, objects: Objects, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="reportflow")
    event: Any = json.loads(json.dumps(state_data_at(simulator, done())))
    result: Any = handle_done.handler(event, Context(seconds=60))
    assert objects()[result["key"]] == ZIPPED.body
    (logged,) = caplog.records
    assert [call["operation"] for call in vars(logged)["calls"]] == ["getReportDocument"]
    everything = str(vars(logged)) + json.dumps(result) + str(objects())
    assert [secret for secret in simulator.secrets if secret in everything] == []
