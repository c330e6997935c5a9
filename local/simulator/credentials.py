"""The application's secret, the sellers' grants, and every token handed out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from secrets import token_hex, token_urlsafe

from local.simulator.responses import Refused

CODE_LIFETIME = 300  # seconds, of authorization codes
LIFETIME = 3600  # seconds, of access tokens and of Restricted Data Tokens
INVALID = "The access token you provided is revoked, malformed or invalid."
EXPIRED = "The access token you provided has expired."
MISSING = "Access token is missing in the request header."


@dataclass(frozen=True, kw_only=True)
class Token:
    """Whom a token stands for (nobody: a grantless one); a Restricted Data Token names its paths."""

    selling_partner_id: str | None
    expires: float
    paths: frozenset[str] | None = None


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What a selling partner has agreed to: its code is good once, within five minutes, for this redirect URI."""

    selling_partner_id: str
    redirect_uri: str
    expires: float


class Credentials:
    """What Login with Amazon knows. `issued` has every secret value ever given out, for tests that look for leaks."""

    def __init__(self, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._grants: dict[str, str] = {}
        self._tokens: dict[str, Token] = {}
        self._codes: dict[str, Consent] = {}
        self.issued: list[str] = []
        self.client_id = f"amzn1.application-oa2-client.{token_hex(16)}"
        self.client_secret = ""
        self.rotate_secret()

    def rotate_secret(self) -> None:
        """Replace the client secret; grants and tokens live on."""
        self.client_secret = self._issue(f"amzn1.oa2-cs.v1.{token_hex(32)}")

    def refresh_token(self, selling_partner_id: str) -> str:
        """Return the seller's refresh token; a seller without one authorizes the application now."""
        for token, seller in self._grants.items():
            if seller == selling_partner_id:
                return token
        token = self._issue(f"Atzr|{token_urlsafe(96)}")
        self._grants[token] = selling_partner_id
        return token

    def grantee(self, refresh_token: str) -> str | None:
        """Return the seller who gave this refresh token, if it still counts."""
        return self._grants.get(refresh_token)

    def consent(self, selling_partner_id: str, *, redirect_uri: str) -> str:
        """Return the authorization code that a selling partner's consent brings to the redirect URI."""
        code = self._issue(token_hex(10))
        self._codes[code] = Consent(
            selling_partner_id=selling_partner_id, redirect_uri=redirect_uri, expires=self._clock() + CODE_LIFETIME
        )
        return code

    def authorized(self, code: str, *, redirect_uri: str) -> str | None:
        """Return who gave this code for this redirect URI, if it still counts; it does not any more."""
        consent = self._codes.pop(code, None)
        if consent is None or consent.redirect_uri != redirect_uri or self._clock() >= consent.expires:
            return None
        return consent.selling_partner_id

    def revoke(self, selling_partner_id: str) -> None:
        """Withdraw the seller's grant: the refresh token and all access tokens from it are dead."""
        self._grants = {token: seller for token, seller in self._grants.items() if seller != selling_partner_id}
        self._tokens = {t: token for t, token in self._tokens.items() if token.selling_partner_id != selling_partner_id}

    def expire(self) -> None:
        """End all tokens now."""
        self._tokens = {key: replace(token, expires=self._clock()) for key, token in self._tokens.items()}

    def access_token(self, selling_partner_id: str | None) -> str:
        """Issue an access token."""
        return self._hand_out("Atza|", selling_partner_id=selling_partner_id, paths=None)

    def restricted_token(self, selling_partner_id: str, *, paths: frozenset[str]) -> str:
        """Issue a Restricted Data Token for GET on these paths."""
        return self._hand_out("Atz.sprdt|", selling_partner_id=selling_partner_id, paths=paths)

    def check(self, token: str | None, *, method: str, path: str, grantless: bool = False) -> tuple[str | None, bool]:
        """Return the seller (nobody for a grantless operation), and whether the token is a Restricted Data Token.

        Raises Refused: 401 when the token is missing or malformed, 403 when it is unknown, revoked, expired, without
        a seller (or with one, for a grantless operation) or restricted to something else.
        """
        if not token:
            raise Refused(status=401, details=MISSING)
        if not token.startswith(("Atza|", "Atz.sprdt|")):
            raise Refused(status=401, details=INVALID)
        known = self._tokens.get(token)
        if known is None:
            raise Refused(status=403, details=INVALID)
        if self._clock() >= known.expires:
            raise Refused(status=403, details=EXPIRED)
        elsewhere = known.paths is not None and (method != "GET" or path not in known.paths)
        if (known.selling_partner_id is None) is not grantless or elsewhere:
            raise Refused(status=403)
        return known.selling_partner_id, known.paths is not None

    def _hand_out(self, prefix: str, *, selling_partner_id: str | None, paths: frozenset[str] | None) -> str:
        value = self._issue(prefix + token_urlsafe(96))
        self._tokens[value] = Token(
            selling_partner_id=selling_partner_id, expires=self._clock() + LIFETIME, paths=paths
        )
        return value

    def _issue(self, value: str) -> str:
        self.issued.append(value)
        return value
