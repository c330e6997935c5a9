"""The reports that a window has had: the current one and those before it, as its manifest names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table

from cli.manifests import manifest_at
from cli.terminal import console
from lambdas.request.window import days_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.ledger_query import LedgerRow
    from cli.stack import DeployedStack

NAMES = ("reportId", "key", "versionId", "bytes", "sha256", "rows")


def versions_of(deployed: DeployedStack, row: LedgerRow) -> list[dict[str, Any]]:
    """Return the reports of a window that has landed, the current one first."""
    landed: Any = row.entry.result
    manifest = manifest_at(deployed, landed["manifestKey"], of=landed["key"])
    current = {name: manifest["result"][name] for name in NAMES} | {"landedAt": manifest["landedAt"]}
    return [current, *manifest["earlier"]]


def print_versions(windows: Sequence[tuple[LedgerRow, list[dict[str, Any]]]]) -> None:
    """Print the reports of each window, the current one first."""
    for row, versions in windows:
        first, last = days_of(row.request)
        request = row.request
        table = Table(
            title=f"{request['sellingPartnerId']} {request['reportType']} {first}/{last}",
            title_justify="left",
            box=None,
            pad_edge=False,
            header_style="bold",
        )
        for heading in ("report", "landed", "rows", "bytes", ""):
            table.add_column(heading, justify="right" if heading in ("rows", "bytes") else "left")
        following: Any = None
        for each in versions:
            same = following and following["versionId"] == each["versionId"]
            note = "current" if following is None else "the same bytes" if same else ""
            rows = "" if each["rows"] is None else f"{each['rows']:,}"
            table.add_row(each["reportId"], each["landedAt"][:19], rows, f"{each['bytes']:,}", note)
            following = each
        console().print(table)
