"""The five operations of Reports 2021-06-30 that reports flow through, for one selling partner.

Source: Amazon's model reports_2021-06-30.json. Answers are returned as Amazon sent them; the older documented form that
wraps them in `payload` is unwrapped.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, NotRequired, Protocol, TypedDict
from urllib.parse import quote, urlencode

import urllib3

from spapi.errors import (
    SpApiForbidden,
    SpApiNotFound,
    SpApiRejected,
    SpApiThrottled,
    SpApiUnavailable,
    SpApiUnreachable,
)

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse  # urllib3 2 only; older Lambda runtimes bring 1.26

    from spapi.lwa import AccessTokens

BASE = "/reports/2021-06-30"
TEXTS = ("reportId", "reportType", "processingStatus", "reportDocumentId")
TIMES = ("createdTime", "processingStartTime", "processingEndTime", "dataStartTime", "dataEndTime")
# The most of one page of getReports.
PAGE_SIZE = "100"
RESTRICTED_DATA = "/tokens/2021-03-01/restrictedDataToken"
USER_AGENT = "reportflow/0.1 (Language=Python)"
NOT_SENT = (
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ProxyError,
)


class ReportSpecification(TypedDict):
    """What createReport is asked for (the model's CreateReportSpecification)."""

    reportType: str
    marketplaceIds: list[str]
    dataStartTime: NotRequired[str]
    dataEndTime: NotRequired[str]
    reportOptions: NotRequired[dict[str, str]]


class Call(TypedDict):
    """One call made, for the log: no ids of tokens, no addresses."""

    operation: str
    status: int | None
    seconds: float
    requestId: NotRequired[str]


class Pace(Protocol):
    """What keeps the calls within their quotas."""

    def admit(self, operation: str) -> None:
        """Return when a call may be sent now; raise what says that it may not."""

    def answered(self, operation: str, *, status: int, rate: str | None) -> None:
        """Hear of an answer: its HTTP status, and its x-amzn-RateLimit-Limit (requests per second) if it has one."""


def as_modelled(report: Any, operation: str) -> dict[str, Any]:
    """Return a Report as it is, if what is known of its fields holds: so nobody after this has to wonder.

    Raises:
        SpApiUnavailable: a text or a time (ISO 8601 with an offset) is something else; the message names it.
    """
    if not isinstance(report, dict):
        raise SpApiUnavailable(f"{operation}: SP-API's answer has a report that is no object")
    for key in (*TEXTS, *TIMES):
        value = report.get(key)
        if value is not None and not (isinstance(value, str) and (key in TEXTS or _is_time(value))):
            raise SpApiUnavailable(f"{operation}: SP-API's answer has a {key} that is not as its model says")
    return report


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


class ReportsApi:
    """Reports operations of one selling partner at one endpoint.

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
        pace: Pace,
    ) -> None:
        """Talk to `endpoint` over `http` at `pace`; each call made is appended to `calls`."""
        self._http = http
        self._endpoint = endpoint
        self._tokens = tokens
        self._selling_partner_id = selling_partner_id
        self._calls = calls
        self._pace = pace

    def create_report(self, specification: ReportSpecification) -> str:
        """Ask for a report and return its reportId."""
        answer = self._call("createReport", "POST", f"{BASE}/reports", body=specification)
        return self._required(answer, "reportId", "createReport")

    def get_report(self, report_id: str) -> dict[str, Any]:
        """Return the model's Report object: how far the report is."""
        answer = self._call("getReport", "GET", f"{BASE}/reports/{quote(report_id, safe='')}")
        self._required(answer, "processingStatus", "getReport")
        return as_modelled(answer, "getReport")

    def get_reports(self, *, report_type: str, created_since: str) -> Iterator[dict[str, Any]]:
        """Yield the reports of one type created since an ISO 8601 time (at most 90 days back), page after page."""
        token: str | None = None
        while True:
            reports, token = self.get_reports_page(report_type=report_type, created_since=created_since, token=token)
            yield from reports
            if not token:
                return

    def get_reports_page(
        self, *, report_type: str, created_since: str, token: str | None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of them, the first or the one that `token` names, and the token of the page after it."""
        query = {"reportTypes": report_type, "createdSince": created_since, "pageSize": PAGE_SIZE}
        if token:
            # Amazon refuses any other parameter beside it.
            query = {"nextToken": token}
        answer = self._call("getReports", "GET", f"{BASE}/reports?{urlencode(query)}")
        reports = answer.get("reports", [])
        if not isinstance(reports, list):
            raise SpApiUnavailable("getReports: SP-API's answer has reports that are no list")
        for report in reports:
            self._required(as_modelled(report, "getReports"), "createdTime", "getReports")
        return reports, answer.get("nextToken")

    def cancel_report(self, report_id: str) -> None:
        """Cancel a report that is still IN_QUEUE."""
        self._call("cancelReport", "DELETE", f"{BASE}/reports/{quote(report_id, safe='')}")

    def get_report_document(self, report_document_id: str, *, restricted: bool) -> dict[str, Any]:
        """Return the model's ReportDocument: `url`, good for five minutes, and `compressionAlgorithm` if compressed.

        A `restricted` report's document is asked for with a Restricted Data Token for exactly that document.
        """
        path = f"{BASE}/documents/{quote(report_document_id, safe='')}"
        token = self._restricted_data_token(path) if restricted else None
        answer = self._call("getReportDocument", "GET", path, token=token)
        self._required(answer, "url", "getReportDocument")
        return answer

    def _restricted_data_token(self, path: str) -> str:
        # Source: Amazon's model tokens_2021-03-01.json.
        resources = {"restrictedResources": [{"method": "GET", "path": path}]}
        answer = self._call("createRestrictedDataToken", "POST", RESTRICTED_DATA, body=resources)
        return self._required(answer, "restrictedDataToken", "createRestrictedDataToken")

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
        self._pace.answered(operation, status=response.status, rate=response.headers.get("x-amzn-RateLimit-Limit"))
        return response

    @staticmethod
    def _content(operation: str, response: BaseHTTPResponse) -> dict[str, Any]:
        if not response.data.strip():
            return {}
        try:
            content = json.loads(response.data)
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
