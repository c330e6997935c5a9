"""reportflow fetch: landed reports come to this machine, whole, and as UTF-8 if asked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.download import download
from cli.errors import refused, unreachable
from cli.file_names import bounded
from cli.ledger_query import FromOption, SellerOption, ToOption, TypeOption, rows
from cli.manifests import manifest_at, manifest_of
from cli.stack import STACK, JsonOption, ProfileOption, RegionOption, StackOption, find
from cli.terminal import console, print_json

if TYPE_CHECKING:
    from cli.stack import DeployedStack


def fetch(
    report: Annotated[
        str | None, typer.Argument(metavar="REPORT", help="Its key, its reportId, or the execution that landed it.")
    ] = None,
    seller: SellerOption = None,
    report_type: TypeOption = None,
    since: FromOption = None,
    until: ToOption = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="PATH", help="A folder or, for one report, a file.")
    ] = Path(),
    utf8: Annotated[
        bool, typer.Option("--utf-8", help="Decompressed, and decoded from the charset that its manifest names.")
    ] = False,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    region: RegionOption = None,
    stack: StackOption = STACK,
) -> None:
    """Download a report that has landed, or all that have of a seller, a type and some days.

    Each is compared with the sha256 of its manifest. A reportId is found faster with --seller beside it.

    Exit code: 0 they are there, 1 one is not what its manifest says, 3 there is no such report.
    """
    if not (report or seller):
        raise refused("nothing says which report: give its key, reportId or execution, or --seller, --type and --from")
    deployed = find(profile=profile, region=region, stack=stack)
    if report:
        manifests = [manifest_of(deployed, report, seller=seller)]
    else:
        found = rows(deployed, seller=seller, report_type=report_type, since=since, until=until)
        landed: list[Any] = [row.entry.result for row in found if row.entry.status == "LANDED"]
        manifests = [manifest_at(deployed, result["manifestKey"], of=result["key"]) for result in landed]
    if not manifests:
        raise unreachable("nothing like that has landed: `reportflow list` shows what was asked for")
    if len(manifests) > 1 and not output.is_dir():
        raise refused(f"--output is {output}, and {len(manifests)} reports are to be fetched; allowed is a folder")
    paths = [_one(deployed, manifest, output, utf8=utf8) for manifest in manifests]
    if as_json:
        print_json([{"path": str(path), "manifest": one} for path, one in zip(paths, manifests, strict=True)])
        return
    for path in paths:
        console().print(str(path), soft_wrap=True)


def _one(deployed: DeployedStack, manifest: dict[str, Any], output: Path, *, utf8: bool) -> Path:
    key, charset = manifest["result"]["key"], manifest["result"]["charset"]
    if utf8 and not charset:
        raise refused(f"{key} is no text, or its charset is not certain: fetch it without --utf-8")
    name = bounded(key.rsplit("/", 1)[1])
    path = output / (name.removesuffix(".gz") if utf8 else name) if output.is_dir() else output
    if not path.parent.is_dir():
        raise refused(f"--output: there is no folder {path.parent}")
    download(deployed, manifest, path, utf8=utf8)
    return path
