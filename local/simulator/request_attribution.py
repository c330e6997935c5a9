"""Tells whom and which report a request is about, before anything is done with it."""

from typing import Any
from urllib.parse import unquote

from werkzeug import Request

from local.simulator.calls import Call
from local.simulator.credentials import Credentials
from local.simulator.downloads import Downloads
from local.simulator.report import Report
from local.simulator.store import Store
from local.simulator.tokens import DOCUMENTS, request_fields


class Subjects:
    """Fills in calls."""

    def __init__(self, *, store: Store, downloads: Downloads, credentials: Credentials) -> None:
        self._store = store
        self._downloads = downloads
        self._credentials = credentials

    def identify(self, request: Request, call: Call, *, names: dict[str, str]) -> None:
        """Fill in the call as far as the request tells; names are the variable parts of its path."""
        report = self._report(request, call, names=names)
        if report is not None:
            call.selling_partner_id = report.selling_partner_id
            call.report_type = report.report_type
            call.report_id = report.report_id

    def _report(self, request: Request, call: Call, *, names: dict[str, str]) -> Report | None:
        match call.operation:
            case "LWA":
                call.selling_partner_id = self._credentials.grantee(request_fields(request).get("refresh_token", ""))
            case "createReport" | "createReportSchedule":
                call.report_type = _text(_body(request).get("reportType"))
            case "getReports" | "getReportSchedules":
                call.report_type = request.args.get("reportTypes")
            case "getReport" | "cancelReport":
                call.report_id = names["report_id"]
                return self._store.report(call.seller, call.report_id)
            case "getReportDocument" | "createRestrictedDataToken":
                call.report_document_id = names.get("report_document_id", _restricted_document(request))
                return self._store.with_document(call.seller, call.report_document_id)
            case "document":
                link = self._downloads.link(names["key"])
                call.report_document_id = link.report.report_document_id if link else None
                return link.report if link else None
        return None


def _restricted_document(request: Request) -> str:
    """Return the first reportDocumentId for which a Restricted Data Token is wanted."""
    resources = _body(request).get("restrictedResources")
    first = resources[0] if isinstance(resources, list) and resources else None
    path = first.get("path") if isinstance(first, dict) else None
    return unquote(_text(path) or "").removeprefix(DOCUMENTS)


def _body(request: Request) -> dict[str, Any]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
