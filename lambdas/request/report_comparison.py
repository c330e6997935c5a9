"""What Amazon says that a report is of, against what was asked for: a difference becomes a finding.

Two things say it: Amazon's Report, and the `reportSpecification` of a document in JSON. Of a report that Amazon had
already, its type alone was asked for.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from lambdas.payloads.request import Request
from lambdas.request import report_types, whole_periods
from lambdas.request.report_types import ReportType

# Amazon tells whole seconds, and the end of a day as its last one, or as the next day's first.
SAME = timedelta(seconds=1)
HOUR = timedelta(hours=1)
BOUNDS = ("dataStartTime", "dataEndTime")
LONGEST_WORD = 100
NOTHING: tuple[Any, ...] = (None, "", [], {})


class Difference(NamedTuple):
    """A field that says something else than was asked for."""

    field: str
    told: str
    asked: str


def differences(request: Request, told: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield each field in which `told` has something else than was asked for; absent or empty it names nothing."""
    told = {field: value for field, value in told.items() if value not in NOTHING}
    if told.get("reportType", request["reportType"]) != request["reportType"]:
        yield _difference("reportType", told["reportType"], request["reportType"])
    if "reportId" in request:
        return
    marketplaces = told.get("marketplaceIds")
    marketplaces = [marketplaces] if isinstance(marketplaces, str) else marketplaces
    if isinstance(marketplaces, list) and not {*request["marketplaceIds"]} <= {*map(str, marketplaces)}:
        yield _difference("marketplaceIds", ", ".join(map(str, marketplaces)), ", ".join(request["marketplaceIds"]))
    options = told.get("reportOptions")
    if isinstance(options, dict):
        yield from _options(request, options)
    kind = report_types.get(request["reportType"])
    if kind.window.reads != "snapshot":
        yield from _window(request, kind, told)


def _options(request: Request, told: Mapping[str, Any]) -> Iterator[Difference]:
    for name, asked in request["reportOptions"].items():
        if told.get(name) not in NOTHING and _words(told[name]) != _words(asked):
            yield _difference(f"reportOptions.{name}", told[name], asked)


def _words(option: Any) -> list[str]:
    """Return the items of an option, which Amazon tells as a text, a list, or a truth value."""
    text = " ".join(map(str, option)) if isinstance(option, list) else str(option)
    return sorted(text.lower().replace(",", " ").replace(";", " ").split())


def _window(request: Request, kind: ReportType, told: Mapping[str, Any]) -> Iterator[Difference]:
    days = _days_as_read(request, kind)
    for bound, day in zip(BOUNDS, days, strict=True):
        asked, said = request.get(bound), told.get(bound)
        if isinstance(asked, str) and said and not _is_same(asked, str(said), kind, day=day):
            yield _difference(bound, said, asked)


def _days_as_read(request: Request, kind: ReportType) -> tuple[date | None, date | None]:
    """Return the first and the last day that Amazon makes of a window of whole periods."""
    period = kind.period_of(request["reportOptions"])
    start, end = (request.get(bound) for bound in BOUNDS)
    if not (period and isinstance(start, str) and isinstance(end, str)):
        return None, None
    return whole_periods.as_read(_instant(start).date(), _instant(end).date(), period, kind.window.unaligned)


def _is_same(asked: str, told: str, kind: ReportType, *, day: date | None) -> bool:
    try:
        apart = abs(_instant(asked) - _instant(told))
    except ValueError:
        return False
    told_day = _instant(told).date()
    if kind.window.reads == "dates" or "T" not in told:
        return apart <= SAME or told_day in (_instant(asked).date(), day)
    return apart < HOUR if kind.window.reads == "hours" else apart <= SAME


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def _difference(field: str, told: Any, asked: str) -> Difference:
    return Difference(field, str(told)[:LONGEST_WORD], asked[:LONGEST_WORD])
