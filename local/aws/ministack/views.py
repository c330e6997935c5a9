"""Views of Athena's, which ministack 1.5.33 says to have made and forgets: kept in Glue, and read as their SQL."""

# ruff: noqa: SLF001 - ministack's are private, and the version is pinned

from __future__ import annotations

import base64
import json
import re
from typing import Any

from ministack.services import athena, glue  # type: ignore[import-untyped] # ministack has no types

CREATE_VIEW = re.compile(
    r'\s*CREATE\s+(?:OR\s+REPLACE\s+)?VIEW\s+(?:"(\w+)"\.)?"(\w+)"\s+AS\s+(.*)', re.DOTALL | re.IGNORECASE
)
# What Athena writes before and after the text of a view in Glue.
BEFORE, AFTER = "/* Presto View: ", " */"
# A view may read another one.
DEEPEST = 5


def keep_views() -> None:
    """Let CREATE VIEW make one, and queries read it."""
    run, rewrite = athena._run_duckdb, athena._rewrite_data_paths

    async def run_or_create(query: str, database: str | None, *rest: Any) -> Any:
        created = CREATE_VIEW.fullmatch(query)
        if not created:
            return await run(query, database, *rest)
        where, name, sql = created.groups()
        # Refused, as Athena does, if it cannot be read.
        answer = await run(f"SELECT * FROM ({sql}) LIMIT 0", where or database, *rest)  # noqa: S608 - the user's own
        glue._tables[f"{where or database}/{name}"] = _view(name, where or database, sql, answer)
        return {"columns": [], "rows": []}

    async def with_views(query: str, database: str | None, *rest: Any) -> Any:
        for _ in range(DEEPEST):
            edits = [edit for ref in athena._table_references(query) if (edit := _edit(ref, database))]
            for start, end, text in sorted(set(edits), reverse=True):
                query = query[:start] + text + query[end:]
            if not edits:
                break
        return await rewrite(query, database, *rest)

    athena._run_duckdb, athena._rewrite_data_paths = run_or_create, with_views


def _view(name: str, database: str | None, sql: str, answer: Any) -> dict[str, Any]:
    text = base64.b64encode(json.dumps({"originalSql": sql}).encode()).decode()
    return {
        "Name": name,
        "DatabaseName": database,
        "TableType": "VIRTUAL_VIEW",
        "VersionId": "0",
        "Parameters": {"presto_view": "true"},
        "StorageDescriptor": {
            "Columns": [
                {"Name": column, "Type": kind}
                for column, kind in zip(answer["columns"], answer["column_types"], strict=True)
            ]
        },
        "ViewOriginalText": f"{BEFORE}{text}{AFTER}",
    }


def _edit(ref: Any, database: str | None) -> tuple[int, int, str] | None:
    """Return where a view stands in a query, and its SQL in brackets; None of a table."""
    table = glue._tables.get(f"{ref.database or database or 'default'}/{ref.table}")
    if not table or table.get("TableType") != "VIRTUAL_VIEW":
        return None
    text = table["ViewOriginalText"].removeprefix(BEFORE).removesuffix(AFTER)
    sql = json.loads(base64.b64decode(text))["originalSql"]
    return ref.start, ref.end, f"({sql})" + ("" if ref.aliased else f' AS "{ref.table}"')
