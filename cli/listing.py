"""reportflow list: what was asked for, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer
from rich.table import Table
from rich.text import Text

from cli.errors import refused
from cli.ledger_query import LedgerFilter, rows
from cli.outcome_view import BAD, GOING, GOOD
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json
from cli.versions import print_versions, versions_of
from lambdas.ledger.item import Status
from lambdas.request.window import days_of
from lambdas.spapi.regions import country_of

if TYPE_CHECKING:
    from cli.ledger_query import LedgerRow

STATUSES = [status for part in get_args(Status) for status in (get_args(part) or [part])]
HEADINGS = ("seller", "type", "in", "window", "status", "report", "changed")
STACKED_HEADINGS = ("type", "window", "status")
WIDE = 130
WELL = ("LANDED", "NO_DATA", "CANCELLED_ELSEWHERE")


def list_(
    *,
    only: LedgerFilter,
    status: Annotated[list[str] | None, typer.Option(metavar="STATUS", help=f"{', '.join(STATUSES)}. Repeat.")] = None,
    last: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Only the N that changed last (default: all).")
    ] = None,
    versions: Annotated[
        bool, typer.Option("--versions", help="Every report of each window that has landed, the current one first.")
    ] = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """List what was asked for, as the ledger has it, the newest change last.

    Without --seller the whole ledger is read, which costs a read unit per 8 kB.
    """
    wanted = [name.upper() for name in status or ()]
    if unknown := set(wanted) - set(STATUSES):
        raise refused(f"--status is {min(unknown)}; allowed are {', '.join(STATUSES)}")
    deployed = find(connection)
    with console(stderr=True).status("Reading the ledger …"):
        found = rows(deployed, only)
    found = [row for row in found if not wanted or row.entry.status in wanted][-(last or 0) :]
    if versions:
        each = [(row, versions_of(deployed, row)) for row in found if row.entry.status == "LANDED"]
        print_json([{**_plain(row), "versions": those} for row, those in each]) if as_json else print_versions(each)
        return
    print_json([_plain(row) for row in found]) if as_json else _print(found)


def _plain(row: LedgerRow) -> dict[str, Any]:
    entry = row.entry
    return {
        "request": row.request,
        "status": entry.status,
        "reportId": entry.report_id,
        "execution": entry.execution,
        "attempts": entry.attempts,
        "updatedAt": entry.updated_at,
        "notBefore": entry.not_before,
        "result": entry.result,
    }


def _print(found: list[LedgerRow]) -> None:
    if not found:
        console(stderr=True).print("The ledger has nothing like that.")
        return
    screen = console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    headings, cells = (HEADINGS, _cells) if screen.width >= WIDE else (STACKED_HEADINGS, _stacked)
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading != "type")
    for row in found:
        table.add_row(*cells(row))
    screen.print(table)


def _cells(row: LedgerRow) -> tuple[Text | str, ...]:
    request, entry = row.request, row.entry
    countries = {country_of(key) for key in request["marketplaceIds"]}
    return (
        request["sellingPartnerId"],
        request["reportType"],
        ",".join(sorted(countries)),
        _window(row),
        Text.assemble((entry.status, _colour(row)), (_odd(row), GOING)),
        entry.report_id or "",
        f"{entry.updated_at.astimezone():%Y-%m-%d %H:%M}",
    )


def _stacked(row: LedgerRow) -> tuple[Text, ...]:
    """Return the cells in two lines each, for a terminal of the usual 80 columns."""
    seller, report_type, countries, window, status, report, changed = _cells(row)
    pairs = ((report_type, f"{seller} {countries}"), (window, report), (status, changed))
    return tuple(Text.assemble(above, "\n", (str(below), "dim")) for above, below in pairs)


def _window(row: LedgerRow) -> str:
    _, end = days_of(row.request)
    return row.day if end in ("", row.day) else f"{row.day}/{end if end[:5] != row.day[:5] else end[5:]}"


def _odd(row: LedgerRow) -> str:
    """Return the codes of what is odd about a landed document."""
    result: Any = row.entry.result or {}
    codes = {finding["code"]: None for finding in result.get("findings", []) if finding["severity"] != "info"}
    return f" {','.join(codes)}" if codes else ""


def _colour(row: LedgerRow) -> str:
    if row.entry.status in WELL:
        return GOOD
    return BAD if row.entry.ended else GOING
