"""A call of SP-API: token, pace, sending, and what an answer means. What the operations are, the other modules know."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NotRequired, Protocol, TypedDict

import urllib3

from lambdas.spapi.access_denial import names_what_is_missing
from lambdas.spapi.error_words import answered, is_object, request_id_of
from lambdas.spapi.errors import (
    SpApiAccessMissing,
    SpApiAnswerTooLarge,
    SpApiForbidden,
    SpApiNotFound,
    SpApiRejected,
    SpApiThrottled,
    SpApiUnavailable,
    SpApiUnreachable,
)
from lambdas.spapi.exchange import MOST_BYTES, Answer, AnswerTooLarge, AnswerTooSlow, NotSent, exchange
from lambdas.spapi.modelled import as_modelled, content_of
from lambdas.spapi.network_words import host_of, why_silent

if TYPE_CHECKING:
    from lambdas.spapi.lwa import AccessTokens

# It has no idempotency key: only the ledger knows when it may be sent again.
NEVER_REPEATED = ("createReport",)
# Of 4xx, those that say nothing of the request.
PASSING = (408, 425)
USER_AGENT = "reportflow/0.1 (Language=Python)"


class Call(TypedDict):
    """One call made, for the log: no ids of tokens, no addresses."""

    operation: str
    status: int | None
    seconds: float
    requestId: NotRequired[str]


class CallQuota(Protocol):
    """What keeps the calls within their quotas."""

    def admit(self, operation: str) -> None:
        """Return if a call may be sent now. Raises what says that it may not, such as NotAdmitted."""

    def learn(self, operation: str, *, status: int, rate: str | None) -> None:
        """Hear of an answer: its HTTP status, and its x-amzn-RateLimit-Limit (requests per second) if it has one."""


class SpApi:
    """Operations of one selling partner at one endpoint.

    Every operation raises LwaRefused, LwaUnavailable, SpApiUnreachable, SpApiUnavailable, SpApiAnswerTooLarge,
    SpApiThrottled, SpApiForbidden, SpApiAccessMissing, SpApiNotFound or SpApiRejected (see `spapi.errors`), and what
    `pace` raises before anything is sent; none of them retries, except once with a new access token when Amazon
    refuses one that was in memory.
    """

    def __init__(
        self,
        *,
        http: urllib3.PoolManager,
        endpoint: str,
        tokens: AccessTokens,
        selling_partner_id: str,
        calls: list[Call],
        pace: CallQuota,
    ) -> None:
        """Talk to `endpoint` over `http` at `pace`; each call made is appended to `calls`."""
        self._http = http
        self._endpoint = endpoint
        self._tokens = tokens
        self._selling_partner_id = selling_partner_id
        self._calls = calls
        self._pace = pace
        self._host = host_of(endpoint)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets of a request, which no message may show."""
        return self._tokens.secrets

    def _call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        token: str | None = None,
        required: Sequence[str] = (),
    ) -> dict[str, Any]:
        cached = None if token else self._tokens.cached(self._selling_partner_id)
        token = token or cached or self._tokens.mint(self._selling_partner_id)
        # Once, also where it is sent again with a new token: some types have a quota of one a day.
        self._pace.admit(operation)
        answer = self._send(operation, method, path, body, token)
        if cached and answer.status in (401, 403):
            # The token in memory may have expired or been withdrawn; Amazon tells neither apart reliably.
            self._tokens.forget(self._selling_partner_id)
            if operation not in NEVER_REPEATED or b"expired" in answer.body:
                token = self._tokens.mint(self._selling_partner_id)
                answer = self._send(operation, method, path, body, token)
        if answer.status >= 300 or answer.status < 200:
            raise self._error(operation, answer, token)
        return as_modelled(content_of(answer, operation), operation, required=required)

    def _send(self, operation: str, method: str, path: str, body: Mapping[str, Any] | None, token: str) -> Answer:
        headers = {"x-amz-access-token": token, "user-agent": USER_AGENT, "accept": "application/json"}
        content = None
        if body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(body).encode()
        started = time.monotonic()
        call: Call = {"operation": operation, "status": None, "seconds": 0.0}
        self._calls.append(call)
        try:
            answer = exchange(self._http, method, self._endpoint + path, body=content, headers=headers)
        except NotSent as error:
            raise SpApiUnreachable(
                f"{operation}: no connection to SP-API ({self._host}): {why_silent(error)}"
            ) from None
        except AnswerTooLarge:
            raise SpApiAnswerTooLarge(f"{operation}: SP-API's answer has more than {MOST_BYTES} bytes") from None
        except (urllib3.exceptions.HTTPError, AnswerTooSlow, ValueError) as error:
            raise SpApiUnavailable(f"{operation}: SP-API ({self._host}) gave no answer: {why_silent(error)}") from None
        finally:
            call["seconds"] = round(time.monotonic() - started, 3)
        call["status"] = answer.status
        if request_id := request_id_of(answer.headers, secrets=(token, *self.secrets)):
            call["requestId"] = request_id
        self._pace.learn(operation, status=answer.status, rate=answer.headers.get("x-amzn-RateLimit-Limit"))
        return answer

    def _error(self, operation: str, answer: Answer, token: str) -> Exception:
        secrets = token, *self.secrets
        message = f"{operation}: SP-API answered {answered(*answer, secrets=secrets)}"
        if answer.status in (401, 403):
            explained = names_what_is_missing(answer.body)
            return (SpApiAccessMissing if explained else SpApiForbidden)(message)
        if answer.status == 429:
            return SpApiThrottled(message)
        refused = 400 <= answer.status < 500 and answer.status not in PASSING
        # A page, a text or nothing are of what stands before SP-API: they do not say that a report is lost.
        if not (refused and is_object(answer.body)):
            return SpApiUnavailable(message)
        return (SpApiNotFound if answer.status == 404 else SpApiRejected)(message)
