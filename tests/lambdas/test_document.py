"""Downloads: from the allowed origins only, as the bytes come, and without a word about the address."""

import gzip
from typing import Any, NoReturn

import pytest
import urllib3

from document import (
    DocumentIncomplete,
    DocumentOriginRefused,
    DocumentRefused,
    DocumentSource,
    DocumentUnavailable,
    DocumentUrlExpired,
    Download,
)
from local.simulator import Document, Fault, Script, Simulator, Transfer
from spapi.reports import ReportsApi
from tests.lambdas.samples import IMPATIENT, REPORT_TYPE, SELLER, ListeningPool, fails

ORIGINS = ["https://*.amazonaws.com", "https://d1.cloudfront.net", "http://127.0.0.1:*"]
BODY = bytes(range(256)) * 8192  # two chunks


class UnpluggedPool(ListeningPool):
    """A pool that comes as far as wanting a connection."""

    def connection_from_host(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse."""
        raise urllib3.exceptions.HTTPError("unplugged")


def address(simulator: Simulator, sp_api: ReportsApi, document: Document) -> str:
    """Return the address of this document of a finished report."""
    script = Script(statuses=("DONE",), document=document)
    report = simulator.add_report(REPORT_TYPE, script, selling_partner_id=SELLER)
    return str(sp_api.get_report_document(report.report_document_id)["url"])


@pytest.fixture
def url(simulator: Simulator, sp_api: ReportsApi) -> str:
    return address(simulator, sp_api, Document(body=BODY, content_type="application/octet-stream"))


def read(source: DocumentSource, url: str) -> tuple[bytes, Download]:
    with source.open(url) as download:
        return b"".join(download.chunks), download


def test_the_bytes_and_the_labels_are_as_served(
    simulator: Simulator, sp_api: ReportsApi, documents: DocumentSource
) -> None:
    body = gzip.compress(b"sku\tasin\r\n")
    served = Document(body=body, content_type="text/plain; charset=Cp1252", content_encoding="gzip")
    received, download = read(documents, address(simulator, sp_api, served))
    assert received == body
    assert (download.content_type, download.content_encoding) == ("text/plain; charset=Cp1252", "gzip")
    assert download.content_length == len(body)


def test_nothing_is_asked_for_but_the_bytes_themselves(
    documents: DocumentSource, url: str, http: ListeningPool
) -> None:
    assert read(documents, url)[0] == BODY
    # An SP-API header would go to another host, and the document store refuses it.
    assert http.heard[-1] == ("GET", url, {"accept-encoding": "identity"})


@pytest.mark.parametrize(
    "accepted",
    [
        "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/x?X-Amz-Signature=planted",
        "https://a.b.c.AMAZONAWS.com/",
        "HTTPS://d1.cloudfront.net/x",
        "http://127.0.0.1:1/x",
        "http://127.0.0.1:65535/x",
    ],
)
def test_an_address_of_an_allowed_origin_is_asked(accepted: str) -> None:
    http = UnpluggedPool(retries=False)
    with pytest.raises(DocumentUnavailable), DocumentSource(http=http, origins=ORIGINS).open(accepted):
        pass
    assert [heard.url for heard in http.heard] == [accepted]


REFUSED = [
    "http://s3.amazonaws.com/x",
    "ftp://s3.amazonaws.com/x",
    "//s3.amazonaws.com/x",
    "s3.amazonaws.com/x",
    "https://amazonaws.com/x",
    "https://evil-amazonaws.com/x",
    "https://s3.amazonaws.com.evil.example/x",
    "https://s3.amazonaws.com./x",
    "https://evil.example/.amazonaws.com",
    "https://evil.example?.amazonaws.com",
    "https://evil.example#.amazonaws.com",
    "https://evil.example\\.amazonaws.com/x",
    "https://s3.amazonaws.com@evil.example/x",
    "https://s3.amazonaws.com:443@evil.example/x",
    "https://evil.example@s3.amazonaws.com/x",
    "https://user:planted@s3.amazonaws.com/x",
    "https://s3.amazonaws.com:8443/x",
    "https://evil.example\t.cloudfront.net/x",
    "https://s3\uff0eamazonaws.com/x",
    "https://d2.cloudfront.net/x",
    "https://x.d1.cloudfront.net/x",
    "https://127.0.0.1:80/x",
    "http://127.0.0.1/x",
    "http://127.0.0.1:80@evil.example/x",
    "http://127.0.0.2:80/x",
    "http://[::1]:80/x",
    "file:///etc/passwd",
    "https:///x",
    "",
]
NO_ADDRESS = [
    "https://s3.amazonaws.com:port/x",
    "https://s3.amazonaws.com:99999/x",
    "https://[::1/x",
    "https://s3\u2100.amazonaws.com/x",
]


def refuses_before_anything_is_sent(refused: str) -> None:
    http = ListeningPool(retries=False)
    with (
        pytest.raises(DocumentOriginRefused) as caught,
        DocumentSource(http=http, origins=ORIGINS).open(refused + "?X-Amz-Signature=planted"),
    ):
        pass
    assert http.heard == []
    assert "; allowed are https://*.amazonaws.com, https://d1.cloudfront.net, http://127.0.0.1:*" in str(caught.value)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("refused", REFUSED)
def test_an_address_of_another_origin_is_refused_before_anything_is_sent(refused: str) -> None:
    refuses_before_anything_is_sent(refused)


@pytest.mark.xfail(strict=True, raises=ValueError, reason="urlsplit's own ValueError passes through")
@pytest.mark.parametrize("refused", NO_ADDRESS)
def test_what_is_no_address_is_refused_like_another_origin(refused: str) -> None:
    refuses_before_anything_is_sent(refused)


def test_the_refusal_names_the_origin() -> None:
    source = DocumentSource(http=ListeningPool(), origins=["https://*.amazonaws.com", "http://127.0.0.1:*"])
    with pytest.raises(DocumentOriginRefused) as refused, source.open("https://evil.example:8443/planted"):
        pass
    assert str(refused.value) == (
        "the document's address is at https://evil.example:8443; allowed are https://*.amazonaws.com, http://127.0.0.1:*"
    )


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (Fault(status=403), DocumentUrlExpired, "the document's host answered 403: its address has expired"),
        (Fault(status=404), DocumentRefused, "the document's host answered 404 where only 200 brings a document"),
        (Fault(status=400), DocumentRefused, "the document's host answered 400 where only 200 brings a document"),
        (
            Transfer(redirect="http://127.0.0.1:9/"),
            DocumentRefused,
            "the document's host answered 307 where only 200 brings a document",
        ),
        (Fault(status=429), DocumentUnavailable, "the document's host answered 429"),
        (Fault(status=500), DocumentUnavailable, "the document's host answered 500"),
        (Fault(status=502), DocumentUnavailable, "the document's host answered 502"),
        (Fault(status=503), DocumentUnavailable, "the document's host answered 503"),
        (Fault(reset=True), DocumentUnavailable, "the document's host did not answer (ProtocolError)"),
    ],
)
def test_an_answer_that_is_no_document(
    simulator: Simulator,
    documents: DocumentSource,
    url: str,
    fault: Fault | Transfer,
    kind: type[Exception],
    said: str,
) -> None:
    simulator.fail("document", fault)
    with fails(kind, simulator=simulator) as failed:
        read(documents, url)
    assert str(failed.value) == said
    assert simulator.count()["document"] == 1


def test_an_address_past_its_time(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    simulator.expire_urls()
    with fails(DocumentUrlExpired, simulator=simulator):
        read(documents, url)


@pytest.mark.parametrize(
    "transfer",
    [Transfer(truncate_at=0), Transfer(truncate_at=2_000_000), Transfer(reset_at=1), Transfer(reset_at=2_000_000)],
)
def test_a_transfer_that_breaks_off(
    simulator: Simulator, documents: DocumentSource, url: str, transfer: Transfer
) -> None:
    simulator.fail("document", [transfer])
    with fails(DocumentIncomplete, simulator=simulator) as incomplete:
        read(documents, url)
    assert str(incomplete.value) == "the transfer broke off (ProtocolError)"
    # The same address serves again, over another connection.
    assert read(documents, url)[0] == BODY


@IMPATIENT
def test_silence_instead_of_an_answer(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    simulator.fail("document", Fault(hang=30))
    with fails(DocumentUnavailable, simulator=simulator) as unavailable:
        read(documents, url)
    assert str(unavailable.value) == "the document's host did not answer (ReadTimeoutError)"


@IMPATIENT
def test_silence_in_the_middle(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    simulator.fail("document", Transfer(bytes_per_second=1))
    with fails(DocumentIncomplete, simulator=simulator) as incomplete:
        read(documents, url)
    assert str(incomplete.value) == "the transfer broke off (ReadTimeoutError)"


def test_nobody_there(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    simulator.stop()
    with fails(DocumentUnavailable, simulator=simulator) as unavailable:
        read(documents, url)
    assert str(unavailable.value) == "the document's host did not answer (NewConnectionError)"


def test_a_document_that_is_left_early_does_not_run_into_the_next(documents: DocumentSource, url: str) -> None:
    with documents.open(url) as download:
        assert next(download.chunks) == BODY[: 1024 * 1024]
    assert read(documents, url)[0] == BODY
