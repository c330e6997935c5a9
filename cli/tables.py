"""reportflow tables: what there is to query, how new it is, and the views."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.athena import execute
from cli.ledger_query import LedgerFilter, rows
from cli.stack import Connection, JsonOption, RestrictedOption, find
from cli.table_views import catalogued, make_views
from cli.terminal import console, print_json
from lambdas.tables.names import table_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cli.stack import DeployedStack
    from cli.table_views import CataloguedTable

# A table's, in SQL that Trino and DuckDB have in common.
COUNTED = """SELECT '{0}' AS name, count(*) AS rows_in_all, count(DISTINCT rf_report_id) AS reports,
 max(NULLIF(rf_window_end, '')) AS newest_window, max(rf_landed_at) AS landed FROM "{0}\""""
WINDOWS = """SELECT DISTINCT '{0}' AS name, rf_seller, rf_marketplaces, rf_options, rf_window_start, rf_window_end,
 rf_report_id FROM "{0}" WHERE rf_window_start <> ''"""
OVERLAPPING = """WITH windows AS ({windows}) SELECT a.name, a.rf_seller, a.rf_marketplaces,
 a.rf_report_id AS report, a.rf_window_start AS first_start, a.rf_window_end AS first_end,
 b.rf_report_id AS other_report, b.rf_window_start AS other_start, b.rf_window_end AS other_end
 FROM windows a JOIN windows b ON a.name = b.name AND a.rf_seller = b.rf_seller
 AND a.rf_marketplaces = b.rf_marketplaces AND a.rf_report_id < b.rf_report_id
 AND a.rf_window_start < b.rf_window_end AND b.rf_window_start < a.rf_window_end ORDER BY 1, 2, 5, 8"""
KEYS = ("table", "columns", "rows", "reports", "newestWindow", "landedAt", "views")


def tables(
    *,
    overlaps: Annotated[
        bool, typer.Option("--overlaps", help="Instead: windows that overlap: their rows count twice.")
    ] = False,
    drift: Annotated[
        bool, typer.Option("--drift", help="Instead: reports with other columns than the report before.")
    ] = False,
    sql: Annotated[
        bool, typer.Option("--sql", help="Instead: print the statements that make the views, and make none.")
    ] = False,
    restricted: RestrictedOption = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """List the tables, and make their views where they are missing or lack a column.

    Rows, reports and windows are counted by a query, which costs what little it scans. Making views costs nothing.
    """
    deployed = find(connection)
    deployed = deployed.of_personal_data() if restricted else deployed
    found = catalogued(deployed)
    if sql:
        for table in found:
            sys.stdout.writelines(f"{table.statement(view)};\n" for view in table.views)
        return
    if not found:
        console(stderr=True).print("Nothing is in tables yet: what lands is there within a minute or two.")
        shown: list[dict[str, Any]] = []
    else:
        shown = list((_overlaps if overlaps else _drift if drift else _counted)(deployed, found))
    print_json(shown) if as_json else _print(shown)


def _counted(deployed: DeployedStack, found: list[CataloguedTable]) -> Iterable[dict[str, Any]]:
    for view in make_views(deployed, found):
        console(stderr=True).print(f"The view {view} is made.", soft_wrap=True)
    answer = execute(deployed, " UNION ALL ".join(COUNTED.format(table.name) for table in found))
    counts = {str(row[0]): row[1:] for row in answer.rows}
    for table in found:
        count, reports, window, landed = counts[table.name]
        # In UTC, to the second: engines differ in the digits that they give after it.
        at = landed and landed[:19]
        values = (table.name, table.amazon_columns, int(count or 0), int(reports or 0), window, at, [*table.views])
        yield dict(zip(KEYS, values, strict=True))


def _overlaps(deployed: DeployedStack, found: list[CataloguedTable]) -> Iterable[dict[str, Any]]:
    windows = " UNION ALL ".join(WINDOWS.format(table.name) for table in found)
    keys = ("table", "seller", "marketplaces", "report", "start", "end", "otherReport", "otherStart", "otherEnd")
    for row in execute(deployed, OVERLAPPING.format(windows=windows)).rows:
        yield dict(zip(keys, row, strict=True))


def _drift(deployed: DeployedStack, _: list[CataloguedTable]) -> Iterable[dict[str, Any]]:
    """Yield what landing has found, from the ledger."""
    for row in rows(deployed, LedgerFilter()):
        result: Any = row.entry.result or {}
        for finding in result.get("findings", []):
            if finding["code"] == "LAYOUT":
                yield {
                    "table": table_of(row.request["reportType"]),
                    "seller": row.request["sellingPartnerId"],
                    "day": row.day,
                    "report": row.entry.report_id,
                    "change": finding["sentence"],
                }


def _print(shown: list[dict[str, Any]]) -> None:
    if not shown:
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for key, value in shown[0].items():
        table.add_column(key, justify="right" if isinstance(value, int | list) else "left", overflow="fold")
    for row in shown:
        table.add_row(*(_cell(value) for value in row.values()))
    console().print(table)


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return f"{len(value)}"
    return f"{value:,}" if isinstance(value, int) else str(value or "")
