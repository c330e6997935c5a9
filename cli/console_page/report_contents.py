"""A landed report for the page: the tables that its rows are in, as Glue knows them, and how the document begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

from botocore.exceptions import BotoCoreError, ClientError

from cli.console_page.preview import is_restricted, preview
from cli.ledger_query import row_of_report
from cli.table_views import catalogued
from lambdas.tables.names import table_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cli.console_page.commands import Where
    from cli.console_page.preview import Preview
    from cli.stack import DeployedStack

NEEDED = {"reportType", "bucket", "key", "bytes", "charset"}


class ReportTable(TypedDict):
    """One table: `database.table`, its columns of Amazon's, and a command that reads it."""

    name: str
    columns: list[str]
    query: str


class ReportContents(TypedDict):
    """What the page shows of a landed report besides what its execution says."""

    tables: list[ReportTable]
    note: str
    """Why there are no tables, or why it is not known; "" if there are some."""
    preview: Preview


def contents_in_ledger(deployed: DeployedStack, partner: str, report_id: str, where: Where) -> ReportContents:
    """Return a report that the ledger knows."""
    row = row_of_report(deployed, report_id, seller=partner)
    return contents_of(deployed, row and row.entry.result, where)


def contents_of(deployed: DeployedStack, landed: Any, where: Where) -> ReportContents:
    """Return a report by what its execution has ended with, which may be anything.

    Reading it asks S3 for the document's beginning, and Glue for the type's tables. Athena is not asked.
    """
    if not isinstance(landed, dict) or not landed.keys() >= NEEDED:
        return {"tables": [], "note": "", "preview": {"withheld": "Nothing has landed."}}
    try:
        tables, note = _tables(deployed, landed, where)
    except (ClientError, BotoCoreError) as error:
        tables, note = [], f"Its tables are not known: {error}"
    return {"tables": tables, "note": note, "preview": preview(deployed.s3, landed)}


def _tables(deployed: DeployedStack, landed: Mapping[str, Any], where: Where) -> tuple[list[ReportTable], str]:
    report_type = landed["reportType"]
    if is_restricted(landed):
        return [], "This report is in none of the tables that are shown here: it holds personal data."
    if deployed.tables_if_any is None:
        return [], f"This stack has no tables: with -c tables=true this would be rows of {table_of(report_type)}."
    database = deployed.tables_if_any.database
    tables: list[ReportTable] = [
        {
            "name": f"{database}.{table.name}",
            "columns": table.amazon_columns,
            "query": where.command("query", f'SELECT * FROM "{table.name}" LIMIT 10'),  # noqa: S608 - a table's name
        }
        for table in catalogued(deployed, report_type)
    ]
    missing = f"There is no table {database}.{table_of(report_type)}: rows are there a minute or two after they land."
    return tables, "" if tables else missing
