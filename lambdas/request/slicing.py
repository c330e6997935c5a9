"""A span of days, sliced into the windows that it is asked for in.

Slices are calendar periods, cut at both ends of the span where their type allows that: so a span that begins elsewhere
is asked for in the same windows, and days are those of a daily schedule. Of a type that spans less than a month, they
are as many days as it spans, counted from the first day of the span.
"""

from collections.abc import Iterator
from datetime import date

from lambdas.request.periods import DAY, LONGEST, first_day, next_first_day
from lambdas.request.report_types import ReportType


class SlicingRefused(ValueError):
    """The span cannot be had in windows of a type."""


def period_of(name: str, kind: ReportType, options: dict[str, str], wished: str | None) -> str | int:
    """Return the calendar period of one window: the one `wished` for, or else the type's own, or a month.

    It is a number of days where a month is longer than the type spans.

    Raises:
        SlicingRefused: one sentence that names the key, what was found and what is allowed.
    """
    if kind.window.reads == "snapshot":
        raise SlicingRefused(f"{name} is of the moment it is made: there are no windows to go back to")
    if wished and wished not in LONGEST:
        raise SlicingRefused(f"period is {wished[:60]!r}; allowed are {', '.join(LONGEST)}")
    own, option = kind.period_of(options), kind.window.period_option
    if own and own != "DAY":
        if wished and wished != own:
            mend = "leave period out" if option in options else f"give reportOptions.{option}"
            raise SlicingRefused(f"period is {wished}, and reportOptions.{option} is {own}: {mend}")
        return own
    most = kind.max_span_days or kind.max_span_periods.get("DAY" if own else "")
    fitting = [each for each in LONGEST if not most or LONGEST[each].days <= most]
    if wished and wished not in fitting:
        raise SlicingRefused(f"period is {wished}; {name} spans {most} days at most: {', '.join(fitting)}")
    return wished or own or (most if most and "MONTH" not in fitting else "MONTH")


def windows_between(first: date, last: date, period: str | int, *, whole: bool) -> Iterator[tuple[date, date]]:
    """Yield the first and last day of each window from `first` to `last`; `whole` ones reach beyond them."""
    if isinstance(period, int):
        for number in range(0, (last - first).days + 1, period):
            begin = first + DAY * number
            yield begin, min(begin + DAY * (period - 1), last)
        return
    begin = first_day(period, first)
    while begin <= last:
        after = next_first_day(period, begin)
        yield (begin, after - DAY) if whole else (max(begin, first), min(after - DAY, last))
        begin = after
