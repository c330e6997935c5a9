"""Listens where the browser comes back to with a selling partner's consent: on the loopback, for one answer."""

from __future__ import annotations

import ssl
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cli.authorization import Consent
from cli.errors import CommandFailed, Exit, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cli.authorization import Authorization

LOOPBACK = ("127.0.0.1", "localhost")
DONE = "The selling partner's consent has arrived. You can close this page; the terminal goes on."
NOT_OURS = "This is not the answer that the terminal waits for."


class Callback(ThreadingHTTPServer):
    """What the browser comes back to, on the loopback."""

    def __init__(self, authorization: Authorization, *, certificate: Path | None, key: Path | None) -> None:
        """Listen where the redirect URI says."""
        wanted = urlsplit(authorization.redirect_uri)
        super().__init__(("127.0.0.1", wanted.port or (443 if wanted.scheme == "https" else 80)), _Answer)
        self.authorization, self.path = authorization, wanted.path or "/"
        self._consented: Consent | CommandFailed | None = None
        self._arrived = Event()
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate, key)
            # The handshake is the handler's thread's: a browser opens connections that it does not use.
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def wait(self) -> Consent:
        """Return the consent when it arrives.

        Raises:
            CommandFailed: the selling partner has not consented.
        """
        self._arrived.wait()
        if isinstance(self._consented, Consent):
            return self._consented
        raise self._consented or CommandFailed("nothing has arrived", exit_code=Exit.FAILED)

    def take(self, address: str) -> bool:
        """Take what the browser brings, and say whether it is a consent: one with another state is nobody's."""
        if self._arrived.is_set() or urlsplit(address).path != self.path:
            return False
        try:
            self._consented = self.authorization.consent(address)
        except CommandFailed as problem:
            if problem.exit_code == Exit.REFUSED:
                return False
            self._consented = problem
        self._arrived.set()
        return isinstance(self._consented, Consent)

    def handle_error(self, *_: object) -> None:
        """Say nothing of a connection that broke: its address may have the code in it."""


class _Answer(BaseHTTPRequestHandler):
    server: Callback

    def do_GET(self) -> None:
        """Take the consent."""
        taken = self.server.take(self.path)
        body = (DONE if taken else NOT_OURS).encode()
        self.send_response(200 if taken else 404)
        for name, value in {"Content-Type": "text/plain", "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Keep quiet: the address has the code in it."""


@contextmanager
def listening(authorization: Authorization, *, certificate: Path | None, key: Path | None) -> Iterator[Callback]:
    """Listen at the redirect URI.

    Raises:
        CommandFailed: nobody can listen there.
    """
    try:
        server = Callback(authorization, certificate=certificate, key=key)
    except OSError as error:
        raise refused(
            f"--redirect-uri is {authorization.redirect_uri}, where nobody can listen ({error.strerror or error})"
        ) from None
    serving = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    serving.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def is_listened_at(redirect_uri: str, *, certificate: Path | None) -> bool:
    """Say whether the browser can come back to this machine: on the loopback, with a certificate for https."""
    wanted = urlsplit(redirect_uri)
    return wanted.hostname in LOOPBACK and (wanted.scheme == "http" or certificate is not None)
