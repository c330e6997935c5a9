"""The ledger's requests, read for a person: all of them, or those of a selling partner, a type, some days, a status."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import refused
from cli.terminal import console
from lambdas.ledger.item import Entry, decoded, request_key
from lambdas.request import report_types
from lambdas.request.window import days_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.stack import DeployedStack
    from lambdas.payloads.request import Request

REQUEST = "request#"


def types(beginning: str) -> list[str]:
    """Return the report types that begin so, for the shell's completion."""
    return [name for name in report_types.names() if name.startswith(beginning.upper())]


SellerOption = Annotated[str | None, typer.Option("--seller", metavar="ID", help="Of this sellingPartnerId.")]
TypeOption = Annotated[
    str | None, typer.Option("--type", metavar="TYPE", help="Of this reportType.", autocompletion=types)
]


@dataclass(frozen=True)
class LedgerFilter:
    """The options that say of which selling partner, type and days; None is all."""

    seller: SellerOption = None
    report_type: TypeOption = None
    since: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="Windows that begin on this day or later, by their own time zone."),
    ] = None
    until: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Windows that begin on this day or earlier, likewise.")
    ] = None

    def days(self) -> tuple[str | None, str | None]:
        """Return the days in ISO 8601. Raises CommandFailed where one is none."""
        return _day("--from", self.since), _day("--to", self.until)


@dataclass(frozen=True)
class LedgerRow:
    """A request, and what became of it."""

    request: Request
    entry: Entry

    @property
    def day(self) -> str:
        """The first day of its window, by the request's own calendar."""
        return days_of(self.request)[0]


def rows(deployed: DeployedStack, wanted: LedgerFilter) -> list[LedgerRow]:
    """Return the requests with windows that begin on these days, the one that changed last at the end.

    Without a selling partner the whole table is read.
    """
    first, last = wanted.days()
    found = [row for row in _read(deployed, wanted) if (first or "") <= row.day <= (last or "9")]
    return sorted(found, key=lambda row: row.entry.updated_at)


def _day(option: str, value: str | None) -> str | None:
    try:
        return value and date.fromisoformat(value).isoformat()
    except ValueError:
        raise refused(f"{option} is {value!r}; allowed is a day such as 2026-11-01") from None


def _read(deployed: DeployedStack, wanted: LedgerFilter) -> Iterator[LedgerRow]:
    beginning = f"{REQUEST}{wanted.report_type}#" if wanted.report_type else REQUEST
    if wanted.seller:
        pages: Any = deployed.dynamodb.get_paginator("query").paginate(
            TableName=deployed.ledger,
            KeyConditionExpression="sellingPartnerId = :seller AND begins_with(entry, :beginning)",
            ExpressionAttributeValues={":seller": {"S": wanted.seller}, ":beginning": {"S": beginning}},
        )
    else:
        pages = deployed.dynamodb.get_paginator("scan").paginate(
            TableName=deployed.ledger,
            FilterExpression="begins_with(entry, :beginning)",
            ExpressionAttributeValues={":beginning": {"S": beginning}},
        )
    for page in pages:
        for item in page["Items"]:
            try:
                yield _row(item)
            # One that nobody can read, of another version or of another hand, must not hide the others.
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                what = f"{item['sellingPartnerId'].get('S')} {item['entry'].get('S')}"
                console(stderr=True).print(f"The ledger's item {what} cannot be read ({error!r}).", soft_wrap=True)


def row_of_request(deployed: DeployedStack, request: Request) -> LedgerRow | None:
    """Return what the ledger knows of this request."""
    return _at(deployed, request_key(request))


def row_of_report(deployed: DeployedStack, report_id: str, *, seller: str | None) -> LedgerRow | None:
    """Return the request that a report was asked for by; without a selling partner the whole table is searched."""
    for item in _reports(deployed, report_id, seller):
        if row := _at(deployed, {"sellingPartnerId": item["sellingPartnerId"], "entry": item["request"]}):
            return row
    return None


def _reports(deployed: DeployedStack, report_id: str, seller: str | None) -> Iterator[dict[str, Any]]:
    key = {"S": f"report#{report_id}"}
    if seller:
        item = deployed.dynamodb.get_item(
            TableName=deployed.ledger, Key={"sellingPartnerId": {"S": seller}, "entry": key}
        ).get("Item")
        yield from [item] if item else []
        return
    pages = deployed.dynamodb.get_paginator("scan").paginate(
        TableName=deployed.ledger, FilterExpression="entry = :key", ExpressionAttributeValues={":key": key}
    )
    for page in pages:
        yield from page["Items"]


def _at(deployed: DeployedStack, key: Any) -> LedgerRow | None:
    item = deployed.dynamodb.get_item(TableName=deployed.ledger, Key=key).get("Item")
    return _row(item) if item else None


def _row(item: dict[str, Any]) -> LedgerRow:
    return LedgerRow(json.loads(item["request"]["S"]), decoded(item))
