"""Statements that Athena executes in the stack's workgroup: waited for, stopped by Ctrl-C, and read page by page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import ClientError

from cli.errors import CommandFailed, Exit, refused
from cli.formatting import seconds
from cli.terminal import console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.stack import DeployedStack, StackTables

# Shorter waits show no progress.
SILENT_SECONDS = 2.0
POLL_SECONDS = (0.1, 1.0)
# https://aws.amazon.com/athena/pricing: 5 dollars a TB in most regions, and of a query 10 MB at least; DDL is free.
DOLLARS_PER_BYTE = 5 / 10**12
LEAST_BYTES = 10 * 10**6


class Column(NamedTuple):
    """A column of an answer, and Athena's name of its type: `bigint`, `decimal(38, 9)`."""

    name: str
    type: str


@dataclass(frozen=True)
class Answer:
    """What a statement that has succeeded answers. Cells are Athena's text; None is NULL."""

    columns: list[Column]
    rows: Iterator[list[str | None]]
    """Fetched as they are read, once."""
    scanned_bytes: int
    dollars: float
    took_seconds: float


def execute(deployed: DeployedStack, sql: str) -> Answer:
    """Execute a statement, and return its answer.

    Raises:
        CommandFailed: Athena refuses it, or it fails, or its answer would lie outside of the zone of its rows.
        KeyboardInterrupt: it is stopped.
    """
    tables = deployed.tables
    _refuse_outside_of_zone(sql, tables)
    try:
        query_id = deployed.athena.start_query_execution(
            QueryString=sql, QueryExecutionContext={"Database": tables.database}, WorkGroup=tables.workgroup
        )["QueryExecutionId"]
    except ClientError as error:
        if error.response["Error"].get("Code") != "InvalidRequestException":
            raise
        raise refused(_sentence(error.response["Error"].get("Message", ""))) from None
    try:
        execution = _ended(deployed, query_id)
    except KeyboardInterrupt:
        deployed.athena.stop_query_execution(QueryExecutionId=query_id)
        console(stderr=True).print("The query is stopped.")
        raise
    status = execution["Status"]
    if status["State"] != "SUCCEEDED":
        said = _sentence(status.get("StateChangeReason") or f"the query is {status['State']}")
        raise CommandFailed(said, exit_code=Exit.FAILED)
    return _answer(deployed, query_id, execution)


def _refuse_outside_of_zone(sql: str, tables: StackTables) -> None:
    """Athena writes an answer where the workgroup says: of personal data that must be the restricted zone."""
    restricted = tables.restricted
    if restricted and tables.database != restricted and re.search(rf"\b{restricted}\b", sql, re.IGNORECASE):
        raise refused(
            f"the statement names {restricted}, and its answer would lie outside of the restricted zone; "
            "allowed is that with --restricted"
        )


def _ended(deployed: DeployedStack, query_id: str) -> Any:
    """Return a query's execution when it is over, with progress on standard error."""
    begun, (pause, longest) = monotonic(), POLL_SECONDS
    with console(stderr=True).status("") as status:
        status.stop()
        while True:
            execution: Any = deployed.athena.get_query_execution(QueryExecutionId=query_id)["QueryExecution"]
            if execution["Status"]["State"] not in ("QUEUED", "RUNNING"):
                return execution
            waited = monotonic() - begun
            if waited > SILENT_SECONDS:
                scanned = execution.get("Statistics", {}).get("DataScannedInBytes", 0)
                status.update(f"{execution['Status']['State'].lower()}, {seconds(waited)}, {size(scanned)} scanned …")
                status.start()
            sleep(pause)
            pause = min(2 * pause, longest)


def _answer(deployed: DeployedStack, query_id: str, execution: Any) -> Answer:
    # The first page says what the columns are, with no row or with many.
    pages = iter(deployed.athena.get_paginator("get_query_results").paginate(QueryExecutionId=query_id))
    first: Any = next(pages)
    columns = [Column(*_named(column)) for column in first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    is_select, statistics = execution.get("StatementType") == "DML", execution.get("Statistics", {})
    scanned = statistics.get("DataScannedInBytes", 0)

    def rows() -> Iterator[list[str | None]]:
        header: list[str | None] = [column.name for column in columns]
        found = _cells(first)
        if found and is_select and found[0] == header:
            found = found[1:]
        yield from found
        for page in pages:
            yield from _cells(page)

    return Answer(
        columns=columns,
        rows=rows(),
        scanned_bytes=scanned,
        dollars=max(scanned, LEAST_BYTES) * DOLLARS_PER_BYTE if is_select else 0,
        took_seconds=statistics.get("TotalExecutionTimeInMillis", 0) / 1000,
    )


def _named(column: Any) -> tuple[str, str]:
    kind = column["Type"]
    # A scale of 9 is Athena's own of the views' decimals.
    return column["Name"], f"decimal({column['Precision']}, {column['Scale']})" if kind == "decimal" else kind


def _cells(page: Any) -> list[list[str | None]]:
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in page["ResultSet"]["Rows"]]


def _sentence(said: str) -> str:
    """Return Athena's words as one sentence."""
    sentence = " ".join(said.split())
    if "TABLE_NOT_FOUND" in sentence or "does not exist" in sentence:
        sentence += " (`reportflow tables` lists the tables, and makes their views)"
    return sentence


def size(count: float) -> str:
    """Return a number of bytes in its largest unit: `12.4 MB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} bytes" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
