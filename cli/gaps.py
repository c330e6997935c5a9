"""reportflow gaps: the windows that reports.toml makes one expect, against what the ledger knows of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.errors import Exit
from cli.gap_ranges import ranges
from cli.plan import CONFIG, ConfigOption, read_config
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json
from local.fast_clock import now

if TYPE_CHECKING:
    from rich.console import Console

# Of one range, where no backfill asks for its windows and each has a command of its own.
MOST_COMMANDS = 3


def gaps(
    *,
    config: ConfigOption = CONFIG,
    days: Annotated[int, typer.Option(metavar="N", min=1, max=400, help="How far back.")] = 30,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Show which scheduled windows have landed, had no data, failed, are under way, or are missing.

    Under the windows that failed or are missing stands the command that asks for them.

    Exit code 1 if a window failed or is missing.
    """
    # The functions' own; the other commands do not need their libraries.
    from lambdas.gaps import find_gaps
    from lambdas.ledger.table import Ledger

    report_config = read_config(config)
    deployed = find(connection)
    ledger = Ledger(dynamodb=deployed.dynamodb, table=deployed.ledger, retention=timedelta())
    found = find_gaps(report_config, ledger=ledger, now=now(), days=days).found
    print_json(found) if as_json else show(found)
    if found["gaps"]:
        raise typer.Exit(Exit.FAILED)


def show(found: dict[str, Any], *, screen: Console | None = None) -> None:
    """Print how many windows there are of each kind, and under it the gaps; on standard output, or on `screen`."""
    from lambdas.gaps import KINDS

    table = Table(box=None, pad_edge=False)
    table.add_column("selling partner", overflow="fold")
    table.add_column("report", overflow="fold")
    for kind in KINDS:
        table.add_column(kind, justify="right")
    for row in found["reports"]:
        partner = f"{row['sellingPartner']} {row['sellingPartnerId']}"
        table.add_row(partner, row["reportType"], *(str(row[kind] or "") for kind in KINDS))
    screen = screen or console()
    screen.print(table if found["reports"] else "Nothing was due.")
    for each in ranges(found["gaps"]):
        screen.print(str(each), soft_wrap=True)
        commands = list(each.commands(now=datetime.fromisoformat(found["until"])))
        for command in commands[:MOST_COMMANDS]:
            screen.print(f"  {command}", soft_wrap=True)
        if len(commands) > MOST_COMMANDS:
            screen.print(f"  … and {len(commands) - MOST_COMMANDS:,} more like it", soft_wrap=True)
    if found["moreGaps"]:
        screen.print(f"… and {found['moreGaps']:,} more")
