"""Handle done when it has to begin again, and the kinds, labels and lengths that it must not be fooled by."""

import gzip
import json
from typing import Any
from unittest import mock

import pytest

from lambdas.landing.document_errors import DocumentIncomplete, DocumentOriginRefused
from lambdas.landing.download import DocumentSource
from lambdas.landing.gzip_stream import DocumentCorrupt
from lambdas.landing.window_objects import WindowObjects
from lambdas.spapi.reports import ReportsApi
from local.simulator import Document, Script, Simulator, Transfer
from tests.lambdas.conftest import BUCKET, Clients, Land, Objects
from tests.testing.samples import fails, request_of, state_data_at
from tests.testing.scripted_http_server import answer, serving

ZIPPED = Document.tsv([("sku", "title"), ("A-1", "Crème"), ("A-2", "€")], charset="Cp1252")
RESTRICTED = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"


def done(document: Document = ZIPPED, **more: Any) -> Script:
    return Script(statuses=("DONE",), document=document, **more)


def test_a_host_that_ignores_range_is_asked_for_all_of_it_again(
    land: Land, simulator: Simulator, sp_api: ReportsApi, objects: Objects
) -> None:
    size = len(ZIPPED.body)
    cut, whole = (answer(body, content_length=size, etag='"1"') for body in (ZIPPED.body[:20], ZIPPED.body))
    state_data = state_data_at(simulator, done())
    with (
        serving(cut, whole, whole) as host,
        mock.patch.object(sp_api, "get_report_document", return_value={"url": host.url}) as asked,
    ):
        result = land(state_data, documents=DocumentSource(origins=["http://127.0.0.1:*"], timeout=10))
    assert objects()[result["key"]] == ZIPPED.body
    assert [request.get("range") for request in host.heard] == [None, "bytes=20-", None]
    assert asked.call_count == 1


@pytest.mark.parametrize(
    ("transfer", "kind"),
    [
        (Transfer(content_length=len(ZIPPED.body) + 1), DocumentIncomplete),
        (Transfer(content_length=len(ZIPPED.body) - 1), DocumentCorrupt),
        (Transfer(content_length=2), DocumentCorrupt),
        (Transfer(redirect="https://elsewhere.example/"), DocumentOriginRefused),
    ],
)
def test_a_length_that_lies_and_a_redirect_land_nothing(
    land: Land, simulator: Simulator, objects: Objects, transfer: Transfer, kind: type[Exception]
) -> None:
    simulator.fail("document", transfer)
    state_data = state_data_at(simulator, done())
    with fails(kind, simulator=simulator):
        land(state_data)
    assert objects() == {}
    simulator.fail("document", [])
    key = land(state_data)["key"]
    assert objects()[key] == ZIPPED.body


class Died(BaseException):
    """The process is no more."""


def test_a_run_that_died_before_the_manifest_lands_the_same_again(
    land: Land, simulator: Simulator, aws: Clients, objects: Objects
) -> None:
    state_data = state_data_at(simulator, done())
    with mock.patch.object(WindowObjects, "commit", side_effect=Died), pytest.raises(Died):
        land(state_data)
    ((key, body),) = objects().items()
    result = land(state_data)
    assert objects() == {key: body, result["manifestKey"]: objects()[result["manifestKey"]]}
    assert (result["key"], body) == (key, ZIPPED.body)
    assert len(aws.s3.list_object_versions(Bucket=BUCKET, Prefix=key)["Versions"]) == 1
    assert json.loads(objects()[result["manifestKey"]])["result"] == result
    assert simulator.count()["document"] == 2


def test_a_part_that_s3_refuses_ends_the_run_and_leaves_nothing(
    land: Land, simulator: Simulator, objects: Objects, aws: Clients
) -> None:
    large = Document(body=gzip.compress(bytes(range(256)) * 100_000, compresslevel=0))
    state_data = state_data_at(simulator, done(large))
    with mock.patch.object(aws.s3, "upload_part", side_effect=ConnectionError("part")), pytest.raises(ConnectionError):
        land(state_data)
    assert objects() == {}
    assert "Uploads" not in aws.s3.list_multipart_uploads(Bucket=BUCKET)
    assert simulator.count()["document"] == 1


@pytest.mark.parametrize(
    ("report_type", "operations"),
    [
        (RESTRICTED, ["createRestrictedDataToken", "getReportDocument"]),
        ("GET_MERCHANT_LISTINGS_ALL_DATA", ["getReportDocument"]),
    ],
)
def test_a_restricted_token_is_for_that_document_alone_and_for_no_other_type(
    land: Land, simulator: Simulator, sp_api: ReportsApi, report_type: str, operations: list[str]
) -> None:
    state_data = state_data_at(simulator, done(report_document_id="D 1"), request=request_of(reportType=report_type))
    with mock.patch.object(sp_api, "_send", wraps=sp_api._send) as sent:
        land(state_data)
    assert [call.args[0] for call in sent.call_args_list] == operations
    *_, (operation, method, path, body, token) = (call.args for call in sent.call_args_list)
    assert (operation, method, path, body) == ("getReportDocument", "GET", path, None)
    assert path == "/reports/2021-06-30/documents/D%201"
    if report_type == RESTRICTED:
        assert sent.call_args_list[0].args[3] == {"restrictedResources": [{"method": "GET", "path": path}]}
        assert token != sent.call_args_list[0].args[4]
