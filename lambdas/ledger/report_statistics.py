"""How long earlier reports of a type took, in seconds, and how many rows they had.

One item per selling partner and report type, `statistics#<reportType>`, with the latest samples, and one for all of
them together under `*`. The last write wins: concurrent writers may lose a sample, which is acceptable.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from lambdas.dynamodb import from_item, to_item
from lambdas.payloads.findings import EarlierReports
from lambdas.request.identity import digest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import timedelta

    from types_boto3_dynamodb import DynamoDBClient

    from lambdas.payloads.request import Request

KEPT = 40
# Columns of so many kinds of reports: marketplaces, options.
KEPT_COLUMNS = 20
# Fewer say nothing about a type.
MIN_SAMPLES = 5
MIN_ROW_SAMPLES = 3
# A window may end a second before the next one begins.
CLOCK_CHANGE_HOURS = 1.01
MONTHS = range(28, 32)
# No selling partner's id: those have letters, digits, '.', '_' and '-'.
ALL_PARTNERS = "*"


class Sample(TypedDict):
    """One report: Amazon's seconds from its creation to its end, and its rows if they could be counted."""

    seconds: int
    rows: NotRequired[int]
    kind: NotRequired[str]
    """What reports it can be compared with."""
    weekday: NotRequired[int]
    """Of a window of one day, from Monday's 0 on."""
    noData: NotRequired[bool]
    """Whether Amazon had no data for it. That is not known to be the same as no rows."""


class ReportStatistics:
    """The samples in the ledger's table."""

    def __init__(self, *, dynamodb: DynamoDBClient, table: str, retention: timedelta) -> None:
        """Keep them in `table`, for `retention` after the last one."""
        self._dynamodb = dynamodb
        self._table = table
        self._retention = retention

    def add_sample(
        self,
        request: Request,
        *,
        seconds: int,
        rows: int | None,
        now: datetime,
        columns: Sequence[str] | None = None,
        no_data: bool = False,
    ) -> None:
        """Add a report that has ended.

        Args:
            request: what it was asked for with.
            seconds: Amazon's, from its creation to its end.
            rows: its records; None where they were not counted.
            now: when this is written.
            columns: the header of a flat file.
            no_data: whether Amazon cancelled it, having no data.
        """
        kind = _kind(request)
        sample: Sample = {"seconds": seconds}
        if rows is not None:
            sample = {"seconds": seconds, "rows": rows, "kind": kind}
            weekday = _weekday(request)
            if weekday is not None:
                sample["weekday"] = weekday
        elif no_data:
            sample = {"seconds": seconds, "noData": True, "kind": kind}
        expires = int((now + self._retention).timestamp())
        for partner in (request["sellingPartnerId"], ALL_PARTNERS):
            item = self._item(partner, request)
            values = {"samples": json.dumps([*_samples(item), sample][-KEPT:]), "expiresAt": expires}
            if partner != ALL_PARTNERS:
                known = {**_columns(item), kind: [*columns]} if columns else _columns(item)
                values["columns"] = json.dumps(dict([*known.items()][-KEPT_COLUMNS:]), ensure_ascii=False)
            self._dynamodb.put_item(TableName=self._table, Item=_key(partner, request) | to_item(values))

    def durations(self, request: Request) -> list[int]:
        """Return the seconds that reports of this type took, oldest first: this partner's, or all partners', or none.

        Of fewer than MIN_SAMPLES there are none.
        """
        for partner in (request["sellingPartnerId"], ALL_PARTNERS):
            samples = _samples(self._item(partner, request))
            if len(samples) >= MIN_SAMPLES:
                return [sample["seconds"] for sample in samples]
        return []

    def earlier(self, request: Request) -> EarlierReports:
        """Return what this partner's reports of this type were like."""
        item, kind = self._item(request["sellingPartnerId"], request), _kind(request)
        samples = _samples(item)
        counted = [sample["rows"] for sample in samples if "rows" in sample]
        alike = [sample for sample in samples if sample.get("kind") == kind]
        rows = [sample["rows"] for sample in alike if "rows" in sample]
        weekday = _weekday(request)
        same_day = [sample["rows"] for sample in alike if "rows" in sample and sample.get("weekday") == weekday]
        return EarlierReports(
            # Of three reports at least, more than two thirds had some.
            usually_has_rows=len(counted) >= MIN_ROW_SAMPLES and sum(map(bool, counted)) > len(counted) * 2 / 3,
            always_had_rows=len(rows) >= MIN_ROW_SAMPLES and len(rows) == len(alike) and all(rows),
            # Of a shop that rests on Sundays, a Sunday says nothing of a Monday.
            rows=same_day if weekday is not None and len(same_day) >= MIN_SAMPLES else rows,
            columns=_columns(item).get(kind),
        )

    def _item(self, partner: str, request: Request) -> Mapping[str, Any]:
        item = self._dynamodb.get_item(TableName=self._table, Key=_key(partner, request)).get("Item")
        return from_item(item) if item else {}


def _samples(item: Mapping[str, Any]) -> list[Sample]:
    samples: list[Sample] = json.loads(item.get("samples", "[]"))
    return samples


def _columns(item: Mapping[str, Any]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = json.loads(item.get("columns", "{}"))
    return columns


def _kind(request: Request) -> str:
    """Return what reports can be compared with one another: marketplaces and options as well, windows as long."""
    return digest(
        {"marketplaceIds": sorted(request["marketplaceIds"]), **request["reportOptions"], "length": _length(request)}
    )


def _length(request: Request) -> str:
    """Return how long the window is: days where it is made of them, which a change of clocks does not change."""
    start, end = request.get("dataStartTime"), request.get("dataEndTime")
    seconds = (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds() if start and end else 0
    hours = seconds / 3600
    days = round(hours / 24)
    if not days or abs(hours - days * 24) > CLOCK_CHANGE_HOURS:
        return f"{round(hours)} hours"
    return "a month" if days in MONTHS else f"{days} days"


def _weekday(request: Request) -> int | None:
    first, last = request.get("firstDay"), request.get("lastDay")
    return date.fromisoformat(first).weekday() if first and first == last else None


def _key(partner: str, request: Request) -> dict[str, Any]:
    return to_item({"sellingPartnerId": partner, "entry": f"statistics#{request['reportType']}"})
