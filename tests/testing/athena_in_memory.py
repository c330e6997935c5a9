"""Athena in memory: statements are DuckDB's to execute, and answers come in pages, with the header of a SELECT."""

# ruff: noqa: N803 - the names of their parameters are AWS's

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
from botocore.exceptions import ClientError

# As DuckDB names them, and as Athena does.
TYPES = {"HUGEINT": "bigint", "BIGINT": "bigint", "INTEGER": "integer", "DOUBLE": "double", "BOOLEAN": "boolean"}
PAGE = 2
# Columns and rows.
Answered = tuple[list[dict[str, Any]], list[tuple[Any, ...]]]


class Athena:
    """Executes statements at once; `polls` is how often a query is said to be running."""

    def __init__(self) -> None:
        self.engine = duckdb.connect()
        self.polls = 0
        self.statements: list[dict[str, Any]] = []
        self.stopped: list[str] = []
        self._executions: dict[str, dict[str, Any]] = {}
        self._answers: dict[str, Answered] = {}

    def start_query_execution(self, **given: Any) -> dict[str, str]:
        sql = given["QueryString"]
        if not re.match(r"\s*(SELECT|WITH|CREATE|SHOW)\b", sql):
            error: Any = {"Error": {"Code": "InvalidRequestException", "Message": "line 1:1: mismatched\n  input 'X'"}}
            raise ClientError(error, "StartQueryExecution")
        self.statements.append(given)
        query_id = str(len(self.statements))
        status: dict[str, Any] = {"State": "SUCCEEDED"}
        is_select = sql.lstrip()[0] in "SW"
        try:
            self._answers[query_id] = self._selected(sql) if is_select else self._done(sql)
        except duckdb.Error as failed:
            status = {"State": "FAILED", "StateChangeReason": str(failed)}
        self._executions[query_id] = {
            "Status": status,
            "StatementType": "DML" if is_select else "DDL",
            "Statistics": {"DataScannedInBytes": 12_400_000, "TotalExecutionTimeInMillis": 1400},
        }
        return {"QueryExecutionId": query_id}

    def _selected(self, sql: str) -> Answered:
        found: Any = self.engine.sql(sql)
        named = zip(found.columns, map(_info, found.types), strict=True)
        return [{"Name": name, **info} for name, info in named], found.fetchall()

    def _done(self, sql: str) -> Answered:
        self.engine.execute(sql)
        return [], []

    def get_query_execution(self, *, QueryExecutionId: str) -> dict[str, Any]:
        execution = self._executions[QueryExecutionId]
        self.polls -= 1
        return {"QueryExecution": execution if self.polls < 0 else {**execution, "Status": {"State": "RUNNING"}}}

    def stop_query_execution(self, *, QueryExecutionId: str) -> None:
        self.stopped.append(QueryExecutionId)

    def get_paginator(self, name: str) -> "Athena":
        assert name == "get_query_results"
        return self

    def paginate(self, *, QueryExecutionId: str) -> Iterator[dict[str, Any]]:
        columns, rows = self._answers[QueryExecutionId]
        is_select = self._executions[QueryExecutionId]["StatementType"] == "DML"
        lines = [tuple(column["Name"] for column in columns)] * is_select + rows
        for at in range(0, max(len(lines), 1), PAGE):
            data = [{"Data": [_cell(value) for value in line]} for line in lines[at : at + PAGE]]
            yield {"ResultSet": {"Rows": data, "ResultSetMetadata": {"ColumnInfo": columns}}}


def _cell(value: Any) -> dict[str, str]:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value).lower() if isinstance(value, bool) else str(value)
    return {} if value is None else {"VarCharValue": text}


def _info(kind: Any) -> dict[str, Any]:
    decimal = re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", str(kind))
    if decimal:
        return {"Type": "decimal", "Precision": int(decimal[1]), "Scale": int(decimal[2])}
    return {"Type": TYPES.get(str(kind), "varchar" if str(kind) == "VARCHAR" else str(kind).lower())}
