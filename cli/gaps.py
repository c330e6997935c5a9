"""reportflow gaps: the windows that reports.toml makes one expect, against what the ledger knows of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.errors import Exit
from cli.plan import CONFIG, ConfigOption, read_config
from cli.stack import STACK, JsonOption, ProfileOption, RegionOption, StackOption, find
from cli.terminal import console, print_json
from lambdas.spapi.regions import MARKETPLACES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console


def gaps(
    config: ConfigOption = CONFIG,
    days: Annotated[int, typer.Option(metavar="N", min=1, max=400, help="How far back.")] = 30,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    region: RegionOption = None,
    stack: StackOption = STACK,
) -> None:
    """Show which scheduled windows have landed, had no data, failed, are under way, or are missing.

    Exit code 1 if a window failed or is missing.
    """
    # The functions' own, whose libraries the other commands do not need.
    from lambdas.gaps import find_gaps
    from lambdas.ledger.table import Ledger

    now = datetime.now(UTC)
    report_config = read_config(config)
    deployed = find(profile=profile, region=region, stack=stack)
    ledger = Ledger(dynamodb=deployed.dynamodb, table=deployed.ledger, retention=timedelta())
    found = find_gaps(report_config, ledger=ledger, now=now, days=days).found
    print_json(found) if as_json else show(found)
    if found["gaps"]:
        raise typer.Exit(Exit.FAILED)


def show(found: dict[str, Any], *, screen: Console | None = None) -> None:
    """Print how many windows there are of each kind, and under it the gaps; on standard output, unless told."""
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
    for line in lines(found["gaps"]):
        screen.print(line, soft_wrap=True)
    if found["moreGaps"]:
        screen.print(f"… and {found['moreGaps']:,} more")


def lines(gaps: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each kind of gap, report, selling partner and marketplaces, with the days by their calendar."""
    alike: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for gap in gaps:
        given, kind = gap["input"], gap["kind"]
        where = ",".join(MARKETPLACES[key][0] if key in MARKETPLACES else key for key in given["marketplaceIds"])
        what = f"{given['reportType']} of {given['sellingPartnerId']} in {where}"
        alike.setdefault((kind, what, f": {gap['reason']}" if gap["reason"] else ""), []).append(_window(given))
    for (kind, what, why), windows in alike.items():
        first, last = min(first for first, _ in windows), max(last for _, last in windows)
        days = first if first == last else f"{first} to {last}"
        yield f"{kind}: {what}, {days}{f' ({len(windows)} windows)' if len(windows) > 1 else ''}{why}"


def _window(given: dict[str, Any]) -> tuple[str, str]:
    """Return the days that an input's dates are, as they are written; of less than a day, when it begins."""
    first, last = (given.get(key) or given["scheduledTime"] for key in ("dataStartTime", "dataEndTime"))
    if datetime.fromisoformat(last) - datetime.fromisoformat(first) < timedelta(hours=22):
        return first, first
    return first[:10], last[:10]
