"""A selling partner's consent in the browser, and the authorization code that it brings back.

Source: Amazon's page "Website Authorization Workflow": the state, the consent's address, what the redirect brings.
"""

from __future__ import annotations

import secrets
import ssl
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from cli.errors import CommandFailed, Exit, refused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOOPBACK = ("127.0.0.1", "localhost")
CENTRAL = {"seller": "https://sellercentral.amazon.{}", "vendor": "https://vendorcentral.amazon.{}"}
# Amazon's page "Seller Central URLs"; those of Europe's five oldest marketplaces are one.
EUROPE = "https://sellercentral-europe.amazon.com"
DOMAINS = {
    "CA": "ca",
    "US": "com",
    "MX": "com.mx",
    "BR": "com.br",
    "IE": "ie",
    "ES": "es",
    "UK": "co.uk",
    "FR": "fr",
    "BE": "com.be",
    "NL": "nl",
    "DE": "de",
    "IT": "it",
    "SE": "se",
    "ZA": "co.za",
    "PL": "pl",
    "EG": "eg",
    "TR": "com.tr",
    "SA": "sa",
    "AE": "ae",
    "IN": "in",
    "SG": "sg",
    "AU": "com.au",
    "JP": "co.jp",
}
DONE = "The selling partner's consent has arrived. You can close this page; the terminal goes on."
NOT_OURS = "This is not the answer that the terminal waits for."


class Consent(NamedTuple):
    """What a consent brings back. Its code is good for five minutes, once."""

    code: str
    selling_partner_id: str

    def __repr__(self) -> str:
        """Hide the code: a tuple's own repr would show it in a traceback."""
        return f"Consent(…, {self.selling_partner_id!r})"


@dataclass
class Authorization:
    """One consent that is asked for: only an answer with its `state` is its answer."""

    application_id: str
    redirect_uri: str
    central: str
    """Where selling partners sign in."""
    draft: bool = False
    """Whether Amazon has the application as a draft."""
    state: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def address(self) -> str:
        """The address at which the selling partner consents."""
        asked = {"application_id": self.application_id, "state": self.state, "redirect_uri": self.redirect_uri}
        query = urlencode(asked | ({"version": "beta"} if self.draft else {}))
        return f"{self.central}/apps/authorize/consent?{query}"

    def consent(self, address: str) -> Consent:
        """Return what the address says that the browser was sent to.

        Raises:
            CommandFailed: it is the answer to something else, or has no code. Nothing of the address is told.
        """
        query = {key: values[0] for key, values in parse_qs(urlsplit(address.strip()).query).items()}
        if not secrets.compare_digest(query.get("state", "").encode(), self.state.encode()):
            raise refused("the address has not the state of this authorization: begin again, and use the newest page")
        if "spapi_oauth_code" not in query or "selling_partner_id" not in query:
            raise CommandFailed(
                "the answer has no spapi_oauth_code and selling_partner_id: the selling partner has not consented",
                exit_code=Exit.FAILED,
            )
        return Consent(query["spapi_oauth_code"], query["selling_partner_id"])


def central_of(country: str, *, account: str) -> str:
    """Return the address of Seller Central or Vendor Central for a marketplace."""
    if account == "seller" and country in ("ES", "UK", "FR", "DE", "IT"):
        return EUROPE
    return CENTRAL[account].format(DOMAINS[country])


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
    serving = Thread(target=server.serve_forever, daemon=True)
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
