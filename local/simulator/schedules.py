"""The four operations on report schedules of the Reports API 2021-06-30, and the reports that schedules make."""

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from werkzeug import Request, Response

from local.simulator.calls import Call
from local.simulator.report import timestamp
from local.simulator.report_types import NOT_REQUESTABLE
from local.simulator.responses import Refused, invalid, json_answer
from local.simulator.specification import Specification, check_lists, parse_time, values
from local.simulator.store import Store

# The model's enum; a month is as long as the calendar says.
PERIODS = {
    **{f"PT{minutes}M": timedelta(minutes=minutes) for minutes in (5, 15, 30)},
    **{f"PT{hours}H": timedelta(hours=hours) for hours in (1, 2, 4, 8, 12, 84)},
    **{f"P{days}D": timedelta(days=days) for days in (1, 2, 3, 7, 14, 15, 18, 30)},
    "P1M": None,
}


@dataclass(kw_only=True)
class ReportSchedule:
    """One schedule: `next_creation` is when it makes its next report, and `received` what it was created with."""

    report_schedule_id: str
    selling_partner_id: str
    next_creation: datetime
    received: dict[str, Any]

    @property
    def period(self) -> str:
        """How often it makes a report."""
        return str(self.received["period"])

    def view(self) -> dict[str, Any]:
        """Make Amazon's ReportSchedule object."""
        told = ("reportType", "marketplaceIds", "reportOptions", "period")
        return {
            "reportScheduleId": self.report_schedule_id,
            **{key: self.received[key] for key in told if key in self.received},
            "nextReportCreationTime": timestamp(self.next_creation.timestamp()),
        }


class Schedules:
    """createReportSchedule, getReportSchedules, getReportSchedule, cancelReportSchedule."""

    def __init__(self, *, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._numbers = iter(range(50_039, 10**9))
        self._schedules: dict[tuple[str, str], ReportSchedule] = {}

    def create(self, request: Request, call: Call) -> Response:
        """Answer 201 with the new reportScheduleId; one of the same type and marketplaces is replaced."""
        if request.mimetype != "application/json":
            raise Refused(status=415)
        received, now = _received(request.get_json(silent=True)), self._now()
        for key, each in list(self._schedules.items()):
            if key[0] == call.seller and _covers(each) == _covers_of(received):
                del self._schedules[key]
        schedule = ReportSchedule(
            report_schedule_id=f"ID{next(self._numbers)}",
            selling_partner_id=call.seller,
            next_creation=parse_time(received, "nextReportCreationTime", default=after(now, received["period"])),
            received=received,
        )
        self._schedules[call.seller, schedule.report_schedule_id] = schedule
        return json_answer({"reportScheduleId": schedule.report_schedule_id}, status=201)

    def search(self, request: Request, call: Call) -> Response:
        """Answer with the seller's schedules of these types."""
        report_types = values(request.args, "reportTypes", most=10)
        if not report_types:
            raise invalid("reportTypes is required")
        theirs = [each for (seller, _), each in self._schedules.items() if seller == call.seller]
        found = [each.view() for each in theirs if each.received["reportType"] in report_types]
        return json_answer({"reportSchedules": found})

    def get(self, request: Request, call: Call) -> Response:
        """Answer with one schedule."""
        return json_answer(self._find(request, call).view())

    def cancel(self, request: Request, call: Call) -> Response:
        """End one schedule; what it has made stays. Answer 200 without a body."""
        del self._schedules[call.seller, self._find(request, call).report_schedule_id]
        return Response(status=200)

    def make_reports(self) -> None:
        """Make the reports that are due by now."""
        now = self._now()
        for schedule in self._schedules.values():
            while schedule.next_creation <= now:
                self._make(schedule)
                schedule.next_creation = after(schedule.next_creation, schedule.period)

    def _make(self, schedule: ReportSchedule) -> None:
        received, seller = schedule.received, schedule.selling_partner_id
        specification = Specification(
            report_type=received["reportType"],
            marketplace_ids=received["marketplaceIds"],
            data_start=before(schedule.next_creation, schedule.period),
            data_end=schedule.next_creation,
            received=received,
        )
        report = self._store.create(
            specification,
            selling_partner_id=seller,
            script=self._store.cast(received["reportType"], seller).next(),
            created=schedule.next_creation.timestamp(),
        )
        report.report_schedule_id = schedule.report_schedule_id

    def _find(self, request: Request, call: Call) -> ReportSchedule:
        schedule = self._schedules.get((call.seller, request.path.rpartition("/")[2]))
        if schedule is None:
            raise Refused(status=404)
        return schedule

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)


def after(moment: datetime, period: str) -> datetime:
    """Return the moment one period later; a month later it is the same day, or the month's last."""
    span = PERIODS[period]
    if span:
        return moment + span
    year, month = divmod(moment.year * 12 + moment.month, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def before(moment: datetime, period: str) -> datetime:
    """Return the moment one period earlier."""
    span = PERIODS[period]
    if span:
        return moment - span
    year, month = divmod(moment.year * 12 + moment.month - 2, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))


def _received(body: object) -> dict[str, Any]:
    """Read the body of createReportSchedule. Raises Refused (400)."""
    if not isinstance(body, dict):
        raise invalid("Could not parse the request body as a JSON object")
    missing = [name for name in ("marketplaceIds", "period", "reportType") if not body.get(name)]
    if missing:
        raise invalid("One or more required parameters missing", details="".join(f"{name};" for name in missing))
    check_lists(body)
    if body["period"] not in PERIODS:
        raise invalid(f"period is {body['period']}; allowed are {', '.join(PERIODS)}")
    if body["reportType"] in NOT_REQUESTABLE:
        raise invalid(f"Creation of report schedule type {body['reportType']} is not allowed at this time")
    return body


def _covers(schedule: ReportSchedule) -> tuple[str, frozenset[str]]:
    return _covers_of(schedule.received)


def _covers_of(received: dict[str, Any]) -> tuple[str, frozenset[str]]:
    return received["reportType"], frozenset(received["marketplaceIds"])
