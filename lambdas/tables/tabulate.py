"""A landed report becomes rows in tables: one file per table and window, committed by one conditional PutObject.

The same report again changes nothing, a newer one of the window replaces its rows, an older one that is delivered late
is Superseded. Glue knows the columns before their rows are there.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypedDict

from lambdas.request import report_types
from lambdas.tables import names, parquet_file
from lambdas.tables.documents import STRUCTURED, tables_of
from lambdas.tables.rows import NotTabular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lambdas.tables.catalog import Catalog
    from lambdas.tables.documents import Table
    from lambdas.tables.landed_report import LandedReport
    from lambdas.tables.table_files import TableFiles

# Raised when the same document would become other rows.
FORMAT = 1


class TabulatedTable(TypedDict):
    """What has become of a report in one table."""

    table: str
    rows: int
    columns: int
    shortRows: int
    """Rows with fewer cells than the header."""
    longRows: int
    changed: bool
    """Whether the table has other rows of the window than before."""
    columnsAdded: list[str]
    """Those that the table did not have."""


class Tabulator:
    """Puts landed reports into tables."""

    def __init__(self, *, files: TableFiles, catalog: Catalog, aliases: Mapping[str, str]) -> None:
        """Write through `files` and `catalog`; the user's `aliases` of headers win over the catalogue's."""
        self._files, self._catalog, self._aliases = files, catalog, aliases

    def tabulate(self, report: LandedReport) -> list[TabulatedTable]:
        """Put a report into its tables, and return what has become of it in each.

        Raises:
            NotTabular: the document has no rows.
            Superseded: a newer report of the window is there.
            CatalogContended, FileContended: others are in the way all the time.
        """
        aliases = {**report_types.get(report.report_type).table.aliases, **self._aliases}
        layout = _digest([FORMAT, aliases])
        tables = tables_of(report, lambda: self._files.read(report), aliases)
        try:
            with TemporaryDirectory() as directory:
                path = Path(directory, "rows.parquet")
                done = [self._put(table, report, path, layout=layout) for table in tables]
                self._empty_others(report, {one["table"] for one in done}, path, layout=layout)
        except UnicodeDecodeError as error:
            raise NotTabular(f"its charset is not {report.charset}: {error.reason}") from None
        return done

    def _put(self, table: Table, report: LandedReport, path: Path, *, layout: str) -> TabulatedTable:
        own, landed_at = report.own_columns(), _microseconds(report)
        rows = parquet_file.write(path, table.columns, table.rows, own=own, landed_at=landed_at)
        partition = (report.selling_partner_id, report.month)
        added = self._catalog.register(table.name, table.columns, partition=partition)
        return {
            "table": table.name,
            "rows": rows,
            "columns": len(table.columns),
            "shortRows": table.misfits.short,
            "longRows": table.misfits.long,
            "changed": self._files.put(path, table.name, report, layout=layout),
            "columnsAdded": added,
        }

    def _empty_others(self, report: LandedReport, done: set[str], path: Path, *, layout: str) -> None:
        """Take away the rows that the window had in tables that the newer document does not have."""
        if report_types.get(report.report_type).format not in STRUCTURED:
            return
        for table in self._catalog.tables_of(names.table_of(report.report_type)):
            if table not in done and self._files.exists(table, report):
                nothing: Iterator[Any] = iter(())
                own, landed_at = report.own_columns(), _microseconds(report)
                parquet_file.write(path, [], nothing, own=own, landed_at=landed_at)
                self._files.put(path, table, report, layout=layout)


def _microseconds(report: LandedReport) -> int:
    return round(report.landed_at.timestamp() * 1_000_000)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
