"""Gaps in ranges: adjacent windows of one report in one line, with the command that asks for them."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.request.backfill import parse_backfill
from lambdas.request.parsing import InvalidRequest
from lambdas.request.periods import DAY, LONGEST
from lambdas.request.window import days_of
from lambdas.spapi.regions import country_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WINDOW = ("dataStartTime", "dataEndTime", "scheduledTime", "refresh", "background")


@dataclass
class GapRange:
    """Gaps of one kind, report, selling partner and marketplaces with windows that meet or overlap."""

    kind: str
    reason: str | None
    inputs: list[dict[str, Any]] = field(default_factory=list)
    """Of the executions that would ask for each."""
    windows: list[tuple[str, str]] = field(default_factory=list)
    """The first and last day of each, or of less than a day, and of no window at all, the time twice."""

    @property
    def given(self) -> dict[str, Any]:
        """What is asked for in each of them."""
        return self.inputs[0]

    @property
    def first(self) -> str:
        """Where it begins."""
        return self.windows[0][0]

    @property
    def last(self) -> str:
        """Where it ends."""
        return max(last for _, last in self.windows)

    @property
    def by_days(self) -> bool:
        """Whether its windows are days, and not hours, or moments of a snapshot."""
        return "T" not in self.first

    def __str__(self) -> str:
        """Return the line that says so."""
        given, count = self.given, len(self.windows)
        days = self.first if self.first == self.last else f"{self.first} to {self.last}"
        windows = f" ({count} windows)" if count > 1 else ""
        why = f": {self.reason}" if self.reason else ""
        what = f"{given['reportType']} of {given['sellingPartnerId']} in {','.join(_countries(given))}"
        return f"{self.kind}: {what}, {days}{windows}{why}"

    def commands(self, *, now: datetime) -> Iterator[str]:
        """Yield what asks for just these windows: a backfill, where its windows would be these, or else starts."""
        given = self.given
        asked = [
            *("--seller", given["sellingPartnerId"], "--type", given["reportType"]),
            *(word for country in _countries(given) for word in ("--marketplace", country)),
            *(word for key, value in given.get("reportOptions", {}).items() for word in ("--option", f"{key}={value}")),
            *(["--unknown-options"] if given.get("unknownOptions") else []),
        ]
        zone = ["--time-zone", given["timeZone"]] if given.get("timeZone") else []
        if "dataStartTime" not in given:
            yield shlex.join(["reportflow", "start", *asked])
        elif self.by_days and (period := self._period(now=now)) is not None:
            span = ["--from", self.first, "--to", self.last, *(["--period", period] if period else [])]
            yield shlex.join(["reportflow", "backfill", *asked, *span, *zone])
        else:
            for each in self.inputs:
                ends = ["--start", each["dataStartTime"], "--end", each["dataEndTime"], *zone]
                yield shlex.join(["reportflow", "start", *asked, *ends])

    def _period(self, *, now: datetime) -> str | None:
        """Return the period with which a backfill has just these windows, "" for its own; None if there is none."""
        wanted = {key: value for key, value in self.given.items() if key not in WINDOW}
        for period in ("", *LONGEST):
            span = {"from": self.first, "to": self.last, **({"period": period} if period else {})}
            try:
                sliced = [days_of(each) for each in parse_backfill({**wanted, **span}, now=now)]
            except InvalidRequest:
                continue
            if sliced == self.windows:
                return period
        return None


def ranges(gaps: Sequence[dict[str, Any]]) -> Iterator[GapRange]:
    """Yield gaps in ranges, report by report."""
    alike: dict[str, list[dict[str, Any]]] = {}
    for gap in gaps:
        asked = {key: value for key, value in gap["input"].items() if key not in WINDOW}
        alike.setdefault(json.dumps([gap["kind"], gap["reason"], asked], sort_keys=True), []).append(gap)
    for same in alike.values():
        yield from _ranges(same)


def _ranges(gaps: list[dict[str, Any]]) -> Iterator[GapRange]:
    found: GapRange | None = None
    for window, gap in sorted(((_window(gap["input"]), gap) for gap in gaps), key=lambda each: each[0]):
        if found is None or not _meet(found.last, window[0]):
            if found:
                yield found
            found = GapRange(gap["kind"], gap["reason"])
        if window not in found.windows:
            found.windows.append(window)
            found.inputs.append(gap["input"])
    if found:
        yield found


def _meet(last: str, first: str) -> bool:
    """Say whether a window begins where another one ends, or before."""
    if "T" in first:
        return True
    return date.fromisoformat(first) <= date.fromisoformat(last) + DAY


def _window(given: dict[str, Any]) -> tuple[str, str]:
    """Return the days that an input's dates are, as they are written; of less than a day, when it begins."""
    first, last = (given.get(key) or given["scheduledTime"] for key in ("dataStartTime", "dataEndTime"))
    if datetime.fromisoformat(last) - datetime.fromisoformat(first) < timedelta(hours=22):
        return first, first
    return first[:10], last[:10]


def _countries(given: dict[str, Any]) -> list[str]:
    return [country_of(key) for key in given["marketplaceIds"]]
