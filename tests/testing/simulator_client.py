"""A selling partner's application, as bare as can be. Each answer that it gets is held against the contract."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from urllib3 import BaseHTTPResponse, PoolManager
from urllib3.util import SKIP_HEADER

from local.simulator import Simulator
from tests.testing import contract

REPORTS = "/reports/2021-06-30/reports"
DOCUMENTS = "/reports/2021-06-30/documents"
SCHEDULES = "/reports/2021-06-30/schedules"
TOKENS = "/tokens/2021-03-01/restrictedDataToken"
LISTINGS = "GET_MERCHANT_LISTINGS_ALL_DATA"
GERMANY = "A1PA6795UKMFR9"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.5

    def __call__(self) -> float:
        return self.now


class Client:
    """Calls operations for one selling partner, with a token fetched at the first call."""

    def __init__(self, simulator: Simulator, http: PoolManager, *, seller: str = "A2SELLER") -> None:
        self.simulator = simulator
        self.http = http
        self.refresh_token = simulator.refresh_token(seller)
        self.token: str | None = None

    def lwa(self, form: Mapping[str, str] | None = None, **headers: str) -> BaseHTTPResponse:
        """Post to Login with Amazon; by default the grant of this seller."""
        grant = {"grant_type": "refresh_token", "refresh_token": self.refresh_token, **self.simulator.application}
        headers = {"content-type": "application/x-www-form-urlencoded"} | headers
        body = urlencode(grant if form is None else form)
        return self.http.request("POST", self.simulator.lwa_url, body=body, headers=headers)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: Mapping[str, str | None] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> BaseHTTPResponse:
        """Call an operation; a header of None is left out."""
        if self.token is None:
            self.token = self.lwa().json()["access_token"]
        usual = {"x-amz-access-token": self.token, "user-agent": "Tests/1", "content-type": "application/json"}
        sent = {name: value for name, value in {**usual, **(headers or {})}.items() if value is not None}
        if "user-agent" not in sent:
            sent["user-agent"] = SKIP_HEADER  # or urllib3 would say its own name
        url = f"{self.simulator.url}{path}?{urlencode(query)}" if query else self.simulator.url + path
        response = self.http.request(method, url, headers=sent, json=body)
        contract.check_answer(method, path, response)
        return response

    def create(self, report_type: str = LISTINGS, **more: Any) -> BaseHTTPResponse:
        """Call createReport."""
        return self.call("POST", REPORTS, body={"reportType": report_type, "marketplaceIds": [GERMANY], **more})

    def created(self, report_type: str = LISTINGS, **more: Any) -> str:
        """Call createReport, and return its reportId."""
        return str(self.create(report_type, **more).json()["reportId"])

    def schedule(self, period: str, report_type: str = LISTINGS, **more: Any) -> BaseHTTPResponse:
        """Call createReportSchedule."""
        body = {"reportType": report_type, "marketplaceIds": [GERMANY], "period": period, **more}
        return self.call("POST", SCHEDULES, body=body)

    def scheduled(self, period: str, report_type: str = LISTINGS, **more: Any) -> str:
        """Call createReportSchedule, and return its reportScheduleId."""
        return str(self.schedule(period, report_type, **more).json()["reportScheduleId"])

    def get(self, report_id: str) -> BaseHTTPResponse:
        """Call getReport."""
        return self.call("GET", f"{REPORTS}/{report_id}")

    def finished(self, report_type: str = LISTINGS) -> dict[str, Any]:
        """Call createReport, and getReport until the end."""
        report_id = self.created(report_type)
        while "processingEndTime" not in (report := self.get(report_id).json()):
            pass
        return dict(report)

    def search(self, **query: str | int) -> BaseHTTPResponse:
        """Call getReports."""
        return self.call("GET", REPORTS, query=query)

    def document(self, document_id: str, *, token: str | None = None, **query: str) -> BaseHTTPResponse:
        """Call getReportDocument, with another token if one is given."""
        headers = {"x-amz-access-token": token or self.token}
        return self.call("GET", f"{DOCUMENTS}/{document_id}", headers=headers, query=query)

    def restrict(self, *paths: str, method: str = "GET") -> BaseHTTPResponse:
        """Call createRestrictedDataToken."""
        return self.call("POST", TOKENS, body={"restrictedResources": [{"method": method, "path": p} for p in paths]})

    def url(self, report_type: str = LISTINGS) -> str:
        """Have a report made, and return its document's URL."""
        return str(self.document(self.finished(report_type)["reportDocumentId"]).json()["url"])

    def download(self, url: str, **headers: str) -> BaseHTTPResponse:
        """Get the document, not decoded."""
        return self.http.request("GET", url, headers=headers, decode_content=False, redirect=False)
