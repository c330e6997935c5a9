"""The operations of Reports 2021-06-30, for one selling partner.

Source: Amazon's model reports_2021-06-30.json. Answers are returned as Amazon sent them; the older documented form that
wraps them in `payload` is unwrapped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any, NotRequired, TypedDict
from urllib.parse import urlencode

from lambdas.spapi.client import SpApi
from lambdas.spapi.errors import SpApiListingEndless
from lambdas.spapi.modelled import as_modelled, segment, small_enough

BASE = "/reports/2021-06-30"
# getReports refuses to look further back than 90 days.
LISTED = timedelta(days=89)
# The most of one page of getReports.
PAGE_SIZE = "100"
# Ten thousand reports of one type for one selling partner; createReport's quota is one a minute.
MOST_PAGES = 100
# What its model requires of a schedule.
OF_SCHEDULE = ("reportScheduleId", "reportType", "period")
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


def endless(report_type: str, why: str) -> SpApiListingEndless:
    """Return the error of a listing that leads back to a page that was listed before, or has too many."""
    return SpApiListingEndless(f"getReports: SP-API's listing of {report_type} {why}")


class ReportsApi(SpApi):
    """Reports operations of one selling partner at one endpoint."""

    def create_report(self, specification: ReportSpecification) -> str:
        """Ask for a report and return its reportId."""
        answer = self._call("createReport", "POST", f"{BASE}/reports", body=specification, required=["reportId"])
        return str(answer["reportId"])

    def get_report(self, report_id: str) -> dict[str, Any]:
        """Return the model's Report object: how far the report is."""
        path, required = f"{BASE}/reports/{segment('getReport', report_id)}", ["processingStatus", "createdTime"]
        return small_enough(self._call("getReport", "GET", path, required=required), "getReport")

    def get_reports(
        self, *, report_type: str, created_since: str, created_until: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield the reports of one type created since an ISO 8601 time (at most 90 days back), page after page.

        Raises:
            SpApiListingEndless: there are more pages than there can be.
        """
        token: str | None = None
        turned: set[str | None] = set()
        for _ in range(MOST_PAGES):
            turned.add(token)
            reports, token = self.get_reports_page(
                report_type=report_type, created_since=created_since, created_until=created_until, token=token
            )
            if token and token in turned:
                raise endless(report_type, "gives the same nextToken again")
            yield from reports
            if not token:
                return
        raise endless(report_type, f"has not ended on page {MOST_PAGES}")

    def get_reports_page(
        self, *, report_type: str, created_since: str, token: str | None, created_until: str | None = None
    ) -> tuple[list[dict[str, Any]], str | None]:
        """Return one page of them, the first or the one that `token` names, and the token of the page after it."""
        query = {"reportTypes": report_type, "createdSince": created_since, "pageSize": PAGE_SIZE}
        if created_until:
            query["createdUntil"] = created_until
        if token:
            # Amazon refuses any other parameter beside it.
            query = {"nextToken": token}
        answer = self._call("getReports", "GET", f"{BASE}/reports?{urlencode(query)}")
        listed = [
            as_modelled(report, "getReports", required=("reportId", "processingStatus", "createdTime"))
            for report in answer.get("reports", [])
        ]
        return listed, answer.get("nextToken")

    def cancel_report(self, report_id: str) -> None:
        """Cancel a report that is still IN_QUEUE."""
        self._call("cancelReport", "DELETE", f"{BASE}/reports/{segment('cancelReport', report_id)}")

    def get_report_document(self, report_document_id: str, *, restricted: bool) -> dict[str, Any]:
        """Return the model's ReportDocument: `url`, good for five minutes, and `compressionAlgorithm` if compressed.

        A `restricted` report's document is asked for with a Restricted Data Token for exactly that document.
        """
        path = f"{BASE}/documents/{segment('getReportDocument', report_document_id)}"
        token = self._restricted_data_token(path) if restricted else None
        return self._call("getReportDocument", "GET", path, token=token, required=["url"])

    def create_report_schedule(self, specification: ReportScheduleSpecification) -> str:
        """Have Amazon make a report every so often, and return the reportScheduleId.

        A schedule of the same type and marketplaces is replaced.
        """
        operation, required = "createReportSchedule", ["reportScheduleId"]
        answer = self._call(operation, "POST", f"{BASE}/schedules", body=specification, required=required)
        return str(answer["reportScheduleId"])

    def get_report_schedules(self, report_types: Sequence[str]) -> list[dict[str, Any]]:
        """Return the model's ReportSchedule objects of these types, ten at most."""
        query = urlencode({"reportTypes": ",".join(report_types)})
        answer = self._call("getReportSchedules", "GET", f"{BASE}/schedules?{query}")
        schedules = answer.get("reportSchedules", [])
        return [as_modelled(schedule, "getReportSchedules", required=OF_SCHEDULE) for schedule in schedules]

    def get_report_schedule(self, report_schedule_id: str) -> dict[str, Any]:
        """Return the model's ReportSchedule object."""
        path = f"{BASE}/schedules/{segment('getReportSchedule', report_schedule_id)}"
        return self._call("getReportSchedule", "GET", path, required=OF_SCHEDULE)

    def cancel_report_schedule(self, report_schedule_id: str) -> None:
        """End a schedule. The reports that it has made stay."""
        path = f"{BASE}/schedules/{segment('cancelReportSchedule', report_schedule_id)}"
        self._call("cancelReportSchedule", "DELETE", path)

    def _restricted_data_token(self, path: str) -> str:
        # Source: Amazon's model tokens_2021-03-01.json.
        body = {"restrictedResources": [{"method": "GET", "path": path}]}
        operation, required = "createRestrictedDataToken", ["restrictedDataToken"]
        return str(self._call(operation, "POST", RESTRICTED_DATA, body=body, required=required)["restrictedDataToken"])
