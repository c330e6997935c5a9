"""Login with Amazon: access tokens from refresh tokens, kept until shortly before they expire.

Source: Amazon's page "Connect to the Selling Partner API", step 1.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

import urllib3

from lambdas.spapi.error_words import answered
from lambdas.spapi.errors import LwaRefused, LwaUnavailable
from lambdas.spapi.exchange import Answer, AnswerTooLarge, AnswerTooSlow, NotSent, exchange
from lambdas.spapi.foreign import NotJson, parsed
from lambdas.spapi.modelled import is_token
from lambdas.spapi.network_words import host_of, why_silent

ENDPOINT = "https://api.amazon.com/auth/o2/token"
# A token is not used in its last minutes: it must outlive the call that carries it.
MARGIN_SECONDS = 300
LIFETIME_SECONDS = 3600.0
# Of 4xx, those that say nothing of the credentials: a timeout, and too many calls.
PASSING = (408, 425, 429)
# Without their underscores: Amazon's page says ServerError, RFC 6749 server_error.
PASSING_ERRORS = ("servererror", "temporarilyunavailable", "slowdown", "toomanyrequests", "throttlingexception")


class Credentials(NamedTuple):
    """What a refresh-token grant needs; never logged, never in an error's message."""

    client_id: str
    client_secret: str
    refresh_token: str

    def __repr__(self) -> str:
        """Hide the values: a tuple's own repr would show them in a traceback."""
        return "Credentials(…)"


class AccessTokens:
    """Access tokens by selling partner, for the life of this process.

    `credentials(selling_partner_id, fresh)` returns what is to be used; `fresh` asks it not to answer from memory.
    """

    def __init__(
        self,
        *,
        http: urllib3.PoolManager,
        endpoint: str,
        credentials: Callable[[str, bool], Credentials],
        now: Callable[[], float] = time.time,  # noqa: TID251 - the client by itself; the functions give it their clock
    ) -> None:
        """Ask `endpoint` over `http` with what `credentials` gives.

        `now` is in seconds, and goes on while Lambda freezes the process, as no monotonic clock is sure to.
        """
        self._http = http
        self._endpoint = endpoint
        self._credentials = credentials
        self._now = now
        self._tokens: dict[str, tuple[str, float]] = {}
        self._asked_with: tuple[str, ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that no message may show: the tokens in memory, and the credentials that were used last."""
        return (*self._asked_with, *(token for token, _ in self._tokens.values()))

    def cached(self, selling_partner_id: str) -> str | None:
        """Return the token in memory that is still good, if there is one."""
        token, expires = self._tokens.get(selling_partner_id, ("", 0.0))
        return token if self._now() < expires - MARGIN_SECONDS else None

    def forget(self, selling_partner_id: str) -> None:
        """Use the token in memory no more: SP-API has refused it."""
        self._tokens.pop(selling_partner_id, None)

    def mint(self, selling_partner_id: str) -> str:
        """Return a new access token.

        Raises:
            LwaRefused: also with the credentials read again, so that a rotated secret needs no redeploy.
            LwaUnavailable: no connection, a timeout or a 5xx.
        """
        try:
            answer = self._grant_or_renewed(selling_partner_id)
        except LwaRefused as refused:
            raise LwaRefused(f"{refused} (selling partner {selling_partner_id})") from None
        token = str(answer["access_token"])
        self._tokens[selling_partner_id] = (token, self._now() + _lifetime(answer))
        return token

    def _grant_or_renewed(self, selling_partner_id: str) -> dict[str, Any]:
        credentials = self._credentials(selling_partner_id, False)
        try:
            return self._grant(credentials)
        except LwaRefused:
            renewed = self._credentials(selling_partner_id, True)
            if renewed == credentials:
                raise
            return self._grant(renewed)

    def _grant(self, credentials: Credentials) -> dict[str, Any]:
        self._asked_with = tuple(credentials)
        form = {"grant_type": "refresh_token", **credentials._asdict()}
        return _granted(form, http=self._http, endpoint=self._endpoint, secrets=self._asked_with)


def grantless(credentials: Credentials, *, scope: str, http: urllib3.PoolManager, endpoint: str = ENDPOINT) -> str:
    """Return an access token of the application itself, for operations that no selling partner has to allow.

    Raises what AccessTokens.mint raises.
    """
    application = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    form = {"grant_type": "client_credentials", "scope": scope, **application}
    return str(_granted(form, http=http, endpoint=endpoint, secrets=credentials)["access_token"])


def refresh_token_for(
    code: str, *, redirect_uri: str, client: Mapping[str, str], http: urllib3.PoolManager, endpoint: str = ENDPOINT
) -> str:
    """Return the refresh token for the authorization code that a consent has brought to the redirect URI.

    `client` has `client_id` and `client_secret`. Source: Amazon's page "Website Authorization Workflow", step 6.

    Raises what AccessTokens.mint raises.
    """
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri, **client}
    answer = _granted(form, http=http, endpoint=endpoint, secrets=(code, *client.values()))
    if not is_token(answer.get("refresh_token")):
        raise LwaUnavailable("Login with Amazon answered 200 without a refresh_token")
    return str(answer["refresh_token"])


def _granted(
    form: dict[str, str], *, http: urllib3.PoolManager, endpoint: str, secrets: Iterable[str]
) -> dict[str, Any]:
    response = _asked(form, http=http, endpoint=endpoint)
    try:
        answer = parsed(response.body)
    except NotJson:
        answer = {}
    if not isinstance(answer, dict):
        answer = {}
    if response.status == 200 and "access_token" in answer:
        if not is_token(answer["access_token"]):
            raise LwaUnavailable("Login with Amazon answered 200 with an access_token that no header can carry")
        return answer
    if 200 <= response.status < 300:
        # Its body may hold a token all the same, so no message shows any of it.
        raise LwaUnavailable(f"Login with Amazon answered {response.status} without an access_token")
    said = f"Login with Amazon answered {answered(*response, secrets=secrets)}"
    raise (LwaRefused if _is_refusal(response.status, answer) else LwaUnavailable)(said)


def _is_refusal(status: int, answer: Mapping[str, Any]) -> bool:
    """Say whether Login with Amazon refuses: a page, a text and nothing are of an outage, which speaks 4xx too.

    Beside 400 and 401 only the form of RFC 6749 is its own word.
    """
    error = str(answer.get("error") or "").replace("_", "").lower()
    own = error or (answer and status in (400, 401))
    return bool(400 <= status < 500 and own and status not in PASSING and error not in PASSING_ERRORS)


def _asked(form: dict[str, str], *, http: urllib3.PoolManager, endpoint: str) -> Answer:
    headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    try:
        return exchange(http, "POST", endpoint, body=urlencode(form).encode(), headers=headers)
    except AnswerTooLarge:
        raise LwaUnavailable("Login with Amazon's answer has more bytes than any token") from None
    except (urllib3.exceptions.HTTPError, AnswerTooSlow, NotSent, ValueError) as error:
        why = why_silent(error)
        raise LwaUnavailable(f"Login with Amazon ({host_of(endpoint)}) gave no answer: {why}") from None


def _lifetime(answer: dict[str, Any]) -> float:
    """Return for how many seconds a token is good. RFC 6749 only recommends to say so; Amazon's live an hour."""
    lives = answer.get("expires_in")
    told = isinstance(lives, int | float) and not isinstance(lives, bool)
    return min(float(lives), LIFETIME_SECONDS) if told and lives is not None else LIFETIME_SECONDS
