"""reportflow tabulate: what has landed becomes rows of tables, where it is in none, or where it is to be made again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import refused
from cli.ledger_query import types
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json

if TYPE_CHECKING:
    from lambdas.tables.landed_report import LandedReport

NEVER = datetime(2000, 1, 1, tzinfo=UTC)


def tabulate(
    *,
    report_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Of this reportType.", autocompletion=types)
    ] = None,
    seller: Annotated[str | None, typer.Option(metavar="ID", help="Of this sellingPartnerId.")] = None,
    since: Annotated[str | None, typer.Option(metavar="DATE", help="Landed since this day, UTC.")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also what is in its tables: aliases of columns have changed.")
    ] = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Have rows made of what has landed and is in no table.

    The stack does so by itself, and looks once a day at the last three days: this is for what landed before that.
    Reports with personal data are left out: rows of them are made on the day of their landing only.
    """
    # The other commands do not need its libraries.
    from lambdas.tables.backlog import Backlog, send

    deployed = find(connection)
    queue_url = deployed.tables.queue_url

    def wanted(report: LandedReport) -> bool:
        return report_type in (None, report.report_type) and seller in (None, report.selling_partner_id)

    backlog = Backlog(s3=deployed.s3, bucket=deployed.bucket, since=_day(since))
    sent = send(backlog.untabulated(wanted=wanted, again=again), sqs=deployed.sqs, queue_url=queue_url)
    if as_json:
        print_json({"sent": sent})
    else:
        console().print(f"{sent} windows are sent to be tabulated; the log of Tabulate has a line for each.")


def _day(text: str | None) -> datetime:
    if text is None:
        return NEVER
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise refused(f"--since is {text!r}; allowed is a day such as 2026-11-01") from None
