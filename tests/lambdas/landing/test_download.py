"""Downloads: from allowed origins only, the bytes as they come, resumed where they break, the address in no error."""

import gzip
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult

import pytest
import trustme

from lambdas.landing.document_errors import (
    DocumentIncomplete,
    DocumentOriginRefused,
    DocumentRefused,
    DocumentTooSlow,
    DocumentUnavailable,
    DocumentUrlExpired,
)
from lambdas.landing.download import DocumentSource, Download
from lambdas.spapi.reports import ReportsApi
from local.simulator import Document, Fault, Script, Simulator, Transfer
from tests.testing.samples import IMPATIENT, NOW, REPORT_TYPE, SELLER, fails

ORIGINS = ["https://*.amazonaws.com", "https://d1.cloudfront.net", "http://127.0.0.1:*"]
BODY = b"".join(b"%07d\n" % number for number in range(262_144))  # 2 MiB, of which no two lines are equal
BUFFER = 256 * 1024

HOST = "the document's host 127.0.0.1"


class UnpluggedSource(DocumentSource):
    """A source that comes as far as wanting a connection."""

    wanted: SplitResult | None = None

    def _connection(self, parts: SplitResult) -> NoReturn:
        self.wanted = parts
        raise ConnectionRefusedError


def address(simulator: Simulator, sp_api: ReportsApi, document: Document) -> str:
    """Return the address of this document of a finished report."""
    script = Script(statuses=("DONE",), document=document)
    report = simulator.add_report(REPORT_TYPE, script, selling_partner_id=SELLER)
    return str(sp_api.get_report_document(report.report_document_id, restricted=False)["url"])


@pytest.fixture
def url(simulator: Simulator, sp_api: ReportsApi) -> str:
    return address(simulator, sp_api, Document(body=BODY, content_type="application/octet-stream"))


def read(source: DocumentSource, url: str, *, seconds: float = 60) -> tuple[bytes, Download]:
    received, buffer = bytearray(), memoryview(bytearray(BUFFER))
    with source.open(url, seconds=seconds) as download:
        while count := download.readinto(buffer):
            received += buffer[:count]
            assert download.position == len(received)
        assert download.readinto(buffer) == 0
    return bytes(received), download


def statuses(simulator: Simulator) -> list[int | None]:
    return [call.status for call in simulator.calls if call.operation == "document"]


def test_the_bytes_and_the_labels_are_as_served(
    simulator: Simulator, sp_api: ReportsApi, documents: DocumentSource
) -> None:
    body = gzip.compress(b"sku\tasin\r\n")
    served = Document(body=body, content_type="text/plain; charset=Cp1252", content_encoding="gzip")
    received, download = read(documents, address(simulator, sp_api, served))
    assert received == body
    assert (download.content_type, download.content_encoding) == ("text/plain; charset=Cp1252", "gzip")
    assert download.size == len(body)


@pytest.mark.parametrize("size", [0, 1, BUFFER, BUFFER + 1])
def test_a_document_of_any_size(simulator: Simulator, sp_api: ReportsApi, documents: DocumentSource, size: int) -> None:
    received, download = read(documents, address(simulator, sp_api, Document(body=BODY[:size])))
    assert received == BODY[:size]
    assert download.size == size
    # An SP-API header would go to another host, and the document store refuses it.
    assert statuses(simulator) == [200]


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
    source = UnpluggedSource(origins=ORIGINS)
    with pytest.raises(ConnectionRefusedError), source.open(accepted, seconds=60):
        pass
    assert source.wanted
    assert source.wanted.geturl().lower() == accepted.lower()


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


def refusal(refused: str) -> str:
    """Return how an address is refused, before anything is sent."""
    source = UnpluggedSource(origins=ORIGINS)
    with (
        pytest.raises(DocumentOriginRefused) as caught,
        source.open(refused + "?X-Amz-Signature=planted", seconds=60),
    ):
        pass
    assert source.wanted is None
    assert "planted" not in str(caught.value)
    return str(caught.value)


ALLOWED = "; allowed are https://*.amazonaws.com, https://d1.cloudfront.net, http://127.0.0.1:*"


@pytest.mark.parametrize("refused", REFUSED)
def test_an_address_of_another_origin_is_refused_before_anything_is_sent(refused: str) -> None:
    assert refusal(refused).startswith("the document's address is at ")
    assert refusal(refused).endswith(ALLOWED)


@pytest.mark.parametrize("refused", NO_ADDRESS)
def test_what_is_no_address_is_refused_like_another_origin(refused: str) -> None:
    assert refusal(refused) == f"the document's address is none{ALLOWED}"


def test_the_refusal_names_the_origin() -> None:
    assert refusal("https://evil.example:8443/x") == (
        f"the document's address is at https://evil.example:8443{ALLOWED}"
    )


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        (Fault(status=403), DocumentUrlExpired, f"{HOST} answered 403: AccessDenied: Request has expired"),
        (Fault(status=404), DocumentUrlExpired, f"{HOST} answered 404: NoSuchKey: The specified key does not exist."),
        (Fault(status=400, code="ExpiredToken"), DocumentUrlExpired, f"{HOST} answered 400: ExpiredToken: "),
        *(
            (Fault(status=400, code=code), DocumentUrlExpired, f"{HOST} answered 400: {code}: ")
            for code in ("RequestTimeTooSkewed", "SignatureDoesNotMatch", "AuthorizationHeaderMalformed", "NoSuchKey")
        ),
        (Fault(status=410), DocumentUrlExpired, f"{HOST} answered 410"),
        (Fault(status=400, body="<h1>Bad Request</h1>"), DocumentUrlExpired, f"{HOST} answered 400: Bad Request"),
        (Fault(status=400, body=""), DocumentUrlExpired, f"{HOST} answered 400: no reason given"),
        (Fault(status=409, code="OperationAborted"), DocumentUnavailable, f"{HOST} answered 409: OperationAborted: "),
        (Fault(status=503, headers={"Retry-After": "7200"}), DocumentUnavailable, f"{HOST} answered 503: SlowDown: "),
        (Fault(status=400, code="RequestTimeout"), DocumentUnavailable, f"{HOST} answered 400: RequestTimeout: "),
        (Fault(status=400), DocumentRefused, f"{HOST} answered 400: InvalidRequest: Invalid Request"),
        (
            Transfer(redirect="http://127.0.0.1:9/"),
            DocumentOriginRefused,
            "the document's host 127.0.0.1 redirects to http://127.0.0.1:9; allowed are ",
        ),
        (Fault(status=429), DocumentUnavailable, f"{HOST} answered 429: TooManyRequests: "),
        (Fault(status=500), DocumentUnavailable, f"{HOST} answered 500: InternalError: "),
        (Fault(status=502), DocumentUnavailable, f"{HOST} answered 502: 502 Bad Gateway"),
        (Fault(status=503), DocumentUnavailable, f"{HOST} answered 503: SlowDown: "),
        (Fault(reset=True), DocumentUnavailable, f"{HOST} gave no answer: the connection broke (ConnectionResetError)"),
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
    assert str(failed.value).startswith(said)
    assert len(statuses(simulator)) == 1


def test_an_address_past_its_time(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    simulator.expire_urls()
    with fails(DocumentUrlExpired, simulator=simulator):
        read(documents, url)


BREAKS = [
    Transfer(truncate_at=0),
    Transfer(truncate_at=1),
    Transfer(truncate_at=BUFFER),
    Transfer(truncate_at=BUFFER + 1),
    Transfer(truncate_at=len(BODY) - 1),
    Transfer(reset_at=1_000_000),
]


@pytest.mark.parametrize("transfer", BREAKS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_transfer_that_breaks_is_resumed_where_it_broke(
    simulator: Simulator, documents: DocumentSource, url: str, transfer: Transfer, times: int
) -> None:
    simulator.fail("document", [transfer] * times)
    assert read(documents, url)[0] == BODY
    # Where a break lies behind what was left to be read, it did not happen.
    assert set(statuses(simulator)[1:]) <= {206, None}
    assert 2 <= len(statuses(simulator)) <= times + 1


def test_a_transfer_that_breaks_again_and_again_is_given_up(
    simulator: Simulator, documents: DocumentSource, url: str
) -> None:
    simulator.fail("document", Transfer(truncate_at=100_000))
    with fails(DocumentIncomplete, simulator=simulator) as incomplete:
        read(documents, url)
    assert str(incomplete.value) == "the transfer broke after 400000 bytes of 2097152 (it ended early)"
    assert statuses(simulator) == [200, 206, 206, 206]


@pytest.mark.parametrize(
    ("then", "kind"),
    [
        (Fault(status=403), DocumentUrlExpired),
        (Fault(status=503), DocumentUnavailable),
        (Fault(reset=True), DocumentUnavailable),
        (Fault(status=412), DocumentIncomplete),
        (Fault(status=416), DocumentIncomplete),
        (Fault(status=404), DocumentUrlExpired),
        (Transfer(redirect="http://127.0.0.1:9/"), DocumentOriginRefused),
    ],
)
def test_a_transfer_that_is_not_let_go_on(
    simulator: Simulator, documents: DocumentSource, url: str, then: Fault | Transfer, kind: type[Exception]
) -> None:
    simulator.fail("document", [Transfer(truncate_at=1000), then])
    with fails(kind, simulator=simulator) as failed:
        read(documents, url)
    assert len(statuses(simulator)) == 2
    if isinstance(then, Fault) and then.status:
        assert f"{HOST} answered {then.status}: " in str(failed.value)


def test_a_document_that_is_another_one_by_now_is_not_mixed_with_the_first(
    simulator: Simulator, documents: DocumentSource, url: str
) -> None:
    simulator.fail("document", [Transfer(truncate_at=1000)])
    buffer = memoryview(bytearray(1000))
    with documents.open(url, seconds=60) as download:
        assert download.readinto(buffer) == 1000
        ((key, link),) = simulator._app.downloads._links.items()
        simulator._app.downloads._links[key] = replace(link, document=Document(body=BODY[::-1]))
        with fails(DocumentIncomplete, simulator=simulator):
            download.readinto(buffer)


@pytest.mark.parametrize("seconds", [-1, 0])
def test_a_document_for_which_there_is_no_time(
    simulator: Simulator, documents: DocumentSource, url: str, seconds: float
) -> None:
    with fails(DocumentTooSlow, simulator=simulator) as slow:
        read(documents, url, seconds=seconds)
    assert str(slow.value) == "only 0 bytes had arrived when time was over"


def test_a_document_that_comes_too_slowly(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    simulator.fail("document", Transfer(bytes_per_second=2_000_000))
    buffer, arrived = memoryview(bytearray(BUFFER)), 0
    with fails(DocumentTooSlow, simulator=simulator) as slow, documents.open(url, seconds=60) as download:
        while arrived < 100_000:
            arrived += download.readinto(buffer)
        download._until = time.monotonic()
        download.readinto(buffer)
    assert str(slow.value) == f"only {arrived} bytes of 2097152 had arrived when time was over"


@IMPATIENT
def test_silence_instead_of_an_answer(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    simulator.fail("document", Fault(hang=30))
    with fails(DocumentUnavailable, simulator=simulator) as unavailable:
        read(documents, url)
    assert str(unavailable.value) == f"{HOST} gave no answer: its answer did not arrive in time"


@IMPATIENT
def test_silence_in_the_middle_is_a_break_like_any_other(
    simulator: Simulator, documents: DocumentSource, url: str
) -> None:
    simulator.fail("document", [Transfer(bytes_per_second=1)])
    assert read(documents, url)[0] == BODY
    assert statuses(simulator)[1:] == [206]


def test_nobody_there(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    simulator.stop()
    with fails(DocumentUnavailable, simulator=simulator) as unavailable:
        read(documents, url)
    assert str(unavailable.value) == f"{HOST} gave no answer: it refused the connection"


def test_a_host_whose_certificate_nobody_knows_is_told_no_address(tmp_path: Path) -> None:
    trustme.CA().issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(tmp_path / "host.pem")
    with Simulator(certificate=tmp_path / "host.pem", key=tmp_path / "host.pem", clock=NOW.timestamp) as simulator:
        source = DocumentSource(origins=[simulator.url])
        with fails(DocumentUnavailable, simulator=simulator) as unavailable:
            read(source, f"{simulator.url}/documents/x?X-Amz-Signature=planted")
        assert simulator.calls == []
    assert str(unavailable.value).startswith(f"{HOST} gave no answer: its certificate is not accepted: ")


def test_an_address_that_http_cannot_carry(simulator: Simulator, documents: DocumentSource, url: str) -> None:
    with fails(DocumentUnavailable, simulator=simulator):
        read(documents, f"{url}&x=ü")


def test_a_document_that_is_left_early_does_not_run_into_the_next(documents: DocumentSource, url: str) -> None:
    buffer = memoryview(bytearray(1000))
    with documents.open(url, seconds=60) as download:
        assert download.readinto(buffer) == 1000
        assert bytes(buffer) == BODY[:1000]
    assert read(documents, url)[0] == BODY
