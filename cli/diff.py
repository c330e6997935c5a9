"""reportflow diff: how Amazon has restated a window, in two of its reports."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from cli.download import CHUNK_BYTES, download
from cli.errors import refused, unreachable
from cli.ledger_query import SellerOption  # noqa: TC001 - typer reads it at run time
from cli.manifests import earlier_manifest, manifest_of
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json
from lambdas.landing.restatement import NotCompared, blocks_of_lines, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.stack import DeployedStack

DELIMITERS = {"text/tab-separated-values": "\t", "text/csv": ","}
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

    The order of the rows does not count. Rows with personal data are counted, and not shown.

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
        "changed": before["result"]["sha256"] != after["result"]["sha256"],
    }
    if not found["changed"] or before["mediaType"] not in DELIMITERS or after["mediaType"] not in DELIMITERS:
        return found
    with TemporaryDirectory() as folder:
        paths = Path(folder) / "before", Path(folder) / "after"
        for manifest, path in zip((before, after), paths, strict=True):
            download(deployed, manifest, path, utf8=manifest["result"]["charset"] is not None)
        try:
            difference = compare(*map(_pieces, paths), until=time.monotonic() + SECONDS)
        except NotCompared as error:
            raise refused(f"they cannot be compared: {error}") from None
        found |= {"new": len(difference.new), "gone": len(difference.gone), "same": difference.same}
        if after["result"]["key"].startswith("restricted/"):
            return {**found, "withheld": "The rows hold personal data, and are not shown."}
        delimiter = DELIMITERS[after["mediaType"]]
        found["header"] = _header(paths[1]).split(delimiter)
        for name, path, hashes in (("goneRows", paths[0], difference.gone), ("newRows", paths[1], difference.new)):
            found[name] = [line.split(delimiter) for line in _lines(path, hashes, count=rows)]
    return found


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            yield piece


def _header(path: Path) -> str:
    with path.open("rb") as file:
        return next((line for line in file if line.strip()), b"").decode("utf-8-sig", "replace").strip("\r\n")


def _lines(path: Path, hashes: list[int], *, count: int) -> list[str]:
    """Return the first lines that have these hashes, each as often as its hash is there."""
    wanted = Counter(hashes)
    found: list[str] = []
    for lines in blocks_of_lines(_pieces(path)):
        for line in lines:
            if len(found) == count:
                return found
            if wanted[hash(line)] > 0:
                wanted[hash(line)] -= 1
                found.append(line.decode("utf-8", "replace"))
    return found


def _print(found: dict[str, Any]) -> None:
    screen = console()
    for when in ("before", "after"):
        of = found[when]
        rows = "" if of["rows"] is None else f"{of['rows']:,} rows, "
        screen.print(Text(f"{when:<7}{of['reportId']}  {rows}{of['bytes']:,} bytes"))
    if not found["changed"]:
        screen.print("The bytes are the same.")
        return
    if "new" not in found:
        screen.print("The bytes differ. They are no flat files: rows are not compared.")
        return
    screen.print(f"{found['new']:,} rows are new, {found['gone']:,} are gone, {found['same']:,} are the same.")
    if "withheld" in found:
        screen.print(found["withheld"])
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("", *found["header"]):
        table.add_column(Text(heading), overflow="fold")
    for sign, style, name in (("-", "red", "goneRows"), ("+", "green", "newRows")):
        for cells in found[name]:
            table.add_row(*(Text(cell, style) for cell in (sign, *cells[: len(found["header"])])))
    screen.print(table)
