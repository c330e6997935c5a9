"""The tables and views in Glue's catalogue, and the statements that make the views what they are to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cli.athena import execute
from lambdas.tables.names import OWN, PARTITION_KEYS, table_of
from lambdas.tables.views import UNCAST, views_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cli.stack import DeployedStack


@dataclass(frozen=True)
class CataloguedTable:
    """A table, and what its views are."""

    name: str
    columns: list[str]
    views: Mapping[str, str]
    """Their queries by their names."""
    stale: list[str]
    """Views that are not there, or that lack a column."""

    @property
    def amazon_columns(self) -> list[str]:
        """The columns of Amazon's."""
        return [name for name in self.columns if name not in OWN]

    def statement(self, view: str) -> str:
        """Return what makes a view, in Athena and in DuckDB."""
        return f'CREATE OR REPLACE VIEW "{view}" AS {self.views[view]}'


def catalogued(deployed: DeployedStack, report_type: str | None = None) -> list[CataloguedTable]:
    """Return the stack's tables by their names, all of them or a report type's."""
    of_type = table_of(report_type) if report_type else None
    narrowed: Any = {"Expression": f"{of_type}*"} if of_type else {}
    pages = deployed.glue.get_paginator("get_tables").paginate(DatabaseName=deployed.tables.database, **narrowed)
    found = [table for page in pages for table in page["TableList"]]
    columns = {
        table["Name"]: [column["Name"] for column in table.get("StorageDescriptor", {}).get("Columns", [])]
        for table in found
    }
    views = {table["Name"] for table in found if table.get("TableType") == "VIRTUAL_VIEW"}
    return [
        _table(name, columns, views)
        for name in sorted(columns.keys() - views)
        if of_type in (None, name.partition("__")[0])
    ]


def make_views(deployed: DeployedStack, found: Iterable[CataloguedTable]) -> Iterator[str]:
    """Make views where they are missing or lack a column; yield the name of each that is made."""
    for table in found:
        for view in table.stale:
            execute(deployed, table.statement(view))
            yield view


def _table(name: str, columns: Mapping[str, list[str]], there: set[str]) -> CataloguedTable:
    views = views_of(name, columns[name], source=f'"{name}"')
    wanted = [*columns[name], *PARTITION_KEYS, UNCAST]
    stale = [view for view in views if view not in there or columns[view] != wanted]
    return CataloguedTable(name, columns[name], views, stale)
