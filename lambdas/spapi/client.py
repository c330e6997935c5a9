"""A call of SP-API: token, pace, sending, and what an answer means. What the operations are, the other modules know."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NotRequired, Protocol, TypedDict

import urllib3

from lambdas.spapi.errors import (
    SpApiForbidden,
    SpApiNotFound,
    SpApiRejected,
    SpApiThrottled,
    SpApiUnavailable,
    SpApiUnreachable,
)

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse  # urllib3 2 only; older Lambda runtimes bring 1.26

    from lambdas.spapi.lwa import AccessTokens

USER_AGENT = "reportflow/0.1 (Language=Python)"
NOT_SENT = (
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ProxyError,
)


class Call(TypedDict):
    """One call made, for the log: no ids of tokens, no addresses."""

    operation: str
    status: int | None
    seconds: float
    requestId: NotRequired[str]


class CallQuota(Protocol):
    """What keeps the calls within their quotas."""

    def admit(self, operation: str) -> None:
        """Return when a call may be sent now; raise what says that it may not."""

    def learn(self, operation: str, *, status: int, rate: str | None) -> None:
        """Hear of an answer: its HTTP status, and its x-amzn-RateLimit-Limit (requests per second) if it has one."""


class SpApi:
    """Operations of one selling partner at one endpoint.

    Every operation raises LwaRefused, LwaUnavailable, SpApiUnreachable, SpApiUnavailable, SpApiThrottled,
    SpApiForbidden, SpApiNotFound or SpApiRejected (see `spapi.errors`), and what `pace` raises before anything is sent;
    none of them retries, except once with a new access token when Amazon refuses one that was in memory.
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

    def _call(
        self, operation: str, method: str, path: str, *, body: Mapping[str, Any] | None = None, token: str | None = None
    ) -> dict[str, Any]:
        cached = None if token else self._tokens.cached(self._selling_partner_id)
        token = token or cached or self._tokens.mint(self._selling_partner_id)
        # Once, also where it is sent again with a new token: some types have a quota of one a day.
        self._pace.admit(operation)
        response = self._send(operation, method, path, body, token)
        if cached and response.status in (401, 403):
            # The token in memory may have expired or been withdrawn; Amazon tells neither apart reliably.
            response = self._send(operation, method, path, body, self._tokens.mint(self._selling_partner_id))
        if response.status >= 300 or response.status < 200:
            raise self._error(operation, response)
        return self._content(operation, response)

    def _send(
        self, operation: str, method: str, path: str, body: Mapping[str, Any] | None, token: str
    ) -> BaseHTTPResponse:
        headers = {"x-amz-access-token": token, "user-agent": USER_AGENT, "accept": "application/json"}
        content = None
        if body is not None:
            headers["content-type"] = "application/json"
            content = json.dumps(body).encode()
        started = time.monotonic()
        call: Call = {"operation": operation, "status": None, "seconds": 0.0}
        self._calls.append(call)
        try:
            response = self._http.request(method, self._endpoint + path, body=content, headers=headers, redirect=False)
        except NOT_SENT as error:
            raise SpApiUnreachable(f"{operation}: no connection to SP-API ({type(error).__name__})") from None
        except urllib3.exceptions.HTTPError as error:
            raise SpApiUnavailable(f"{operation}: SP-API went silent ({type(error).__name__})") from None
        finally:
            call["seconds"] = round(time.monotonic() - started, 3)
        call["status"] = response.status
        if request_id := response.headers.get("x-amzn-RequestId"):
            call["requestId"] = request_id
        self._pace.learn(operation, status=response.status, rate=response.headers.get("x-amzn-RateLimit-Limit"))
        return response

    @staticmethod
    def _content(operation: str, response: BaseHTTPResponse) -> dict[str, Any]:
        if not response.data.strip():
            return {}
        try:
            # A null is absent: nobody after this has to tell the two apart.
            content = json.loads(response.data, object_hook=_without_nulls)
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise SpApiUnavailable(
                f"{operation}: SP-API answered {response.status} with something other than a JSON object"
            )
        payload = content.get("payload")
        return payload if isinstance(payload, dict) else content

    @staticmethod
    def _required(answer: Mapping[str, Any], key: str, operation: str) -> str:
        value = answer.get(key)
        if not isinstance(value, str) or not value:
            raise SpApiUnavailable(f"{operation}: SP-API's answer has no {key}")
        return value

    @staticmethod
    def _error(operation: str, response: BaseHTTPResponse) -> Exception:
        try:
            reasons = json.loads(response.data)["errors"]
            said = "; ".join(" ".join(filter(None, (e["code"] + ":", e["message"], e.get("details")))) for e in reasons)
        except (ValueError, KeyError, TypeError):
            said = "no reason given"
        message = f"{operation}: SP-API answered {response.status}: {said}"
        if response.status >= 500:
            return SpApiUnavailable(message)
        named = {401: SpApiForbidden, 403: SpApiForbidden, 404: SpApiNotFound, 429: SpApiThrottled}
        return named.get(response.status, SpApiRejected)(message)


def _without_nulls(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}
