"""Amazon's own schedules of one selling partner: what there is, and what is made or ended."""

from __future__ import annotations

from datetime import timedelta
from time import sleep
from typing import TYPE_CHECKING, Any, TypedDict

from cli.checks import http
from lambdas.credentials import CredentialsMissing
from lambdas.quota.reservations import NotAdmitted, QuotaReservations
from lambdas.request import report_types
from lambdas.spapi import lwa
from lambdas.spapi.errors import SpApiError
from lambdas.spapi.regions import ENDPOINTS, country_of
from lambdas.spapi.reports import ReportsApi

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cli.doctor_context import DoctorContext
    from lambdas.payloads.request import Request
    from lambdas.schedules.report_config import SellingPartner
    from lambdas.spapi.reports import ReportScheduleSpecification

# What getReportSchedules takes at once.
TYPES_AT_ONCE = 10


class ScheduleState(TypedDict):
    """How it is with a schedule, and whether that is as it was wanted."""

    sellingPartner: str
    sellingPartnerId: str
    reportType: str
    marketplaces: list[str]
    says: str
    ok: bool


class Patient:
    """The quota that the functions share, for a caller that waits where they would come back later."""

    def __init__(self, quota: QuotaReservations) -> None:
        """Wait for this quota."""
        self._quota = quota

    def admit(self, operation: str) -> None:
        """Return when the call may be sent."""
        while True:
            try:
                return self._quota.admit(operation)
            except NotAdmitted as full:
                sleep(full.wait_seconds)

    def learn(self, operation: str, *, status: int, rate: str | None) -> None:
        """Hear of an answer."""
        self._quota.learn(operation, status=status, rate=rate)


class AmazonSchedules:
    """The schedules that Amazon has for a selling partner; calls wait for their quota, which the functions share."""

    def __init__(self, context: DoctorContext, partner: SellingPartner) -> None:
        """Look after this selling partner's."""
        self._partner = partner
        self._deployed = context
        tokens = lwa.AccessTokens(
            http=http(),
            endpoint=context.settings.get("LWA_ENDPOINT") or lwa.ENDPOINT,
            credentials=context.store.credentials,
        )
        self._api = ReportsApi(
            http=http(),
            endpoint=context.settings.get("SP_API_ENDPOINT") or ENDPOINTS[partner.region],
            tokens=tokens,
            selling_partner_id=partner.secret_name or partner.selling_partner_id,
            calls=[],
            pace=Patient(self._quota()),
        )

    def do(self, what: str, wanted: Sequence[ReportScheduleSpecification]) -> Iterator[ScheduleState]:
        """List what there is, set what is wanted, or cancel it."""
        doing = {"set": self._set, "cancel": self._cancel}
        try:
            there = self._listed({each["reportType"] for each in wanted} if wanted else _scheduled_types())
            if what == "list":
                yield from (self._state(each, _shown(each), ok=True) for each in there)
            else:
                for each in wanted:
                    yield self._state(each, doing[what](each, there), ok=True)
        except (SpApiError, CredentialsMissing) as error:
            failed: Any = {"reportType": "", "marketplaceIds": list(self._partner.marketplace_ids)}
            yield self._state(failed, f"{type(error).__name__}: {error}", ok=False)

    def _set(self, wanted: ReportScheduleSpecification, there: list[dict[str, Any]]) -> str:
        same = [each for each in there if _covers(each) == _covers(wanted)]
        if any(_how(each) == _how(wanted) for each in same):
            return f"is there: {_shown(wanted)}"
        self._api.create_report_schedule(wanted)
        return f"has been {'replaced' if same else 'made'}: {_shown(wanted)}"

    def _cancel(self, wanted: ReportScheduleSpecification, there: list[dict[str, Any]]) -> str:
        same = [str(each["reportScheduleId"]) for each in there if _covers(each) == _covers(wanted)]
        for report_schedule_id in same:
            self._api.cancel_report_schedule(report_schedule_id)
        return "has been cancelled" if same else "is not there"

    def _listed(self, types: set[str]) -> list[dict[str, Any]]:
        names = sorted(types)
        found: list[dict[str, Any]] = []
        for first in range(0, len(names), TYPES_AT_ONCE):
            found += self._api.get_report_schedules(names[first : first + TYPES_AT_ONCE])
        return found

    def _quota(self) -> QuotaReservations:
        request: Request = {
            "sellingPartnerId": self._partner.selling_partner_id,
            "reportType": "",
            "marketplaceIds": list(self._partner.marketplace_ids),
            "reportOptions": {},
            "restricted": False,
            "refresh": False,
            "background": False,
        }
        stack = self._deployed.stack
        return QuotaReservations(
            dynamodb=stack.dynamodb,
            table=stack.ledger,
            request=request,
            waited=False,
            retention=timedelta(days=int(self._deployed.settings["LEDGER_RETENTION_DAYS"])),
            type_quotas=[],
        )

    def _state(self, schedule: Any, says: str, *, ok: bool) -> ScheduleState:
        return {
            "sellingPartner": self._partner.name,
            "sellingPartnerId": self._partner.selling_partner_id,
            "reportType": schedule["reportType"],
            "marketplaces": [country_of(one) for one in schedule.get("marketplaceIds", [])],
            "says": says,
            "ok": ok,
        }


def _scheduled_types() -> set[str]:
    return {name for name in report_types.names() if report_types.get(name).mode == "schedule"}


def _covers(schedule: Any) -> tuple[str, frozenset[str]]:
    """Return what Amazon keeps one schedule of."""
    return schedule["reportType"], frozenset(schedule.get("marketplaceIds", []))


def _how(schedule: Any) -> tuple[str, dict[str, str]]:
    return schedule["period"], schedule.get("reportOptions", {})


def _shown(schedule: Any) -> str:
    following = schedule.get("nextReportCreationTime")
    return f"every {schedule['period']}" + (f", next {following}" if following else "")
