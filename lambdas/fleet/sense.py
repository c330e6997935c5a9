"""What is wrong with a configuration whose shapes are right: names, accounts, regions, and what would be asked for.

The requests of the schedules' next due times are put through the same rules as an execution's input.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import catalogue
import periods
import request as requests
from fleet import lag
from fleet.configuration import BY_COUNTRY
from fleet.firing import starts
from fleet.timetable import due_times
from spapi.regions import MARKETPLACES, region_of

if TYPE_CHECKING:
    from fleet.configuration import ConfiguredReport, Fleet, SellingPartner

# More timings than this would bring the stack near CloudFormation's 500 resources.
MOST_TIMINGS = 300
# Enough for every weekday, and for months of every length.
TRIED, TRIED_UNTIL = 15, timedelta(days=400)
MARKETPLACES_ALLOWED = f"allowed are {', '.join(BY_COUNTRY)} and their ids"
SOME_DAY = datetime(2026, 11, 1, tzinfo=UTC)


class Problem(NamedTuple):
    """Where something is wrong, such as `("reports", 2, "period")`, and the rest of the sentence about it."""

    path: tuple[str | int, ...]
    sentence: str


def problems(fleet: Fleet, raw: Mapping[str, Any], *, now: datetime) -> Iterator[Problem]:
    """Yield all that is wrong; `raw` has the tables as they are written."""
    wrong_partners = list(_of_partners(fleet))
    yield from wrong_partners
    tables = raw.get("reports", [])
    for report in fleet.reports:
        found = list(_of_report(report, tables[report.index], fleet))
        yield from found
        # What would be asked for can be said only where it is clear for whom and when.
        if not wrong_partners and not found:
            yield from _of_requests(report, now=now)
    if len(fleet.timings) > MOST_TIMINGS:
        yield Problem(
            ("reports",), f"have {len(fleet.timings)} different schedules; allowed are {MOST_TIMINGS}: let some share"
        )


def _of_partners(fleet: Fleet) -> Iterator[Problem]:
    seen: dict[tuple[str, str], str] = {}
    for index, partner in enumerate(fleet.selling_partners):
        path = ("sellingPartners", index)
        if strange := _strange_marketplaces(partner.marketplace_ids):
            yield Problem((*path, "marketplaceIds"), strange)
            continue
        for key in ("name", "sellingPartnerId"):
            value = partner.name if key == "name" else partner.selling_partner_id
            if (partner.region, value) in seen:
                yield Problem((*path, key), f"is {value!r}, which an earlier selling partner in {partner.region} has")
            seen[partner.region, value] = key


def _strange_marketplaces(marketplace_ids: tuple[str, ...]) -> str | None:
    for one in marketplace_ids:
        if one not in MARKETPLACES:
            return f"has {one[:40]!r}, which is no marketplace; {MARKETPLACES_ALLOWED}"
    try:
        region_of(marketplace_ids)
    except ValueError:
        return "is of several regions: write a table for each region, with the same name"
    return None


def _of_report(report: ConfiguredReport, table: Mapping[str, Any], fleet: Fleet) -> Iterator[Problem]:
    path = ("reports", report.index)
    by_name = {partner.name: partner for partner in fleet.selling_partners}
    accounts = catalogue.of(report.report_type).accounts
    for name in table.get("sellingPartners", []):
        if name not in by_name:
            known = ", ".join(by_name) or "none: there is no [[sellingPartners]] table"
            yield Problem((*path, "sellingPartners"), f"has {name!r}, which is no selling partner; there are {known}")
        elif by_name[name].account not in accounts:
            kind = f"{report.report_type} is for {accounts[0]}s"
            yield Problem((*path, "sellingPartners"), f"has {name!r}, a {by_name[name].account}, and {kind}")
    for one in report.marketplace_ids:
        if one not in MARKETPLACES:
            yield Problem(
                (*path, "marketplaceIds"), f"has {one[:40]!r}, which is no marketplace; {MARKETPLACES_ALLOWED}"
            )
    for key, sentence in _of_times(report):
        yield Problem((*path, key), sentence)


def _of_times(report: ConfiguredReport) -> Iterator[tuple[str, str]]:
    zone = report.timing.time_zone
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "timeZone", f"is {zone!r}, which is no time zone; allowed is a name such as 'Europe/Berlin'"
        return
    try:
        next(due_times(report.timing, since=SOME_DAY, until=SOME_DAY + periods.DAY), None)
    except ValueError as error:
        yield "schedule", f"is {report.timing.schedule!r}, which EventBridge does not take: {error}"
    if report.look_back_days and report.period != "previous-day":
        yield "lookBackDays", f"is {report.look_back_days}; it needs period = 'previous-day'"
    if report.delay_days and report.period is None:
        yield "delayDays", f"is {report.delay_days}, and there is no period to count back"
    unit = catalogue.of(report.report_type).alignment
    wanted, given = report.report_options.get(unit or ""), periods.NAMED.get(report.period or "")
    if wanted and given and wanted != given:
        mend = next((name for name, kind in periods.NAMED.items() if kind == wanted), None)
        mend = f": give '{mend}'" if mend else ""
        yield "period", f"is {report.period!r}, and reportOptions.{unit} is {wanted!r}{mend}"


def _of_requests(report: ConfiguredReport, *, now: datetime) -> Iterator[Problem]:
    """Yield what the rules have against the requests that the next due times stand for."""
    due = list(islice(due_times(report.timing, since=now, until=now + TRIED_UNTIL), TRIED))
    if not due:
        yield Problem(("reports", report.index, "schedule"), f"is {report.timing.schedule!r}, which is never due")
    tried = replace(report, selling_partners=tuple(_one_of_each_account(report)))
    for start in chain.from_iterable(starts(tried, due=moment) for moment in due):
        try:
            requests.parse(start.input, now=datetime.fromisoformat(start.input["scheduledTime"]))
        except requests.InvalidRequest as refused:
            sentence = str(refused)
            yield Problem(("reports", report.index, _key_in(sentence)), f"cannot be had: {sentence}")
            return
    if late := lag.too_early(report, due):
        yield Problem(("reports", report.index, "schedule"), late)


def _one_of_each_account(report: ConfiguredReport) -> Iterable[SellingPartner]:
    """Return a seller and a vendor of the report's: the rules say the same of the others."""
    return {one.account: one for one in report.selling_partners if report.marketplaces_of(one)}.values()


def _key_in(sentence: str) -> str:
    """Return the key that a rule's sentence is about, if it is one of the table's."""
    for found, key in (("reportOptions", "reportOptions"), ("spans", "period"), ("reaches back", "period")):
        if re.search(rf"\b{found}\b", sentence):
            return key
    return "reportType"
