"""Downloads from hosts that do not keep to the rules: no part of another document is ever taken for the rest of one."""

import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

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
from lambdas.landing.document_route import Route
from lambdas.landing.download import DocumentSource, Download
from tests.testing.scripted_http_server import answer, serving

Wrap = Callable[[socket.socket], socket.socket]
ANYWHERE = DocumentSource(origins=["http://127.0.0.1:*"], timeout=10)
FIRST = answer(b"abc", content_length=6, etag='"1"')
PART = "206 Partial Content"
CHUNKED = b"3\r\nabc\r\n"


def read(url: str, *, seconds: float = 60, source: DocumentSource = ANYWHERE) -> tuple[bytes, Download]:
    received, view = bytearray(), memoryview(bytearray(1000))
    with source.open(url, seconds=seconds) as download:
        while count := download.readinto(view):
            received += view[:count]
    return bytes(received), download


def test_nothing_is_asked_for_but_the_bytes_themselves() -> None:
    with serving(answer(b"x", content_length=1)) as host:
        assert read(host.url)[0] == b"x"
    # An SP-API header would go to another host, and the document store refuses it.
    assert host.heard == [
        {
            "request": "GET /documents/one?X-Amz-Signature=planted HTTP/1.1",
            "host": host.origin.removeprefix("http://"),
            "accept-encoding": "identity",
        }
    ]


def test_what_is_asked_for_after_a_break() -> None:
    with serving(FIRST, answer(b"def", status=PART, content_range="bytes 3-5/6", content_length=3, etag='"1"')) as host:
        assert read(host.url)[0] == b"abcdef"
    first, second = host.heard
    assert second == {**first, "range": "bytes=3-", "if-match": '"1"'}


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(answer(b"abcdef", content_length=6, etag='"1"'), id="Range is ignored"),
        pytest.param(
            answer(b"abcdef", content_range="bytes 3-5/6", content_length=6, etag='"1"'), id="all of it, called a part"
        ),
        pytest.param(answer(status="412 Precondition Failed", content_length=0), id="another document"),
        pytest.param(answer(status="416 Range Not Satisfiable", content_length=0), id="a shorter document"),
        pytest.param(
            answer(b"def", status=PART, content_range="bytes 3-5/6", content_length=3, etag='"2"'),
            id="another document in spite of If-Match",
        ),
        *(
            pytest.param(
                answer(b"def", status=PART, content_range="bytes 3-5/6", content_length=3, **tagged), id=f"{tagged}"
            )
            for tagged in ({}, {"etag": "1"}, {"etag": 'W/"1"'}, {"etag": '"1"', "ETag": '"2"'}, {"etag": '"1", "2"'})
        ),
        *(
            pytest.param(
                answer(b"def", status=PART, content_range=part, content_length=3, etag='"1"'), id=f"a part {part}"
            )
            for part in (
                "bytes 3-5/+6",
                "bytes +3-5/6",
                "bytes 3-4/6",
                "bytes 3-6/6",
                "bytes 3-/6",
                "bytes \xb3-5/6",
                "bytes 3-5/6, bytes 3-5/6",
                f"bytes 3-5/{'9' * 5_000}",
            )
        ),
        pytest.param(
            answer(b"de", status=PART, content_range="bytes 3-5/6", content_length=2, etag='"1"'), id="a shorter part"
        ),
        pytest.param(answer(b"def", status=PART, content_length=3, etag='"1"'), id="no Content-Range"),
        pytest.param(
            answer(b"bcdef", status=PART, content_range="bytes 1-5/6", content_length=5, etag='"1"'), id="another part"
        ),
        pytest.param(
            answer(b"defg", status=PART, content_range="bytes 3-6/7", content_length=4, etag='"1"'), id="another length"
        ),
        pytest.param(
            answer(b"def", status=PART, content_range="bytes 3-5/*", content_length=3, etag='"1"'),
            id="an unknown length",
        ),
    ],
)
def test_a_part_that_would_not_fit_is_not_taken(second: bytes) -> None:
    with serving(FIRST, second) as host, pytest.raises(DocumentIncomplete) as incomplete:
        read(host.url)
    assert re.search("from there|answered 41[26]: ", str(incomplete.value))
    assert "planted" not in str(incomplete.value)
    assert len(host.heard) == 2


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(answer(b"abc", content_length=6), id="no ETag"),
        pytest.param(answer(CHUNKED, transfer_encoding="chunked", etag='"1"'), id="no Content-Length"),
    ],
)
def test_without_the_labels_for_it_a_transfer_is_not_resumed(first: bytes) -> None:
    with serving(first) as host, pytest.raises(DocumentIncomplete):
        read(host.url)
    assert len(host.heard) == 1


def test_a_document_without_a_length_ends_where_it_says() -> None:
    with serving(answer(CHUNKED + b"0\r\n\r\n", transfer_encoding="chunked")) as host:
        received, download = read(host.url)
    assert (received, download.size, download.position) == (b"abc", None, 3)


@pytest.mark.parametrize(
    "labels",
    [
        {},
        {"connection": "close"},
        *({"content_length": length} for length in ("+3", "-3", "3.0", "0x3", " ", "3 3", "3_0", "3, 3", "9" * 5_000)),
        {"content_length": 3, "Content_Length": 4},
        {"content_length": 3, "transfer_encoding": "chunked"},
        {"transfer_encoding": "gzip, chunked"},
        {"transfer_encoding": "identity"},
    ],
)
def test_a_document_that_nothing_says_the_end_of_is_incomplete(labels: dict[str, Any]) -> None:
    with serving(answer(b"abc", **labels)) as host, pytest.raises(DocumentIncomplete, match="where the document ends"):
        read(host.url)


def test_http_1_0_without_a_length_is_incomplete() -> None:
    with serving(b"HTTP/1.0 200 OK\r\n\r\nabc") as host, pytest.raises(DocumentIncomplete):
        read(host.url)


def test_a_length_that_is_said_twice_is_said() -> None:
    with serving(answer(b"abc", content_length=3, Content_Length=3)) as host:
        assert read(host.url)[0] == b"abc"


@pytest.mark.parametrize("cut", [b"3\r\nabc\r\n", b"3\r\nab", b"3\r\nabc\r\n5\r\n", b"", b"3"])
def test_chunks_without_their_end_are_incomplete(cut: bytes) -> None:
    with serving(answer(cut, transfer_encoding="chunked")) as host, pytest.raises(DocumentIncomplete):
        read(host.url)


@pytest.mark.parametrize(
    "etag", ["1", 'W/"1"', '""', '"a b"', '"a"b"', '"' + "x" * 201 + '"', '"X-Amz-Signature=planted"']
)
def test_without_a_strong_etag_a_transfer_is_not_resumed(etag: str) -> None:
    with serving(answer(b"abc", content_length=6, etag=etag)) as host, pytest.raises(DocumentIncomplete):
        read(host.url)
    assert len(host.heard) == 1


def test_labels_that_echo_the_address_do_not_tell_it() -> None:
    said = "text/x; path=/documents/one?X-Amz-Signature=planted \x1b[2J" + "x" * 5_000
    with serving(answer(b"abc", content_length=3, content_type=said, content_encoding=said)) as host:
        _, download = read(host.url)
    for label in (download.content_type, download.content_encoding):
        assert "planted" not in label
        assert label.startswith("text/x")
        assert label.isprintable()
        assert len(label) < 1_100


def test_a_length_that_promises_too_much_is_believed() -> None:
    beyond = answer(status="416 Range Not Satisfiable", content_range="bytes */6", content_length=0)
    with serving(answer(b"abcdef", content_length=7, etag='"1"'), beyond) as host:
        with pytest.raises(DocumentIncomplete):
            read(host.url)
        assert host.heard[1]["range"] == "bytes=6-"


def test_a_length_that_promises_too_little_is_believed() -> None:
    with serving(answer(b"abcdef", content_length=4)) as host:
        received, download = read(host.url)
    assert (received, download.size) == (b"abcd", 4)


def test_breaks_do_not_buy_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(FIRST, FIRST) as host, ANYWHERE.open(host.url, seconds=60) as download:
        monkeypatch.setattr(Download, "seconds_left", -1)
        with pytest.raises(DocumentTooSlow) as slow:
            download.readinto(memoryview(bytearray(1000)))
    assert str(slow.value) == "only 0 bytes of 6 had arrived when time was over"
    assert len(host.heard) == 1


REDIRECTS = [
    "301 Moved Permanently",
    "302 Found",
    "303 See Other",
    "307 Temporary Redirect",
    "308 Permanent Redirect",
]


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_to_an_allowed_host_is_followed_and_a_break_after_it_goes_on_there(status: str) -> None:
    rest = answer(b"def", status=PART, content_range="bytes 3-5/6", content_length=3, etag='"1"')
    with (
        serving(FIRST, rest) as elsewhere,
        serving(answer(b"<html>", status=status, location=elsewhere.url, content_length=6)) as host,
    ):
        received, download = read(host.url)
    assert (received, download.size) == (b"abcdef", 6)
    assert [len(host.heard), len(elsewhere.heard)] == [1, 2]
    assert all("GET /documents/one?" in heard["request"] for heard in elsewhere.heard)


@pytest.mark.parametrize("status", REDIRECTS)
def test_a_redirect_to_a_host_that_is_not_allowed_is_refused(status: str) -> None:
    with (
        serving(answer(b"evil", content_length=4)) as elsewhere,
        serving(answer(status=status, location=elsewhere.url, content_length=0)) as host,
    ):
        with pytest.raises(DocumentOriginRefused) as refused:
            read(host.url, source=DocumentSource(origins=[host.origin], timeout=10))
        assert (len(host.heard), elsewhere.heard) == (1, [])
    assert str(refused.value).startswith(f"the document's host 127.0.0.1 redirects to {elsewhere.origin}; allowed are ")


@pytest.mark.parametrize(
    ("location", "kind"),
    [
        ("", DocumentUrlExpired),
        ("http://[::1/x", DocumentOriginRefused),
        ("file:///etc/passwd", DocumentOriginRefused),
        ("http://user@127.0.0.1:1/x?X-Amz-Signature=planted", DocumentOriginRefused),
        ("//elsewhere.example/x?X-Amz-Signature=planted", DocumentOriginRefused),
        ("http://169.254.169.254/latest/meta-data", DocumentOriginRefused),
    ],
)
def test_a_redirect_that_leads_nowhere_is_refused_without_telling_the_address(
    location: str, kind: type[Exception]
) -> None:
    with serving(answer(status="307 Temporary Redirect", location=location, content_length=0)) as host:
        with pytest.raises(kind) as refused:
            read(host.url)
        assert len(host.heard) == 1
    assert "planted" not in str(refused.value)


def test_a_bucket_that_is_elsewhere_is_told_with_s3_s_words() -> None:
    body = (
        b"<Error><Code>PermanentRedirect</Code><Message>Use the specified endpoint.</Message>"
        b"<Endpoint>other.s3.amazonaws.com</Endpoint></Error>"
    )
    moved = answer(body, status="301 Moved Permanently", content_length=len(body))
    with serving(moved) as host, pytest.raises(DocumentUrlExpired) as expired:
        read(host.url)
    assert str(expired.value) == (
        "the document's host 127.0.0.1 answered 301: PermanentRedirect: Use the specified endpoint."
    )


def test_redirects_in_circles_are_bounded() -> None:
    back = answer(status="302 Found", location="/documents/one?X-Amz-Signature=planted", content_length=0)
    on = [answer(status="302 Found", location=f"/documents/{number}", content_length=0) for number in range(9)]
    for answers, asked in (([back], 1), (on, 4)):
        with serving(*answers) as host, pytest.raises(DocumentUnavailable, match="leads in circles") as refused:
            read(host.url)
        assert len(host.heard) == asked
        assert "planted" not in str(refused.value)


@pytest.mark.parametrize("location", ["http://b.example/x", "http://a.example/one?X-Amz-Signature=planted"])
def test_nothing_is_asked_for_without_tls_after_a_host_with_it(location: str) -> None:
    route = Route("https://a.example/one?X-Amz-Signature=planted", origins=["http*://*.example"])
    with pytest.raises(DocumentOriginRefused) as refused:
        route.follow(location, status=302)
    assert str(refused.value) == "the document's host a.example redirects to an address without TLS"
    assert route.parts.scheme == "https"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("400 Bad Request", DocumentUrlExpired),
        ("403 Forbidden", DocumentUrlExpired),
        ("404 Not Found", DocumentUrlExpired),
        ("500 Internal Server Error", DocumentUnavailable),
        ("503 Slow Down", DocumentUnavailable),
    ],
)
@pytest.mark.parametrize("broken", [False, True])
def test_s3_s_words_are_told_and_never_the_address(status: str, kind: type[Exception], broken: bool) -> None:
    said = (
        "<Error><Code>ExpiredToken</Code><Message>The token\x1b[2J of /documents/one?X-Amz-Signature=planted "
        f"has expired {'x' * 9_000}</Message></Error>"
    ).encode()
    whole = answer(said, status=status, content_length=len(said) + broken, x_amz_request_id="4442587FB7D0A2F9")
    with serving(whole) as host, pytest.raises(kind) as failed:
        read(host.url)
    sentence = str(failed.value)
    assert sentence.startswith(f"the document's host 127.0.0.1 answered {status[:3]}: ExpiredToken")
    assert sentence.endswith("(request id 4442587FB7D0A2F9)")
    assert "planted" not in sentence
    assert sentence.isprintable()
    assert len(sentence) < 1_200


@pytest.mark.parametrize("said", ["The signature is planted!", "planted", "<p>planted</p>", '{"signature": "planted"}'])
def test_a_signature_without_its_name_is_not_told(said: str) -> None:
    told = answer(said.encode(), status="500 Oh", content_length=len(said))
    with serving(told) as host, pytest.raises(DocumentUnavailable) as failed:
        read(host.url)
    assert "planted" not in str(failed.value)


@pytest.mark.parametrize("status", ["403 Forbidden", "404 Not Found", "503 Slow Down", "502 Bad Gateway"])
def test_an_error_without_words_is_told_by_its_status(status: str) -> None:
    with serving(answer(status=status, content_length=0)) as host, pytest.raises(Exception, match=status[:3]) as failed:
        read(host.url)
    assert str(failed.value) == f"the document's host 127.0.0.1 answered {status[:3]}: no reason given"


@pytest.mark.parametrize("size", [b"-1", b"0x1f", b"+3", b"1_0", b" 3", b"", b"3 3", b"\xd9\xa3", b"fffffffff"])
def test_a_malformed_size_of_a_chunk_breaks_the_transfer(size: bytes) -> None:
    body = size + b"\r\n" + b"a" * 64 + b"\r\n0\r\n\r\n"
    with serving(answer(body, transfer_encoding="chunked")) as host, pytest.raises(DocumentIncomplete):
        read(host.url)


def test_a_size_of_a_chunk_may_have_an_extension() -> None:
    with serving(answer(b"A;x=1\r\n" + b"a" * 10 + b"\r\n0\r\n\r\n", transfer_encoding="chunked")) as host:
        assert read(host.url)[0] == b"a" * 10


@pytest.mark.parametrize("status", ["206 Partial Content", "204 No Content", "304 Not Modified"])
def test_an_answer_that_nobody_asked_for_is_refused(status: str) -> None:
    said = f"answered {status[:3]} where only 200 is a document"
    with serving(answer(status=status, content_length=0)) as host, pytest.raises(DocumentRefused, match=said):
        read(host.url)


def test_without_time_nothing_is_asked_for() -> None:
    with serving(FIRST, FIRST) as host, pytest.raises(DocumentTooSlow) as slow:
        read(host.url, seconds=0)
    assert str(slow.value) == "only 0 bytes had arrived when time was over"
    assert not any("GET" in heard["request"] for heard in host.heard)


def test_no_connection_stays_open(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[socket.socket] = []
    connect = HTTPConnection.connect

    def remembered(connection: HTTPConnection) -> None:
        connect(connection)
        opened.append(connection.sock)

    monkeypatch.setattr(HTTPConnection, "connect", remembered)
    view = memoryview(bytearray(3))
    with serving(FIRST, answer(b"de", status=PART, content_range="bytes 3-5/6", content_length=3, etag='"1"')) as host:
        # Resumed, and left in the middle.
        with ANYWHERE.open(host.url, seconds=60) as download:
            assert [download.readinto(view), download.readinto(view)] == [3, 2]
        assert len(host.heard) == 2
    assert [connection.fileno() for connection in opened] == [-1, -1]


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture(params=["http", "https"])
def wrapped(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wrap:
    """Return what a host makes of a connection: nothing, or one under TLS, whose certificate is trusted."""
    if request.param == "http":
        return lambda connection: connection
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return lambda connection: context.wrap_socket(connection, server_side=True)


@pytest.mark.parametrize(
    "at_once",
    [
        pytest.param(b"", id="the status"),
        pytest.param(OK + b"x-header: ", id="the headers"),
        pytest.param(OK + b"content-length: 1000\r\netag: 1\r\n\r\n", id="the document"),
        pytest.param(OK + b"transfer-encoding: chunked\r\n\r\nffff\r\n", id="a document of no length"),
    ],
)
def test_what_drips_is_too_slow(at_once: bytes, wrapped: Wrap, request: pytest.FixtureRequest) -> None:
    over = threading.Event()

    def drip() -> None:
        with wrapped(server.accept()[0]) as connection, suppress(OSError):
            connection.recv(10_000)
            connection.sendall(at_once)
            # Each byte comes long before a socket's timeout, and the last one never.
            while not over.wait(0.02):
                connection.sendall(b"x")

    scheme = request.node.callspec.params["wrapped"]
    source = DocumentSource(origins=["*://127.0.0.1:*"], timeout=10)
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = threading.Thread(target=drip)
        host.start()
        with pytest.raises(DocumentTooSlow):
            read(f"{scheme}://127.0.0.1:{server.getsockname()[1]}/one", seconds=0.15, source=source)
        over.set()
        host.join()
