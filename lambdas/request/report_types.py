"""What is known of report types: `report_types.json`, one entry each, with its source.

An entry states what differs from the defaults here. A type that has none works with the defaults: Amazon adds types.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal

from lambdas.request.periods import LONGEST


@dataclass(frozen=True, kw_only=True)
class TypeQuota:
    """How many reports of a type a selling partner gets in so many seconds."""

    count: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class ReportOption:
    """One of the reportOptions of a type. None stands for no limit known."""

    values: tuple[str, ...] = ()
    """All that it takes. Empty: whatever its format allows."""
    format: Literal["text", "date", "date-time", "asin", "asin-list", "list", "locale", "marketplace-id"] = "text"
    required: bool = False
    accounts: tuple[str, ...] = ("seller", "vendor")
    """The accounts that have it."""
    separator: str | None = None
    """What stands between the items of a list."""
    max_length: int | None = None
    """How many characters all of it has at most."""
    max_lookback_days: int | None = None
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class WindowReading:
    """How Amazon reads dataStartTime and dataEndTime of a type, and where that is known from."""

    reads: Literal["instants", "dates", "hours", "snapshot"] | None = None
    """dates: the time of day is ignored, and both ends count. hours: the whole UTC hours within. snapshot: of the
    moment that the report is made. None: not known, which is asked for by instants."""
    required: bool = False
    """Whether a request without dataStartTime and dataEndTime comes to nothing."""
    period_option: str | None = None
    """The option that says of which calendar periods the window is made."""
    default_period: str | None = None
    """The period that Amazon takes where the option is not given."""
    unaligned: Literal["expanded", "shrunk", "refused"] | None = None
    """What becomes of a window that is not made of whole periods: expanded outwards, shrunk inwards, or FATAL."""
    min_start_age_hours: int | None = None
    """So long before the request the window has to begin."""
    min_end_age_minutes: int | None = None
    """So long before the request the window has to end."""
    confidence: Literal["stated", "reported", "inferred"] | None = None
    """stated by Amazon's schema or page, reported in an issue, or inferred from what the report holds."""
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class TableLayout:
    """What makes a table of a type's documents more than their cells as text. Columns are those of tables.names."""

    unit: tuple[str, ...] | None = None
    """The key: a newer report replaces all rows of one; empty: all of a selling partner's. None: not known."""
    unit_of_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The same of a document with several tables, by the name of the array or of the record."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Columns by the cells of localised headers."""
    lists: tuple[str, ...] = ()
    """Of XML the elements that one record may have several of."""
    source: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReportType:
    """A report type. None stands for not known, or no limit known."""

    mode: Literal["request", "schedule", "list"] = "request"
    """How one gets it: createReport, createReportSchedule alone, or getReports alone where Amazon makes it unasked."""
    format: Literal["TSV", "CSV", "JSON", "XML", "XLSX", "PDF"] | None = None
    records: tuple[str, ...] = ()
    """The arrays of its JSON, or the elements of its XML, that are records. Empty: not known; what becomes rows of XML
    are then the children of the outermost element."""
    quoted: bool = False
    """Whether fields of a TSV stand in quotes."""
    restricted: bool = False
    """Whether documents hold personal data, so that getReportDocument takes a Restricted Data Token."""
    accounts: tuple[str, ...] = ("seller", "vendor")
    window: WindowReading = field(default_factory=WindowReading)
    consecutive: bool = False
    """Whether each report's period begins where that of the one before ends, so that a missing one shows."""
    one_marketplace: bool = False
    marketplaces: tuple[str, ...] = ()
    """The countries that have it. Empty: all, or not known."""
    options: Mapping[str, ReportOption] = field(default_factory=dict)
    options_known: bool = False
    """Whether `options` are all that Amazon's documentation has."""
    max_span_periods: Mapping[str, int] = field(default_factory=dict)
    """How many calendar periods one report spans, by the period that its window is made of."""
    max_lookback_periods: Mapping[str, int] = field(default_factory=dict)
    """How many calendar periods before the current one a window may begin, likewise."""
    max_span_days: int | None = None
    max_lookback_days: int | None = None
    lag_hours: int | None = None
    """How long after the end of a window its data is there."""
    cooldown_seconds: int | None = None
    """How long after a report of the type Amazon makes no other: one asked for sooner ends CANCELLED or FATAL."""
    quotas: tuple[TypeQuota, ...] = ()
    """What createReport is held to for this type, besides the quota of the operation."""
    deadline_hours: int | None = None
    """How long to wait for the report, where the deployment's own deadline would be too soon."""
    deprecated_on: date | None = None
    """From this day on Amazon does not make it any more."""
    successor: str | None = None
    """The type that Amazon's pages have in its place, where they say nothing of an end."""
    table: TableLayout = field(default_factory=TableLayout)
    instead: str | None = None
    """What to do where the report cannot be requested: the end of a sentence."""
    source: str | None = None

    def period_of(self, options: Mapping[str, str]) -> str | None:
        """Return the calendar period that windows are made of, with these reportOptions; None if none is known."""
        period = options.get(self.window.period_option or "", self.window.default_period)
        return period if period in LONGEST else None


@cache
def get(report_type: str) -> ReportType:
    """Return what is known of a type."""
    entry = _attributes(_entries().get(report_type, {}))
    if "quotas" in entry:
        entry["quotas"] = tuple(TypeQuota(**quota) for quota in entry["quotas"])
    if "window" in entry:
        entry["window"] = WindowReading(**_attributes(entry["window"]))
    if "table" in entry:
        entry["table"] = TableLayout(**_attributes(entry["table"]))
    if "options" in entry:
        entry["options"] = {name: ReportOption(**_attributes(option)) for name, option in entry["options"].items()}
    if "deprecated_on" in entry:
        entry["deprecated_on"] = date.fromisoformat(entry["deprecated_on"])
    return ReportType(**entry)


def names() -> list[str]:
    """Return the types that have an entry."""
    return sorted(_entries())


def is_known(report_type: str) -> bool:
    """Say whether a type has an entry."""
    return report_type in _entries()


@cache
def _entries() -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_suffix(".json").read_text())["reportTypes"]
    return entries


def _attributes(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {_snake_case(key): _frozen(value) for key, value in entry.items()}


def _snake_case(key: str) -> str:
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", key)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
