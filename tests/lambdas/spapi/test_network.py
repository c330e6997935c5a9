"""Hosts that are no good: certificates, handshakes, names. The real clients send them nothing, and name the host."""

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import trustme
import urllib3

from lambdas.landing.document_errors import DocumentUnavailable
from lambdas.landing.download import DocumentSource
from lambdas.spapi.errors import LwaUnavailable, SpApiUnreachable
from lambdas.spapi.lwa import AccessTokens, Credentials
from lambdas.spapi.reports import ReportsApi
from local.simulator import Simulator
from tests.testing.samples import REPORT_TYPE, SELLER, Unpaced

CREDENTIALS = Credentials("client-CANARY-0123456", "secret-CANARY-0123456", "Atzr|CANARY-0123456")
AUTHORITY, FOREIGN = trustme.CA(), trustme.CA()
HOUR = timedelta(hours=1)
GRANTED = b'{"access_token": "Atza|CANARY-TOKEN-0123456", "expires_in": 3600}'
TOKEN = b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(GRANTED), GRANTED)


@pytest.fixture(autouse=True)
def trusting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process trust one authority, as Lambda's trusts those of its system."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


class Host:
    """A host on a port of the loopback that does as it is told with each connection, and keeps what it was sent."""

    def __init__(self, serve: Callable[[socket.socket], bytes]) -> None:
        self.port = 0
        self.heard = b""
        self._serve = serve

    @contextmanager
    def listening(self) -> Iterator["Host"]:
        """Listen until the end."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.port = server.getsockname()[1]
            thread = Thread(target=self._accept, args=(server,))
            thread.start()
            try:
                yield self
            finally:
                socket.socket.shutdown(server, socket.SHUT_RDWR)
                thread.join()

    def _accept(self, server: socket.socket) -> None:
        with suppress(OSError):
            while True:
                with server.accept()[0] as connection, suppress(OSError):
                    connection.settimeout(5)
                    self.heard += self._serve(connection)


def under_tls(leaf: trustme.LeafCert, answer: bytes = TOKEN) -> Callable[[socket.socket], bytes]:
    """Return a host with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)

    def serve(connection: socket.socket) -> bytes:
        with context.wrap_socket(connection, server_side=True) as safe:
            # A request comes in pieces; what is left unread when the connection closes resets it.
            heard = b""
            while not _is_whole(heard) and (piece := safe.recv(10_000)):
                heard += piece
            safe.sendall(answer)
            return heard

    return serve


def _is_whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: *(\d+)", head)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def plain(connection: socket.socket) -> bytes:
    """Answer in plain HTTP, whatever comes; a handshake is nothing that anybody has said."""
    connection.recv(10_000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
    return b""


def cut(connection: socket.socket) -> bytes:
    """Hang up in the middle of the handshake."""
    connection.recv(100)
    connection.shutdown(socket.SHUT_WR)
    return b""


EXPIRED = AUTHORITY.issue_cert("localhost", not_after=datetime(2020, 1, 1, tzinfo=UTC))
HOSTS = [
    pytest.param(under_tls(EXPIRED), "its certificate is not accepted: certificate has expired", id="expired"),
    pytest.param(
        under_tls(AUTHORITY.issue_cert("elsewhere.example")),
        "its certificate is not accepted: Hostname mismatch, certificate is not valid for 'localhost'",
        id="of another host",
    ),
    pytest.param(
        under_tls(FOREIGN.issue_cert("localhost")), "its certificate is not accepted: unable to get", id="untrusted"
    ),
    pytest.param(plain, "it does not speak TLS on this port", id="plain HTTP"),
    pytest.param(cut, "the (TLS )?connection (was cut|broke)", id="handshake cut"),
]


def lwa(url: str) -> None:
    with urllib3.PoolManager(retries=False, timeout=5) as http:
        AccessTokens(http=http, endpoint=url, credentials=lambda *_: CREDENTIALS).mint(SELLER)


def sp_api(url: str) -> None:
    class Tokens(AccessTokens):
        def mint(self, selling_partner_id: str) -> str:
            return f"Atza|CANARY-{selling_partner_id}"

    with urllib3.PoolManager(retries=False, timeout=5) as http:
        tokens = Tokens(http=http, endpoint="", credentials=lambda *_: CREDENTIALS)
        api = ReportsApi(http=http, endpoint=url, tokens=tokens, selling_partner_id=SELLER, calls=[], pace=Unpaced())
        api.create_report({"reportType": REPORT_TYPE, "marketplaceIds": ["A1"]})


def document(url: str) -> None:
    source = DocumentSource(origins=["https://localhost:*", "https://*.amazonaws.com"], timeout=5)
    with source.open(f"{url}/one?X-Amz-Signature=CANARY", seconds=10):
        pass


# createReport was certainly not sent: nobody has to look for its report.
CLIENTS: list[Any] = [(lwa, LwaUnavailable), (sp_api, SpApiUnreachable), (document, DocumentUnavailable)]


@pytest.mark.parametrize(("client", "kind"), CLIENTS)
@pytest.mark.parametrize(("serve", "why"), HOSTS)
def test_a_host_that_cannot_prove_itself_is_sent_nothing_and_named(
    client: Callable[[str], None], kind: type[Exception], serve: Callable[[socket.socket], bytes], why: str
) -> None:
    with Host(serve).listening() as host, pytest.raises(kind) as failed:
        client(f"https://localhost:{host.port}")
    sentence = str(failed.value)
    assert "localhost" in sentence
    assert re.search(why, sentence)
    assert not any(word in sentence for word in ("CANARY", "Error(", "_ssl.c", "urllib3", "SSLError"))
    assert host.heard == b""


@pytest.mark.parametrize(("client", "kind"), CLIENTS)
def test_a_name_that_is_not_known_is_named(
    client: Callable[[str], None], kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(kind, match=r"bucket\.s3\.amazonaws\.com.*: its name could not be resolved$"):
        client("https://bucket.s3.amazonaws.com")


@pytest.mark.parametrize(("client", "kind"), CLIENTS)
def test_a_name_that_is_made_to_lead_to_a_private_address_gets_nothing(
    client: Callable[[str], None], kind: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What listens there has no certificate for Amazon's name, even if it has one that is trusted.
    with Host(under_tls(AUTHORITY.issue_cert("127.0.0.1", "internal.example"))).listening() as host:
        rebound = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", host.port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rebound)
        with pytest.raises(kind, match=r"bucket\.s3\.amazonaws\.com.*: its certificate is not accepted: Hostname"):
            client("https://bucket.s3.amazonaws.com")
    assert host.heard == b""


@pytest.mark.parametrize("jump", [-9 * HOUR, -HOUR, HOUR, 9 * HOUR, timedelta(days=365)])
def test_a_clock_that_jumps_costs_a_token_and_no_report(simulator: Simulator, jump: timedelta) -> None:
    wrong = [datetime(2026, 11, 10, 12, tzinfo=UTC)]
    with urllib3.PoolManager(retries=False, timeout=5) as http:
        credentials = Credentials(**simulator.application, refresh_token=simulator.refresh_token(SELLER))
        tokens = AccessTokens(
            http=http,
            endpoint=simulator.lwa_url,
            credentials=lambda *_: credentials,
            now=lambda: wrong[0].timestamp(),
        )
        api = ReportsApi(
            http=http, endpoint=simulator.url, tokens=tokens, selling_partner_id=SELLER, calls=[], pace=Unpaced()
        )
        since = "2026-11-10T00:00:00+00:00"
        assert list(api.get_reports(report_type=REPORT_TYPE, created_since=since)) == []
        wrong[0] += jump
        # By a clock that went back the token in memory is still good, when Amazon's has it expired.
        simulator.expire_access_tokens()
        assert list(api.get_reports(report_type=REPORT_TYPE, created_since=since)) == []
    assert simulator.count()["LWA"] == 2
    assert simulator.count()["getReports"] == (3 if jump < timedelta() else 2)


CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize("size", [b"-1", b"0x1f", b"+1f", b"1_f", b" 1f", b"", b"1f 1f"])
def test_a_malformed_size_of_a_chunk_is_no_answer(size: bytes) -> None:
    body = CHUNKED + size + b"\r\n" + b'{"access_token": "Atza|CANARY"}' + b"\r\n0\r\n\r\n"
    host = Host(under_tls(AUTHORITY.issue_cert("localhost"), body))
    with host.listening(), pytest.raises(LwaUnavailable, match=r"localhost.* the connection broke"):
        lwa(f"https://localhost:{host.port}")


def test_a_chunk_of_a_right_size_is_an_answer() -> None:
    body = CHUNKED + b"1F;x\r\n" + b'{"access_token": "Atza|CANARY"}' + b"\r\n0\r\n\r\n"
    with Host(under_tls(AUTHORITY.issue_cert("localhost"), body)).listening() as host:
        lwa(f"https://localhost:{host.port}")
    assert host.heard.startswith(b"POST / HTTP/1.1")
