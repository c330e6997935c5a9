"""What Amazon answers holds the days that a schedule's owner means: of every type, in every period and time zone.

The document is the simulator's, which reads a window as Amazon does. What is meant is counted here, by a calendar.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise, product
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.handlers.create_report import SPECIFIED
from lambdas.request import report_types
from lambdas.request.backfill import parse_backfill
from lambdas.request.identity import fingerprint
from lambdas.request.parsing import parse_request
from lambdas.schedules.report_config import ConfiguredReport, ScheduleTiming, SellingPartner
from lambdas.schedules.scheduled_executions import scheduled_executions
from lambdas.spapi.regions import BY_COUNTRY
from local.simulator.specification import parse_specification
from local.simulator.window_document import document_of
from local.simulator.window_reading import read_window
from planning.dry_run import _refusal
from planning.semantic_checks import _of_window
from tests.testing.kinds import one_of_each
from tests.testing.option_values import value_of

if TYPE_CHECKING:
    from lambdas.payloads.request import Request

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
PERIODS = (
    *(None, "previous-hour", "previous-day", "previous-week", "previous-month", "previous-quarter"),
    *("last-1-days", "last-7-days"),
)
# Clocks change at midnight, at one, by half an hour, by two hours, for Ramadan, in the south, or not at all.
ZONES = (
    *("Europe/Berlin", "Europe/London", "Europe/Chisinau", "Europe/Istanbul", "Atlantic/Azores", "Africa/Cairo"),
    *("Africa/Casablanca", "Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem", "Asia/Riyadh", "Asia/Tehran", "Asia/Kolkata"),
    *("Asia/Kathmandu", "Asia/Tokyo", "America/Santiago", "America/Havana", "America/New_York", "America/Chicago"),
    *("America/Los_Angeles", "America/Anchorage", "America/St_Johns", "America/Mexico_City", "America/Sao_Paulo"),
    *("America/Nuuk", "America/Scoresbysund", "Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
    *("Antarctica/Troll", "Etc/UTC"),
)
FIRST = date(2026, 9, 1)
TIMES = ((0, 1), (6, 30), (23, 59))


class Combination(NamedTuple):
    """A type, with the options that it needs, in a period."""

    report_type: str
    options: tuple[tuple[str, str], ...]
    period: str | None

    def configured(self, zone: str) -> ConfiguredReport:
        """Return its `[[reports]]` table."""
        kind = report_types.get(self.report_type)
        place = BY_COUNTRY[(*kind.marketplaces, "US")[0]]
        partner = SellingPartner(
            name="one", selling_partner_id="A2", account=kind.accounts[0], marketplace_ids=(place,)
        )
        return ConfiguredReport(
            index=0,
            report_type=self.report_type,
            selling_partners=(partner,),
            timing=ScheduleTiming(schedule="rate(1 day)", time_zone=zone),
            report_options=dict(self.options),
            period=self.period,
            # So late that the data is there.
            delay_days=0 if self.period is None else 1,
        )


@cache
def combinations() -> tuple[Combination, ...]:
    """Return all that `reports.toml` may say: the rest is refused, with its line."""
    return tuple(each for each in _all() if not list(_of_window(each.configured("Etc/UTC"))))


def _all() -> Iterator[Combination]:
    for name in report_types.names():
        kind = report_types.get(name)
        if kind.mode != "request" or kind.deprecated_on:
            continue
        mine = {name: option for name, option in kind.options.items() if kind.accounts[0] in option.accounts}
        needed = {name: value_of(option) for name, option in mine.items() if option.required}
        by = kind.window.period_option
        choices: list[dict[str, str]] = [{by: value} for value in kind.options[by].values] if by else [{}]
        if kind.window.default_period:
            choices.append({})
        for choice, period in product(choices, PERIODS):
            yield Combination(name, tuple({**needed, **choice}.items()), period)


@cache
def days_due(zone: str) -> tuple[date, ...]:
    """Return days of a year to be due on: around those on which clocks change, and some others."""
    noons = [datetime(FIRST.year, FIRST.month, FIRST.day, 12, tzinfo=ZoneInfo(zone)) + DAY * n for n in range(366)]
    changes = [b.date() for a, b in pairwise(noons) if a.utcoffset() != b.utcoffset()]
    around = {change + DAY * days for change in changes for days in (0, 1, 2, 3)}
    return tuple(sorted({*around, date(2026, 11, 1), date(2027, 1, 1), date(2027, 3, 1), date(2027, 2, 14)}))


def meant(period: str, today: date) -> tuple[date, date]:
    """Return the first and the last day that a period means, by the calendar on the wall."""
    if last_days := re.fullmatch(r"last-(\d+)-days", period):
        return today - DAY * int(last_days[1]), today - DAY
    if period == "previous-day":
        return today - DAY, today - DAY
    if period == "previous-week":
        saturday = next(day for day in (today - DAY * n for n in range(1, 8)) if day.weekday() == 5)
        return saturday - DAY * 6, saturday
    starts = (1, 4, 7, 10) if period == "previous-quarter" else range(1, 13)
    begins = [date(year, month, 1) for year in (today.year - 1, today.year) for month in starts]
    *_, first, after = (begin for begin in begins if begin <= today)
    return first, after - DAY


def asked(combination: Combination, zone: str, due: datetime) -> Request | None:
    """Return the request of this due time; None where the input is refused, before anything is asked."""
    start = next(iter(scheduled_executions(combination.configured(zone), due=due)))
    return None if _refusal(start) else parse_request(start.input, now=due.astimezone(UTC))


def answered(request: Request, due: datetime) -> list[str]:
    """Return what the document of the request says that it holds."""
    body = {key: value for key, value in request.items() if key in SPECIFIED and value}
    specification = parse_specification(body, now=due.astimezone(UTC))
    reading = read_window(specification, now=due.astimezone(UTC))
    assert reading.outcome == "DONE", request
    text = gzip.decompress(document_of(specification, reading).body).decode()
    if text.startswith("{"):
        rows: list[dict[str, Any]] = json.loads(text)["reportData"]
        return [str(row[reading.unit]) for row in rows]
    if text.startswith("<"):
        return re.findall(rf'{reading.unit}="([^"]*)"', text)
    return [re.split(r"[,\t]", line)[-1] for line in text.splitlines()[1:]]


def check(combination: Combination, zone: str, due: datetime) -> bool:
    """Hold what is answered against what is meant; say whether anything was asked."""
    request = asked(combination, zone, due)
    if request is None:
        return False
    held, reads = answered(request, due), report_types.get(combination.report_type).window.reads
    if combination.period is None:
        assert (request["firstDay"], request["lastDay"]) == (str(due.date()), str(due.date()))
        return True
    if combination.period == "previous-hour":
        hour = due.astimezone(UTC).replace(minute=0) - DAY - timedelta(hours=1)
        assert datetime.fromisoformat(held[0]) == hour
        assert reads == "hours" or datetime.fromisoformat(held[-1]) == hour + HOUR - SECOND
        return True
    first, last = meant(combination.period, due.date() - DAY)
    assert (request["firstDay"], request["lastDay"]) == (str(first), str(last))
    if reads == "dates":
        assert held == [str(first + DAY * days) for days in range((last - first).days + 1)]
        return True
    begin, end = (datetime.fromisoformat(each).astimezone(ZoneInfo(zone)) for each in (held[0], held[-1]))
    if reads == "hours":
        # Of an hour that is part of two days, its end counts.
        begin, end = (_plus(hour, HOUR - SECOND) for hour in (begin, end))
        assert (begin.date(), _plus(begin, -HOUR).date()) == (first, first - DAY)
        assert (end.date(), _plus(end, HOUR).date()) == (last, last + DAY)
        return True
    assert (begin.date(), _plus(begin, -SECOND).date()) == (first, first - DAY)
    assert (end.date(), _plus(end, SECOND).date()) == (last, last + DAY)
    return True


def _plus(local: datetime, more: timedelta) -> datetime:
    return (local.astimezone(UTC) + more).astimezone(local.tzinfo)


def due_at(zone: str, day: date, time: tuple[int, int]) -> datetime:
    """Return the first instant that the wall clock shows this, or the one that clocks are set forward to."""
    wall = datetime(day.year, day.month, day.day, *time, tzinfo=ZoneInfo(zone))
    return wall.astimezone(UTC).astimezone(ZoneInfo(zone))


DUE = st.sampled_from(ZONES).flatmap(
    lambda zone: st.tuples(st.just(zone), st.sampled_from(days_due(zone)), st.sampled_from(TIMES))
)


def test_every_type_that_is_asked_for_has_a_period_or_none_that_it_is_asked_for_in() -> None:
    asked_for = {name for name in report_types.names() if report_types.get(name).mode == "request"}
    gone = {name for name in asked_for if report_types.get(name).deprecated_on}
    due = due_at("Europe/Berlin", date(2027, 2, 14), (6, 30))
    assert {each.report_type for each in combinations() if asked(each, "Europe/Berlin", due)} == asked_for - gone


@given(st.sampled_from(combinations()), DUE)
def test_what_is_answered_is_what_is_meant(combination: Combination, when: tuple[str, date, tuple[int, int]]) -> None:
    zone, day, time = when
    check(combination, zone, due_at(zone, day, time))


@pytest.mark.exhaustive
@pytest.mark.parametrize("zone", ZONES)
def test_what_is_answered_is_what_is_meant_in_all_combinations(zone: str) -> None:
    dues = [due_at(zone, day, time) for day in days_due(zone) for time in TIMES]
    asked_for = {each for each in combinations() for due in dues if check(each, zone, due)}
    assert len({each.report_type for each in asked_for}) == len({each.report_type for each in combinations()})


DAILY = [each for each in combinations() if each.period == "previous-day"]


@given(st.sampled_from(DAILY), DUE)
def test_adjacent_windows_neither_overlap_nor_leave_a_gap(
    combination: Combination, when: tuple[str, date, tuple[int, int]]
) -> None:
    zone, day, time = when
    dues = [due_at(zone, day + DAY * later, time) for later in (0, 1, 2)]
    requests = [asked(combination, zone, due) for due in dues]
    if not all(requests):
        return
    held = [answered(request, due) for request, due in zip(requests, dues, strict=True) if request]
    reads = report_types.get(combination.report_type).window.reads
    step = {"dates": DAY, "hours": HOUR}.get(str(reads), SECOND)
    for earlier, later in pairwise(held):
        assert datetime.fromisoformat(later[0]) - datetime.fromisoformat(earlier[-1]) == step


def clock_changes(zone: str) -> tuple[timedelta | None, ...]:
    """Return by how much a zone's clocks go back and forward in the days of these tests, and at which minute."""
    offsets = [at.utcoffset() or timedelta() for at in (due_at(zone, day, (12, 0)) for day in days_due(zone))]
    return (max(offsets) - min(offsets), offsets[0] % timedelta(hours=1))


@pytest.mark.parametrize("zone", one_of_each(ZONES, clock_changes))
def test_hours_that_are_asked_for_a_day_later_are_each_asked_for_once(zone: str) -> None:
    hourly = Combination("GET_VENDOR_REAL_TIME_SALES_REPORT", (), "previous-hour")
    for day in days_due(zone):
        begin = due_at(zone, day, (0, 30)).astimezone(UTC)
        dues = [(begin + timedelta(hours=hours)).astimezone(ZoneInfo(zone)) for hours in range(26)]
        held = [answered(request, due) for due in dues if (request := asked(hourly, zone, due))]
        assert [datetime.fromisoformat(hour) for (hour,) in held] == [
            begin.replace(minute=0) - DAY + timedelta(hours=hours - 1) for hours in range(26)
        ]


@given(st.sampled_from(DAILY), DUE)
def test_a_window_is_one_request_whoever_asks_for_it(
    combination: Combination, when: tuple[str, date, tuple[int, int]]
) -> None:
    zone, day, time = when
    due = due_at(zone, day, time)
    start = next(iter(scheduled_executions(combination.configured(zone), due=due)))
    scheduled = asked(combination, zone, due)
    if scheduled is None:
        return
    now = due.astimezone(UTC)
    by_offset = {key: value for key, value in start.input.items() if key not in ("timeZone", "scheduledTime")}
    window = ("dataStartTime", "dataEndTime")
    by_period = {key: value for key, value in start.input.items() if key not in window}
    by_period |= {"period": "previous-day", "scheduledTime": due_at(zone, day - DAY, (12, 0)).isoformat()}
    whose = {key: start.input[key] for key in ("sellingPartnerId", "reportType", "marketplaceIds")}
    options = {"reportOptions": dict(combination.options)} if combination.options else {}
    span = {"from": scheduled["firstDay"], "to": scheduled["lastDay"], "timeZone": zone}
    others = [parse_request(given, now=now) for given in (by_offset, by_period)]
    period = report_types.get(combination.report_type).period_of(dict(combination.options)) or "DAY"
    others += parse_backfill({**whose, **options, **span, "period": period}, now=now)
    assert {fingerprint(each) for each in others} == {fingerprint(scheduled)}
    assert {(each["firstDay"], each["lastDay"]) for each in others} == {(scheduled["firstDay"], scheduled["lastDay"])}
