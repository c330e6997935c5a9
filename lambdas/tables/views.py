"""Views of a table: its columns as what they mean, and of what was asked for more than once the newest.

The SQL is what Trino, Athena's engine, and DuckDB have in common, so that what tests execute is what is deployed.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from lambdas.request import report_types
from lambdas.tables import names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ColumnType = Literal["integer", "decimal", "date", "timestamp", "boolean"]
TYPED, LATEST = "typed", "latest"
# Where a value is not of its column's type, the view says so in this column, and the table has the text.
UNCAST = "rf_uncast"
# DuckDB rounds where Trino refuses. A view of Athena's can have no time zone, so an instant is one of UTC. Amazon
# writes them with a T or a blank, and with Z or an offset.
INSTANT = "replace(trim(concat(substr({0}, 1, 10), ' ', substr({0}, 12))), 'Z', '+00:00')"
CASTS: Mapping[ColumnType, str] = {
    "integer": "CASE WHEN strpos({0}, '.') = 0 THEN TRY_CAST({0} AS BIGINT) END",
    "decimal": "TRY_CAST({0} AS DECIMAL(38, 9))",
    "date": "TRY_CAST({0} AS DATE)",
    "timestamp": f"CAST(TRY_CAST({INSTANT} AS TIMESTAMP WITH TIME ZONE) AT TIME ZONE 'UTC' AS TIMESTAMP)",
    "boolean": "TRY_CAST({0} AS BOOLEAN)",
}


def views_of(table: str, columns: Sequence[str], *, source: str) -> dict[str, str]:
    """Return the queries of a table's views by their names; `source` is the table as SQL names it.

    There is no view of the newest where the catalogue does not say what a newer report replaces.
    """
    views = {f"{table}_{TYPED}": _typed(columns, source)}
    unit = unit_of(table)
    if unit is not None and {*unit} <= {*columns}:
        over = ", ".join(map(_quoted, ("rf_seller", *unit)))
        newest = ", ".join(f"{_quoted(name)} DESC" for name in ("rf_window_end", names.LANDED_AT, "rf_report_id"))
        # RANK, not ROW_NUMBER: a report's rows of one unit come together, and two that are equal are two.
        rank = f"rank() OVER (PARTITION BY {over} ORDER BY {newest}) AS rf_age"
        latest = f"(SELECT *, {rank} FROM {source}) AS ranked WHERE rf_age = 1"  # noqa: S608 - names of columns, quoted
        views[f"{table}_{LATEST}"] = _typed(columns, latest)
    return views


def unit_of(table: str) -> tuple[str, ...] | None:
    """Return the key columns: a newer report replaces all rows of a key. None where they are not known."""
    report_type, _, part = table.partition("__")
    layout = report_types.get(report_type.upper()).table
    if not part:
        return layout.unit
    return next((unit for name, unit in layout.unit_of_parts.items() if names.column(name) == part), None)


def _typed(columns: Sequence[str], source: str) -> str:
    kinds = {name: kind for name in columns if (kind := column_types().get(name))}
    values = {name: CASTS[kind].format(f"NULLIF({_quoted(name)}, '')") for name, kind in kinds.items()}
    selected = [f"{values.get(name, _quoted(name))} AS {_quoted(name)}" for name in (*columns, *names.PARTITION_KEYS)]
    odd = [f"CASE WHEN {_quoted(name)} <> '' AND {value} IS NULL THEN '{name}' END" for name, value in values.items()]
    uncast = f"concat_ws(',', {', '.join(odd)})" if odd else "''"
    return f"SELECT {', '.join(selected)}, {uncast} AS {UNCAST} FROM {source}"  # noqa: S608 - names of columns, quoted


@cache
def column_types() -> Mapping[str, ColumnType]:
    """Return the types of the columns that are not text, by their names."""
    types = json.loads(Path(__file__).with_name("column_types.json").read_text())
    return {name: kind for kind in CASTS for name in types[kind]}


def _quoted(name: str) -> str:
    # No name has a quotation mark in it (names.column).
    return f'"{name}"'
