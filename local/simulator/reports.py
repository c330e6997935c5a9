"""The four operations on reports of the Reports API 2021-06-30."""

from collections.abc import Callable
from datetime import UTC, datetime
from secrets import token_urlsafe

from werkzeug import Request, Response

from local.simulator.calls import Call
from local.simulator.document import Document
from local.simulator.report import Report
from local.simulator.responses import Refused, invalid, json_answer
from local.simulator.specification import ReportFilter, parse_filter, parse_specification
from local.simulator.store import Store
from local.simulator.window_reading import CLIENT_ERROR, read_window


class Reports:
    """createReport, getReport, getReports, cancelReport. A call reaches them with its seller and ids filled in."""

    def __init__(self, *, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._pages: dict[tuple[str, str], tuple[list[Report], int]] = {}

    def create(self, request: Request, call: Call) -> Response:
        """Answer 202 with the new reportId."""
        if request.mimetype != "application/json":
            raise Refused(status=415)
        specification = parse_specification(request.get_json(silent=True), now=self._now())
        script = self._store.cast(specification.report_type, call.seller).next()
        outcome = read_window(specification, now=self._now()).outcome
        if outcome != "DONE":
            script = script.with_outcome(outcome, Document.error_details(CLIENT_ERROR) if outcome == "FATAL" else None)
        report = self._store.create(specification, selling_partner_id=call.seller, script=script)
        call.report_id = report.report_id
        return wrapped({"reportId": report.report_id}, report=report, status=202)

    def get(self, _request: Request, call: Call) -> Response:
        """Answer with the Report object; each call may bring the script's next status."""
        report = self._find(call)
        if report.hidden > 0:
            report.hidden -= 1
            raise Refused(status=404)
        report.advance(now=self._clock(), polled=True)
        return wrapped(report.view(), report=report)

    def cancel(self, _request: Request, call: Call) -> Response:
        """Answer 200 without a body, only while IN_QUEUE."""
        report = self._find(call)
        report.advance(now=self._clock())
        if report.status != "IN_QUEUE":
            raise invalid(f"Report {report.report_id} is {report.status}; only an IN_QUEUE report can be cancelled")
        report.cancelled = self._clock()
        return Response(status=200)

    def search(self, request: Request, call: Call) -> Response:
        """Answer with a page of the seller's reports, the newest first; nextToken must come alone."""
        token = request.args.get("nextToken")
        if token is None:
            wanted = parse_filter(request.args, now=self._now())
            return self._page(self._matching(wanted, call.seller), size=wanted.page_size, call=call)
        page = self._pages.get((call.seller, token))
        if len(request.args) > 1 or page is None:
            raise invalid("Invalid nextToken, or nextToken with other parameters")
        return self._page(page[0], size=page[1], call=call)

    def _page(self, reports: list[Report], *, size: int, call: Call) -> Response:
        body: dict[str, object] = {"reports": [report.view() for report in reports[:size]]}
        if len(reports) > size:
            body["nextToken"] = token_urlsafe(32)
            self._pages[call.seller, str(body["nextToken"])] = reports[size:], size
        return json_answer(body)

    def _matching(self, wanted: ReportFilter, selling_partner_id: str) -> list[Report]:
        reports = self._store.reports(selling_partner_id)[::-1]
        for report in reports:
            report.advance(now=self._clock())
        return [report for report in reports if _matches(report, wanted)]

    def _find(self, call: Call) -> Report:
        report = self._store.report(call.seller, call.report_id or "")
        if report is None:
            raise Refused(status=404)
        return report

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def wrapped(body: dict[str, object], *, report: Report, status: int = 200) -> Response:
    """Make the answer about a report, inside `payload` where its script wants the older form."""
    return json_answer({"payload": body} if report.script.wrapped else body, status=status)


def _matches(report: Report, wanted: ReportFilter) -> bool:
    marketplaces = report.specification.marketplace_ids
    return (
        report.report_type in wanted.report_types
        and (not wanted.processing_statuses or report.status in wanted.processing_statuses)
        and (not wanted.marketplace_ids or not set(marketplaces).isdisjoint(wanted.marketplace_ids))
        and wanted.created_since.timestamp() <= report.created <= wanted.created_until.timestamp()
    )
