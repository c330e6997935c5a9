"""reportflow fetch: landed reports come to this machine, whole, and as UTF-8 if asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.download import download
from cli.errors import refused, unreachable
from cli.fetched_files import FLAT, check_layout, is_folder, others_of_window, path_within
from cli.fetched_tables import fetch_tables
from cli.ledger_query import LedgerFilter, rows
from cli.manifests import manifest_at, manifest_of
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cli.stack import DeployedStack


def fetch(
    *,
    report: Annotated[
        str | None, typer.Argument(metavar="REPORT", help="Its key, its reportId, or the execution that landed it.")
    ] = None,
    only: LedgerFilter,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="PATH", help="A folder, made if it ends in a slash; or one report's file."
        ),
    ] = ".",
    layout: Annotated[
        str,
        typer.Option(
            metavar="LAYOUT", help="In the folder: flat, key (as in the bucket), or such as {seller}/{type}/{day}."
        ),
    ] = FLAT,
    utf8: Annotated[
        bool, typer.Option("--utf-8", help="Decompressed, and decoded from the charset that its manifest names.")
    ] = False,
    tables: Annotated[
        bool, typer.Option("--tables", help="The tables' Parquet files instead, in folders that engines know.")
    ] = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Download a report that has landed, or the current ones of a seller, a type and some days.

    Each is compared with the sha256 of its manifest. A reportId is found faster with --seller beside it; that of an
    earlier report of its window brings the earlier version. What is there of the same window is replaced, and the
    command says so; what is there already is not fetched again.

    With --tables the files of whole months come, in the folders <table>/rf_seller=…/rf_month=…, which DuckDB, pandas,
    polars and Spark read without AWS.

    Exit code: 0 they are there, 1 one is not what its manifest says, 3 there is no such report.
    """
    if tables:
        if report or utf8 or layout != FLAT:
            raise refused("REPORT, --utf-8 or --layout is given with --tables, whose files and folders are as they are")
        deployed = find(connection)
        _print(fetch_tables(deployed, only, Path(output)), as_json=as_json)
        return
    if not (report or only.seller):
        raise refused("nothing says which report: give its key, reportId or execution, or --seller, --type and --from")
    check_layout(layout)
    deployed = find(connection)
    if report:
        manifests = [manifest_of(deployed, report, seller=only.seller)]
    else:
        found = rows(deployed, only)
        landed: list[Any] = [row.entry.result for row in found if row.entry.status == "LANDED"]
        # Two reports may have the same document: it is one file.
        places = {result["manifestKey"]: result["key"] for result in landed}
        manifests = [manifest_at(deployed, manifest_key, of=key) for manifest_key, key in places.items()]
    if not manifests:
        raise unreachable("nothing like that has landed: `reportflow list` shows what was asked for")
    paths = _paths(manifests, output, layout=layout, utf8=utf8)
    fetched = [
        {"path": str(path), "file": _one(deployed, manifest, path, utf8=utf8), "manifest": manifest}
        for path, manifest in zip(paths, manifests, strict=True)
    ]
    _print(fetched, as_json=as_json)


def _print(fetched: Sequence[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(fetched)
        return
    for each in fetched:
        console().print(each["path"], soft_wrap=True)


def _paths(manifests: list[dict[str, Any]], output: str, *, layout: str, utf8: bool) -> list[Path]:
    """Return where each is to lie. Raises CommandFailed where two would be the same file, or one is no text."""
    for manifest in manifests:
        if utf8 and not manifest["result"]["charset"]:
            key = manifest["result"]["key"]
            raise refused(f"{key} is no text, or its charset is not certain: fetch it without --utf-8")
    if not is_folder(output, reports=len(manifests), layout=layout):
        return [Path(output)]
    paths = [path_within(Path(output), manifest, layout=layout, utf8=utf8) for manifest in manifests]
    twice = next((path for path in paths if paths.count(path) > 1), None)
    if twice:
        raise refused(f"two reports would be {twice}: with --layout key each has a path of its own")
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    return paths


def _one(deployed: DeployedStack, manifest: dict[str, Any], path: Path, *, utf8: bool) -> str:
    """Bring a report, and return whether its file is new, replaced or unchanged."""
    change = download(deployed, manifest, path, utf8=utf8)
    if change == "replaced":
        console(stderr=True).print(f"{path} has been replaced: what was there is another version.", soft_wrap=True)
    for other in others_of_window(path, manifest):
        other.unlink()
        console(stderr=True).print(f"{other} has been removed: it was the same window's report.", soft_wrap=True)
    return change
