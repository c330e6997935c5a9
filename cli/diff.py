"""reportflow diff: how Amazon has restated a window, in two of its reports."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli.errors import unreachable
from cli.ledger_query import SellerOption  # noqa: TC001 - typer reads it at run time
from cli.manifests import earlier_manifest, manifest_of
from cli.report_text import ReportText
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json
from lambdas.landing.findings.history_findings import layout_change
from lambdas.landing.findings.restatement import NotCompared, compare, in_one_charset

if TYPE_CHECKING:
    from cli.stack import DeployedStack

# Longer than anybody waits.
SECONDS = 3600


def diff(
    *,
    report: Annotated[str, typer.Argument(metavar="REPORT", help="Its key, its reportId, or the execution.")],
    later: Annotated[
        str | None,
        typer.Argument(metavar="LATER", help="What it is compared with; else its window's report before it."),
    ] = None,
    seller: SellerOption = None,
    rows: Annotated[int, typer.Option(metavar="N", min=0, help="So many of the rows that differ are shown.")] = 10,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Show how two reports differ: their numbers of rows, and of flat files which rows are new and which are gone.

    The order of the rows, their ends of lines and their charset do not count. Rows with personal data are counted, and
    not shown.

    Exit code: 0 they are the same, 1 they differ, 3 there is no such report, or none before it.
    """
    deployed = find(connection)
    after = manifest_of(deployed, later or report, seller=seller)
    before = manifest_of(deployed, report, seller=seller) if later else _before(deployed, after, report)
    found = _difference(deployed, before, after, rows=rows)
    print_json(found) if as_json else _print(found)
    if found["changed"]:
        raise typer.Exit(1)


def _before(deployed: DeployedStack, after: dict[str, Any], report: str) -> dict[str, Any]:
    versions = [each["versionId"] for each in after["earlier"]]
    other = next((each for each in versions if each != after["result"]["versionId"]), versions[0] if versions else None)
    for each in after["earlier"]:
        if each["versionId"] == other and (manifest := earlier_manifest(deployed, after, each["reportId"])):
            return manifest
    raise unreachable(f"{report} is its window's only report: `reportflow start … --refresh` asks for another one")


def _difference(deployed: DeployedStack, before: dict[str, Any], after: dict[str, Any], *, rows: int) -> dict[str, Any]:
    names = ("reportId", "versionId", "rows", "bytes", "sha256")
    found: dict[str, Any] = {
        "before": {name: before["result"][name] for name in names},
        "after": {name: after["result"][name] for name in names},
    }
    with TemporaryDirectory() as folder:
        texts = [
            ReportText(deployed, each, Path(folder) / when) for each, when in ((before, "before"), (after, "after"))
        ]
        found["changed"] = texts[0].sha256 != texts[1].sha256
        if not found["changed"]:
            return found
        try:
            return found | _rows(*texts, rows=rows)
        except NotCompared as error:
            return {**found, "none": str(error)}


def _rows(before: ReportText, after: ReportText, *, rows: int) -> dict[str, Any]:
    """Return how their rows differ. Raises NotCompared."""
    if before.delimiter is None or before.delimiter != after.delimiter:
        raise NotCompared("they are not two flat files of a kind")
    in_one_charset(before.charset, after.charset)
    difference = compare(before.pieces(), after.pieces(), until=time.monotonic() + SECONDS)
    found: dict[str, Any] = {"new": len(difference.new), "gone": len(difference.gone), "same": difference.same}
    for layout in layout_change(after.header, before.header):
        found["layout"] = layout["sentence"]
    if after.manifest["result"]["key"].startswith("restricted/"):
        return {**found, "withheld": "The rows hold personal data, and are not shown."}
    return {
        **found,
        "header": after.header,
        "goneRows": before.rows(difference.gone, count=rows),
        "newRows": after.rows(difference.new, count=rows),
    }


def _print(found: dict[str, Any]) -> None:
    screen = console()
    for when in ("before", "after"):
        of = found[when]
        rows = "" if of["rows"] is None else f"{of['rows']:,} rows, "
        screen.print(Text(f"{when:<7}{of['reportId']}  {rows}{of['bytes']:,} bytes"))
    if not found["changed"]:
        screen.print("The bytes are the same.")
        return
    if "none" in found:
        screen.print(f"The bytes differ. Rows are not compared: {found['none']}.")
        return
    screen.print(f"{found['new']:,} rows are new, {found['gone']:,} are gone, {found['same']:,} are the same.")
    if "layout" in found:
        screen.print(found["layout"])
    elif not found["new"] and not found["gone"]:
        screen.print("Their bytes differ in order, ends of lines, charset, quotation marks or compression.")
    if "withheld" in found:
        screen.print(found["withheld"])
    elif found["newRows"] or found["goneRows"]:
        _print_rows(found)


def _print_rows(found: dict[str, Any]) -> None:
    signed = [("-", "red", cells) for cells in found["goneRows"]]
    signed += [("+", "green", cells) for cells in found["newRows"]]
    longest = max(len(cells) for _, _, cells in signed)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", *found["header"], *[""] * (longest - len(found["header"]))):
        table.add_column(Text(heading), overflow="fold")
    for sign, style, cells in signed:
        table.add_row(*(Text(cell, style) for cell in (sign, *cells)))
    console().print(table)
