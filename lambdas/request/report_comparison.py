"""What Amazon says that a report is of, against what was asked for: a difference becomes a finding.

Two things say it: Amazon's Report, and the `reportSpecification` of a document in JSON. Of a report that Amazon had
already, its type alone was asked for.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from lambdas.payloads.request import Request
from lambdas.request import report_types, whole_periods
from lambdas.request.report_types import ReportType
from lambdas.request.window import days_of

# Amazon tells whole seconds, and the end of a day as its last one, or as the next day's first.
SAME = timedelta(seconds=1)
HOUR = timedelta(hours=1)
# A day of the marketplace's begins and ends so much before or after one of UTC, at most.
ELSEWHERE = timedelta(hours=12)
BOUNDS = ("dataStartTime", "dataEndTime")
LONGEST_WORD = 100


class Difference(NamedTuple):
    """A field that says something else than was asked for."""

    field: str
    told: str
    asked: str


def differences(request: Request, told: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield each field in which `told` has something else than was asked for; absent or empty it names nothing."""
    if told.get("reportType") and told["reportType"] != request["reportType"]:
        yield _difference("reportType", told["reportType"], request["reportType"])
    if "reportId" in request:
        return
    marketplaces = _listed(told.get("marketplaceIds"))
    if marketplaces and not {*request["marketplaceIds"]} <= {*marketplaces}:
        yield _difference("marketplaceIds", ", ".join(marketplaces), ", ".join(request["marketplaceIds"]))
    options = told.get("reportOptions")
    if isinstance(options, dict):
        yield from _options(request, options)
    kind = report_types.get(request["reportType"])
    if kind.window.reads != "snapshot":
        yield from _window(request, kind, told)


def _listed(told: Any) -> list[str]:
    return [str(each) for each in (told if isinstance(told, list) else [told]) if each]


def _options(request: Request, told: Mapping[str, Any]) -> Iterator[Difference]:
    named = {name.lower(): value for name, value in told.items() if value not in (None, "", [])}
    for name, asked in request["reportOptions"].items():
        said = named.get(name.lower())
        if said is not None and _words(said) != _words(asked):
            yield _difference(f"reportOptions.{name}", said, asked)


def _words(option: Any) -> list[str]:
    """Return the items of an option, which Amazon tells as a text, a list, or a truth value."""
    text = " ".join(map(str, option)) if isinstance(option, list) else str(option)
    return sorted(text.lower().replace(",", " ").replace(";", " ").split())


def _window(request: Request, kind: ReportType, told: Mapping[str, Any]) -> Iterator[Difference]:
    for bound, as_read, meant in zip(BOUNDS, _days_as_read(request, kind), days_of(request), strict=True):
        asked, said = request.get(bound), told.get(bound)
        if isinstance(asked, str) and said and not _is_same(asked, str(said), kind, bound=bound, days=(as_read, meant)):
            yield _difference(bound, said, asked)


def _days_as_read(request: Request, kind: ReportType) -> tuple[str, str]:
    """Return the first and the last day that Amazon makes of a window of whole periods; "" of any other."""
    period = kind.period_of(request["reportOptions"])
    start, end = (request.get(bound) for bound in BOUNDS)
    if not (period and isinstance(start, str) and isinstance(end, str)):
        return "", ""
    days = whole_periods.as_read(_instant(start).date(), _instant(end).date(), period, kind.window.unaligned)
    return days[0].isoformat(), days[1].isoformat()


def _is_same(asked: str, told: str, kind: ReportType, *, bound: str, days: tuple[str, str]) -> bool:
    try:
        apart = abs(_instant(asked) - _instant(told))
    except ValueError:
        return False
    read, meant = days
    if kind.window.reads == "dates":
        return bool(_days(told, bound=bound) & {_instant(asked).date().isoformat(), read})
    if "T" not in told:
        return bool(_days(told, bound=bound) & {*_days(asked, bound=bound), read, meant})
    return apart < HOUR if kind.window.reads == "hours" else apart <= SAME


def _days(text: str, *, bound: str) -> set[str]:
    """Return the days that a bound may mean: those of its own offset, or in UTC also the nearest of a marketplace's."""
    instant, ends = datetime.fromisoformat(text), bound == BOUNDS[1]
    if "T" not in text:
        return {instant.date().isoformat()}
    if instant.utcoffset():
        return {(instant - SAME if ends else instant).date().isoformat()}
    near = instant - ELSEWHERE if ends else instant + ELSEWHERE
    return {instant.date().isoformat(), near.date().isoformat()}


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _difference(field: str, told: Any, asked: str) -> Difference:
    return Difference(field, str(told)[:LONGEST_WORD], asked[:LONGEST_WORD])
