"""The reportOptions of a request against what is known of its type's: names, values and formats.

Amazon ignores an option that it does not know, and a value that it does not take ends as CANCELLED, FATAL or an empty
report: so both are refused before a createReport is spent on them.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from re import fullmatch
from typing import NamedTuple

from lambdas.payloads.request import Request
from lambdas.request.report_types import ReportOption, ReportType
from lambdas.request.spelling import nearest
from lambdas.spapi.regions import MARKETPLACES

VENDOR_GROUP = "amzn1.vg."
PASSED_ON = 'unknownOptions "allow" passes it on'
# The pattern of one item, and what a sentence calls it.
FORMATS = {
    "asin": (r"[A-Z0-9]{10}", "an ASIN, such as B00EXAMPLE"),
    "asin-list": (r"[A-Z0-9]{10}", "ASINs, such as B00EXAMPLE"),
    "locale": (r"[a-z]{2,3}_[A-Z]{2}", "a locale, such as en_US"),
    "marketplace-id": ("|".join(MARKETPLACES), "a marketplace id, such as A1PA6795UKMFR9"),
    "list": (r"(?s).+", "a list"),
    "text": (r"(?s).+", "a text that is not empty"),
}


class OptionProblem(NamedTuple):
    """What is wrong with one of reportOptions, or with all of them (None): the rest of a sentence about it."""

    key: str | None
    sentence: str

    def __str__(self) -> str:
        """Return the whole sentence."""
        key = "" if self.key is None else f".{repr(self.key[:60])[1:-1]}"
        return f"reportOptions{key} {self.sentence}"


def problems(request: Request, kind: ReportType, *, now: datetime) -> Iterator[OptionProblem]:
    """Yield each option that is unknown, missing or of a value that Amazon does not take."""
    name, given = request["reportType"], request["reportOptions"]
    known = of_account(request, kind)
    if request.get("unknownOptions") != "allow":
        yield from _unknown(name, given, known, complete=kind.options_known)
    for key, option in known.items():
        if key not in given and option.required:
            allowed = f"; allowed are {', '.join(option.values)}" if option.values else ""
            yield OptionProblem(None, f"lacks {key}, which {name} needs{allowed}")
        elif key in given and (problem := _problem(given[key], option, now=now)):
            yield OptionProblem(key, f"is {given[key][:60]!r}; {name} {problem}")
    yield from _out_of_order(given, known)


def of_account(request: Request, kind: ReportType) -> dict[str, ReportOption]:
    """Return the options that the type has for the selling partner's kind of account.

    A vendor is recognised by its id, or by an option that only vendors have.
    """
    vendors = {key for key, option in kind.options.items() if option.accounts == ("vendor",)}
    is_vendor = request["sellingPartnerId"].startswith(VENDOR_GROUP) or vendors & set(request["reportOptions"])
    account = "vendor" if is_vendor else "seller"
    return {key: option for key, option in kind.options.items() if account in option.accounts}


def _unknown(
    name: str, given: Mapping[str, str], known: Mapping[str, ReportOption], *, complete: bool
) -> Iterator[OptionProblem]:
    for key in given:
        if key in known:
            continue
        if meant := nearest(key, known):
            yield OptionProblem(key, f"is not an option of {name}: did you mean {meant}? ({PASSED_ON})")
        elif complete:
            there_are = f"which has {', '.join(known)}" if known else "which has none"
            yield OptionProblem(key, f"is not an option of {name}, {there_are} ({PASSED_ON})")


def _problem(value: str, option: ReportOption, *, now: datetime) -> str | None:
    """Return what is wrong with a value, as the end of a sentence that begins with the report type."""
    if option.format in ("date", "date-time"):
        return _problem_of_time(value, option, now=now)
    items = value.split(option.separator) if option.separator else [value]
    if option.max_length and len(value) > option.max_length:
        most = f" ({option.max_length // 11} ASINs)" if option.format == "asin-list" else ""
        return f"takes {option.max_length} characters at most{most}, and these are {len(value)}"
    if option.values:
        strange = next((item for item in items if item not in option.values), None)
        meant = nearest(strange, option.values) if strange else None
        hint = f": did you mean {meant}?" if meant else ""
        return None if strange is None else f"allows {', '.join(option.values)}{hint}"
    pattern, called = FORMATS[option.format]
    separated = f", separated by {option.separator!r}" if option.separator else ""
    return None if all(fullmatch(pattern, item) for item in items) else f"takes {called}{separated}"


def _problem_of_time(value: str, option: ReportOption, *, now: datetime) -> str | None:
    moment = _moment(value, option)
    if moment is None:
        such = "a date such as 2026-11-01" if option.format == "date" else "a time such as 2026-11-01T00:00:00Z"
        return f"takes {such}"
    if moment > now:
        return f"takes no time in the future, and it is {now:%Y-%m-%dT%H:%M}Z"
    if option.max_lookback_days:
        earliest = now - timedelta(days=option.max_lookback_days)
        if moment.date() < earliest.date():
            return f"reaches back {option.max_lookback_days} days, to {earliest:%Y-%m-%d}"
    return None


def _moment(value: str, option: ReportOption) -> datetime | None:
    """Return when that is, the beginning of a date; None if it is no time, or one without an offset."""
    try:
        if option.format == "date":
            return datetime.combine(date.fromisoformat(value), datetime.min.time(), UTC)
        moment = datetime.fromisoformat(value if "T" in value else "")
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _out_of_order(given: Mapping[str, str], known: Mapping[str, ReportOption]) -> Iterator[OptionProblem]:
    """Yield each span that ends before it begins: an option `…From` and its `…To`."""
    for first, option in known.items():
        last = f"{first.removesuffix('From')}To"
        if first.endswith("From") and first in given and last in given:
            start, end = _moment(given[first], option), _moment(given[last], option)
            if start and end and start > end:
                yield OptionProblem(first, f"is {given[first]}, which lies after {last} {given[last]}")
