"""What one due time of a configured report stands for: executions, named and with their inputs.

A name says type, partner and window, and ends with a hash of everything that tells requests apart, the due time among
it. So a late or repeated schedule invocation starts nothing twice, and another due time is another execution, for which
the ledger decides whether there is anything left to ask for.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lambdas.request import periods
from lambdas.request.window import utc_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdas.schedules.report_config import ConfiguredReport, SellingPartner

# Together with 17 characters of window, 8 of hash and 3 hyphens: Step Functions allows 80.
LONGEST_TYPE, LONGEST_PARTNER = 32, 20
# They do not say which report it is.
NOT_TOLD_APART_BY = ("deadlineHours", "utf8Copy")


class ScheduledExecution(NamedTuple):
    """An execution to be started."""

    name: str
    input: dict[str, Any]
    partner: SellingPartner
    machine: Literal["report", "discovery"] = "report"


def scheduled_executions(report: ConfiguredReport, *, due: datetime) -> Iterator[ScheduledExecution]:
    """Yield an execution for each selling partner, marketplaces and window; `due` is in the report's time zone.

    Days of the look-back follow the window that is due, latest first, each with `refresh`.
    """
    if report.discovered:
        yield from _discoveries(report, due=due)
        return
    for days_back in range(report.lookback_days + 1):
        window = window_of(report, due=due, days_back=days_back)
        for partner, whose in _requests(report):
            given: dict[str, Any] = {
                **whose,
                "scheduledTime": utc_text(due),
                "timeZone": report.timing.time_zone,
                **{key: moment.isoformat() for key, moment in window.items()},
                **_wishes(report),
            }
            if days_back:
                # It has landed before, and Amazon may have restated it.
                given["refresh"] = True
            yield ScheduledExecution(_name(given, partner, list(window.values()) or [due]), given, partner)


def in_background(start: ScheduledExecution) -> ScheduledExecution:
    """Return another execution for the same window, one that lets the selling partner's others go first."""
    words = start.name.rpartition("-")[0]
    given = {**start.input, "background": True}
    return start._replace(name=f"{words}-{_hash(given)}", input=given)


def _discoveries(report: ConfiguredReport, *, due: datetime) -> Iterator[ScheduledExecution]:
    for partner, whose in _requests(report):
        given = {**whose, **({"allMarketplaces": True} if report.all_marketplaces else {})}
        name = _name({**given, "scheduledTime": utc_text(due)}, partner, [due])
        yield ScheduledExecution(name, given, partner, "discovery")


def _requests(report: ConfiguredReport) -> Iterator[tuple[SellingPartner, dict[str, Any]]]:
    """Yield each selling partner, with the keys of an execution input that name it."""
    for partner in report.selling_partners:
        for marketplace_ids in report.marketplaces_of(partner):
            yield (
                partner,
                {
                    "sellingPartnerId": partner.selling_partner_id,
                    "reportType": report.report_type,
                    "marketplaceIds": list(marketplace_ids),
                },
            )


def window_of(report: ConfiguredReport, *, due: datetime, days_back: int = 0) -> dict[str, datetime]:
    """Return dataStartTime and dataEndTime, in the time zone of `due`, so many days back; nothing for a snapshot."""
    if report.period is None:
        return {}
    back = timedelta(days=report.delay_days + days_back)
    # Days are counted by the calendar, hours in UTC: a day may have one more, or one less.
    hourly = report.period == "previous-hour"
    seen = (due.astimezone(UTC) - back).astimezone(due.tzinfo) if hourly else due - back
    start, end = periods.resolve(report.period, seen)
    return {"dataStartTime": start, "dataEndTime": end}


def _wishes(report: ConfiguredReport) -> dict[str, Any]:
    wishes = {
        "reportOptions": dict(report.report_options),
        "unknownOptions": report.unknown_options,
        "deadlineHours": report.deadline_hours,
        "utf8Copy": report.utf8_copy,
    }
    return {key: value for key, value in wishes.items() if value not in (None, {})}


def _name(given: dict[str, Any], partner: SellingPartner, moments: list[datetime]) -> str:
    report_type = _cut(given["reportType"].removeprefix("GET_"), LONGEST_TYPE)
    return f"{report_type}-{_cut(partner.name, LONGEST_PARTNER)}-{_days(moments)}-{_hash(given)}"


def _hash(given: dict[str, Any]) -> str:
    told_apart = {key: value for key, value in given.items() if key not in NOT_TOLD_APART_BY}
    return hashlib.sha256(json.dumps(told_apart, sort_keys=True).encode()).hexdigest()[:8]


def _days(moments: list[datetime]) -> str:
    """Return `20261109`, `20261101-20261107`, or `20261109T0600` of what is no longer than an hour."""
    first, last = moments[0], moments[-1]
    if last - first < timedelta(hours=1):
        return f"{first:%Y%m%dT%H%M}"
    days = dict.fromkeys(f"{moment:%Y%m%d}" for moment in (first, last))
    return "-".join(days)


def _cut(text: str, longest: int) -> str:
    """Return a text as it may stand in a name, cut at the end of a word if there is one."""
    allowed = re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")
    if len(allowed) <= longest:
        return allowed
    return allowed[: longest + 1].rpartition("_")[0] or allowed[:longest]
