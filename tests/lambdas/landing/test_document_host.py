"""Downloads from hosts that do not keep to the rules: no part of another document is ever taken for the rest of one."""

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path

import pytest
import trustme

from lambdas.landing.download import DocumentIncomplete, DocumentRefused, DocumentSource, DocumentTooSlow, Download
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
    with serving(FIRST, answer(b"def", status=PART, content_range="bytes 3-5/6", content_length=3)) as host:
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
        pytest.param(answer(b"def", status=PART, content_length=3), id="no Content-Range"),
        pytest.param(answer(b"bcdef", status=PART, content_range="bytes 1-5/6", content_length=5), id="another part"),
        pytest.param(answer(b"defg", status=PART, content_range="bytes 3-6/7", content_length=4), id="another length"),
        pytest.param(
            answer(b"def", status=PART, content_range="bytes 3-5/*", content_length=3), id="an unknown length"
        ),
    ],
)
def test_a_part_that_would_not_fit_is_not_taken(second: bytes) -> None:
    with serving(FIRST, second) as host, pytest.raises(DocumentIncomplete) as incomplete:
        read(host.url)
    assert "from there" in str(incomplete.value)
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


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other", "308 Permanent Redirect"])
def test_a_redirect_is_not_followed(status: str) -> None:
    with serving(answer(b"evil", content_length=4)) as elsewhere:
        with (
            serving(answer(status=status, location=elsewhere.url, content_length=0)) as host,
            pytest.raises(DocumentRefused) as refused,
        ):
            read(host.url)
        assert len(host.heard) == 1
    assert elsewhere.heard == []
    assert "planted" not in str(refused.value)


@pytest.mark.parametrize("status", ["206 Partial Content", "204 No Content", "304 Not Modified", "410 Gone"])
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
    with serving(FIRST, answer(b"de", status=PART, content_range="bytes 3-5/6", content_length=3)) as host:
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
        pytest.param(OK + b"\r\n", id="a document of no length"),
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
            read(f"{scheme}://127.0.0.1:{server.getsockname()[1]}/one", seconds=0.3, source=source)
        over.set()
        host.join()
