"""Documents: how they are made, served, and how downloads go wrong."""

import gzip
import json
import time
from dataclasses import replace
from hashlib import md5
from urllib.parse import parse_qs, urlsplit

import pytest
from urllib3 import PoolManager
from urllib3.exceptions import ProtocolError

from local.simulator import Document, Fault, Script, Simulator, Transfer
from tests.testing.simulator_client import LISTINGS, Client, Clock

BODY = bytes(range(256)) * 40
PLAIN = Document(body=BODY, content_type="text/plain; charset=Cp1252")


def url_of(client: Client, script: Script) -> str:
    client.simulator.script(LISTINGS, script)
    return client.url()


def test_document_is_served_as_it_is(client: Client) -> None:
    answer = client.download(url_of(client, Script(document=PLAIN)))
    assert (answer.status, answer.data) == (200, BODY)
    assert answer.headers["Content-Type"] == "text/plain; charset=Cp1252"
    assert answer.headers["Content-Length"] == str(len(BODY))
    assert answer.headers["ETag"] == f'"{md5(BODY, usedforsecurity=False).hexdigest()}"'
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize(
    ("document", "content", "content_type"),
    [
        (Document.tsv([["sku", "name"], ["1", 'a "b"']]), b'sku\tname\r\n1\ta "b"\r\n', "text/plain; charset=UTF-8"),
        (Document.text("„ß“", charset="Cp1252"), b"\x84\xdf\x93", "text/plain; charset=Cp1252"),
        (Document.text("①髙", charset="windows-31j"), b"\x87\x40\xee\xe0", "text/plain; charset=windows-31j"),
        (Document.error_details("late"), b'{"errorDetails": "late"}', "application/json; charset=UTF-8"),
    ],
)
def test_documents_are_made_gzipped_or_plain(document: Document, content: bytes, content_type: str) -> None:
    assert gzip.decompress(document.body) == content
    assert (document.compression_algorithm, document.content_type) == ("GZIP", content_type)


def test_plain_document_is_not_declared_compressed(client: Client) -> None:
    client.simulator.script(LISTINGS, Script(document=Document.json({"a": 1}, gzip=False)))
    described = client.document(client.finished()["reportDocumentId"]).json()
    assert "compressionAlgorithm" not in described
    assert json.loads(client.download(described["url"]).data) == {"a": 1}


def test_content_encoding_follows_the_document_or_the_query(simulator: Simulator, client: Client) -> None:
    honest = Document.text("x" * 100)
    simulator.script(LISTINGS, Script(document=honest), Script(document=replace(honest, content_encoding="gzip")))
    first, second = (client.finished()["reportDocumentId"] for _ in range(2))
    urls = [
        client.document(first).json()["url"],
        client.document(first, enableContentEncodingUrlHeader="true").json()["url"],
        client.document(second).json()["url"],
    ]
    answers = [client.download(url) for url in urls]
    assert [answer.headers.get("Content-Encoding") for answer in answers] == [None, "gzip", "gzip"]
    assert {answer.data for answer in answers} == {honest.body}


def test_url_is_signed_and_lives_five_minutes(client: Client, clock: Clock) -> None:
    url = client.url()
    query = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{client.simulator.url}/documents/")
    assert (query["X-Amz-Expires"], len(query["X-Amz-Signature"][0])) == (["300"], 64)
    clock.now += 299
    assert client.download(url).status == 200
    clock.now += 1
    answer = client.download(url)
    assert (answer.status, answer.headers["Content-Type"]) == (403, "application/xml")
    assert b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message>" in answer.data


def test_urls_can_be_ended_and_asked_for_again(simulator: Simulator, client: Client) -> None:
    document_id = client.finished()["reportDocumentId"]
    old = client.document(document_id).json()["url"]
    simulator.expire_urls()
    assert client.download(old).status == 403
    assert client.download(client.document(document_id).json()["url"]).status == 200


def test_forged_urls_are_refused(client: Client) -> None:
    url = client.url()
    assert b"<Code>SignatureDoesNotMatch</Code>" in client.download(url[:-1]).data
    assert client.http.request("HEAD", url).status == 403
    assert b"<Code>NoSuchKey</Code>" in client.download(f"{client.simulator.url}/documents/1").data


@pytest.mark.parametrize("header", ["x-amz-access-token", "authorization"])
def test_credentials_in_a_download_are_a_mistake(client: Client, header: str) -> None:
    answer = client.download(client.url(), **{header: "Atza|x"})
    assert (answer.status, b"Only one auth mechanism allowed" in answer.data) == (400, True)


@pytest.mark.parametrize(
    ("wanted", "first", "last"), [("bytes=10-", 10, 10_239), ("bytes=10-19", 10, 19), ("bytes=-5", 10_235, 10_239)]
)
def test_ranges(client: Client, wanted: str, first: int, last: int) -> None:
    answer = client.download(url_of(client, Script(document=PLAIN)), range=wanted)
    assert (answer.status, answer.data) == (206, BODY[first : last + 1])
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/10240"


def test_impossible_ranges_and_preconditions_are_refused(client: Client) -> None:
    url = url_of(client, Script(document=PLAIN))
    etag = client.download(url).headers["ETag"]
    assert client.download(url, range="bytes=10240-").status == 416
    assert client.download(url, **{"if-match": '"other"'}).status == 412
    assert client.download(url, **{"if-match": etag}).status == 200
    assert client.download(url, range="bytes=0-1", **{"if-range": '"other"'}).status == 200
    assert client.download(url, range="bytes=0-1", **{"if-range": etag}).status == 206


def test_unknown_and_unfinished_documents_are_invalid(simulator: Simulator, client: Client, http: PoolManager) -> None:
    simulator.script(LISTINGS, Script(report_document_id="DOC-1"))
    report_id = client.created()
    for seller, document_id in ((client, "DOC-1"), (client, "DOC-2")):
        answer = seller.document(document_id)
        assert (answer.status, answer.json()["errors"][0]["code"]) == (400, "InvalidInput")
        assert answer.json()["errors"][0]["message"] == f"Invalid reportDocumentId {document_id}"
    assert [client.get(report_id).status for _ in range(3)] == [200] * 3
    assert client.document("DOC-1").status == 200
    other = Client(simulator, http, seller="A3OTHER")
    other.created()
    assert other.document("DOC-1").status == 400


def broken_once(transfer: Transfer) -> Script:
    return Script(document=PLAIN, faults={"document": [transfer]})


def test_truncated_download_is_noticed_and_can_be_resumed(client: Client) -> None:
    url = url_of(client, broken_once(Transfer(truncate_at=4000)))
    with pytest.raises(ProtocolError, match="4000 bytes read, 6240 more expected"):
        client.download(url)
    assert client.download(url, range="bytes=4000-").data == BODY[4000:]


def test_reset_download(client: Client) -> None:
    url = url_of(client, broken_once(Transfer(reset_at=4000)))
    with pytest.raises(ProtocolError, match="reset by peer"):
        client.download(url)
    assert client.download(url).data == BODY


def test_corrupted_download_differs_in_one_byte(client: Client) -> None:
    url = url_of(client, broken_once(Transfer(corrupt_at=5)))
    assert client.download(url).data == BODY[:5] + b"\xfa" + BODY[6:]
    assert client.download(url).data == BODY


def test_slow_download_takes_its_time(client: Client) -> None:
    url = url_of(client, broken_once(Transfer(bytes_per_second=100_000)))
    start = time.monotonic()
    assert client.download(url).data == BODY
    assert time.monotonic() - start >= 0.1
    assert client.download(url).data == BODY


def test_redirected_download(client: Client) -> None:
    url = url_of(client, broken_once(Transfer(redirect="http://127.0.0.1:9/elsewhere")))
    answer = client.download(url)
    assert (answer.status, answer.headers["Location"]) == (307, "http://127.0.0.1:9/elsewhere")
    assert client.download(url).status == 200


def test_wrong_content_length(client: Client) -> None:
    url = url_of(
        client, Script(document=PLAIN, faults={"document": [Transfer(content_length=n) for n in (100, 20_000)]})
    )
    assert client.download(url).data == BODY[:100]
    with pytest.raises(ProtocolError):
        client.download(url)
    assert client.download(url).data == BODY


@pytest.mark.parametrize(("status", "code"), [(403, "AccessDenied"), (500, "InternalError"), (503, "SlowDown")])
def test_errors_of_the_document_store_are_xml(client: Client, status: int, code: str) -> None:
    url = url_of(client, Script(faults={"document": [Fault(status=status)]}))
    answer = client.download(url)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/xml")
    assert f"<Code>{code}</Code>" in answer.data.decode()
    assert client.download(url).status == 200
