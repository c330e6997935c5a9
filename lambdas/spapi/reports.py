"""The operations of Reports 2021-06-30, for one selling partner.

Source: Amazon's model reports_2021-06-30.json. Answers are returned as Amazon sent them; the older documented form that
wraps them in `payload` is unwrapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NotRequired, TypedDict
from urllib.parse import quote, urlencode

from lambdas.spapi.client import SpApi
from lambdas.spapi.errors import SpApiUnavailable

BASE = "/reports/2021-06-30"
TEXTS = ("reportId", "reportType", "processingStatus", "reportDocumentId")
TIMES = ("createdTime", "processingStartTime", "processingEndTime", "dataStartTime", "dataEndTime")
# getReports refuses to look further back than 90 days.
LISTED = timedelta(days=89)
# The most of one page of getReports.
PAGE_SIZE = "100"
RESTRICTED_DATA = "/tokens/2021-03-01/restrictedDataToken"


class ReportSpecification(TypedDict):
    """What createReport is asked for (the model's CreateReportSpecification)."""

    reportType: str
    marketplaceIds: list[str]
    dataStartTime: NotRequired[str]
    dataEndTime: NotRequired[str]
    reportOptions: NotRequired[dict[str, str]]


class ReportScheduleSpecification(TypedDict):
    """What createReportSchedule is asked for (the model's CreateReportScheduleSpecification)."""

    reportType: str
    marketplaceIds: list[str]
    period: str
    reportOptions: NotRequired[dict[str, str]]


def _schedule(schedule: Any, operation: str) -> dict[str, Any]:
    """Return a ReportSchedule as it is, if what its model requires is there.

    Raises:
        SpApiUnavailable: it is not.
    """
    if not isinstance(schedule, dict):
        raise SpApiUnavailable(f"{operation}: SP-API's answer has a schedule that is no object")
    for key in ("reportScheduleId", "reportType", "period"):
        if not isinstance(schedule.get(key), str):
            raise SpApiUnavailable(f"{operation}: SP-API's answer has a schedule without {key}")
    return schedule


def as_modelled(report: Any, operation: str) -> dict[str, Any]:
    """Return a Report as it is, if what is known of its fields holds: so nobody after this has to wonder.

    marketplaceIds that name none are left out, like those that are null: the report is for all of the account's.

    Raises:
        SpApiUnavailable: a text, a time (ISO 8601 with an offset) or the list of marketplaces is something else; the
            message names it.
    """
    if not isinstance(report, dict):
        raise SpApiUnavailable(f"{operation}: SP-API's answer has a report that is no object")
    for key in (*TEXTS, *TIMES):
        value = report.get(key, "")
        if key in report and not (isinstance(value, str) and (key in TEXTS or _is_time(value))):
            raise SpApiUnavailable(f"{operation}: SP-API's answer has a {key} that is not as its model says")
    marketplace_ids = report.get("marketplaceIds", [])
    if not isinstance(marketplace_ids, list) or not all(isinstance(one, str) for one in marketplace_ids):
        raise SpApiUnavailable(f"{operation}: SP-API's answer has marketplaceIds that are no list of texts")
    return report if marketplace_ids else {key: value for key, value in report.items() if key != "marketplaceIds"}


def _is_time(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


class ReportsApi(SpApi):
    """Reports operations of one selling partner at one endpoint."""

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
        modelled = [as_modelled(report, "getReports") for report in reports]
        for report in modelled:
            for key in ("createdTime", "reportId"):
                self._required(report, key, "getReports")
        return modelled, answer.get("nextToken")

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

    def create_report_schedule(self, specification: ReportScheduleSpecification) -> str:
        """Have Amazon make a report every so often, and return the reportScheduleId.

        A schedule of the same type and marketplaces is replaced.
        """
        answer = self._call("createReportSchedule", "POST", f"{BASE}/schedules", body=specification)
        return self._required(answer, "reportScheduleId", "createReportSchedule")

    def get_report_schedules(self, report_types: Sequence[str]) -> list[dict[str, Any]]:
        """Return the model's ReportSchedule objects of these types, ten at most."""
        query = urlencode({"reportTypes": ",".join(report_types)})
        answer = self._call("getReportSchedules", "GET", f"{BASE}/schedules?{query}")
        schedules = answer.get("reportSchedules", [])
        if not isinstance(schedules, list):
            raise SpApiUnavailable("getReportSchedules: SP-API's answer has reportSchedules that are no list")
        return [_schedule(each, "getReportSchedules") for each in schedules]

    def get_report_schedule(self, report_schedule_id: str) -> dict[str, Any]:
        """Return the model's ReportSchedule object."""
        answer = self._call("getReportSchedule", "GET", f"{BASE}/schedules/{quote(report_schedule_id, safe='')}")
        return _schedule(answer, "getReportSchedule")

    def cancel_report_schedule(self, report_schedule_id: str) -> None:
        """End a schedule. The reports that it has made stay."""
        self._call("cancelReportSchedule", "DELETE", f"{BASE}/schedules/{quote(report_schedule_id, safe='')}")

    def _restricted_data_token(self, path: str) -> str:
        # Source: Amazon's model tokens_2021-03-01.json.
        resources = {"restrictedResources": [{"method": "GET", "path": path}]}
        answer = self._call("createRestrictedDataToken", "POST", RESTRICTED_DATA, body=resources)
        return self._required(answer, "restrictedDataToken", "createRestrictedDataToken")
