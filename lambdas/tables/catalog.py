"""The tables as Glue knows them: their columns, which are only ever appended, and their partitions.

A partition has columns of its own, and Athena reads no others from it. So whoever has written a partition looks at the
table once more, and writes again if it has grown: the last one leaves all columns in both.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from lambdas.tables.names import LANDED_AT, OWN, PARTITION_KEYS, ROW

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from types_boto3_glue import GlueClient

TYPES = {LANDED_AT: "timestamp", ROW: "bigint"}
HIVE = "org.apache.hadoop.hive.ql.io.parquet"
# As many functions write at once at most (infra/tabulation.py), each of which the others can be ahead of.
ATTEMPTS = 50


class CatalogContended(Exception):
    """Others change the table as often as it is tried to."""


class Catalog:
    """One database of Glue's, with its tables at `location`."""

    def __init__(self, *, glue: GlueClient, database: str, location: str) -> None:
        """Use `database`, which is there; `location` is s3://<bucket>/<prefix>."""
        self._glue, self._database, self._location = glue, database, location

    def tables_of(self, report_type_table: str) -> list[str]:
        """Return the tables of a report type: that of its name, and those of its parts."""
        pages = self._glue.get_paginator("get_tables").paginate(
            DatabaseName=self._database, Expression=f"{report_type_table}*"
        )
        tables = (table for page in pages for table in page["TableList"])
        found = (table["Name"] for table in tables if table.get("TableType") != "VIRTUAL_VIEW")
        return [name for name in found if name.partition("__")[0] == report_type_table]

    def columns(self, table: str) -> list[str] | None:
        """Return the columns of a table; None if there is no such table."""
        found = self._get(table)
        return _names(found) if found else None

    def register(self, table: str, columns: Sequence[str], *, partition: tuple[str, str]) -> list[str]:
        """Let the table and the partition have these columns; return those that are new to a table that was there.

        Raises:
            CatalogContended: others are in the way all the time.
        """
        known, appeared = self._append(table, columns)
        self._register_partition(table, known, partition)
        return appeared

    def _append(self, table: str, columns: Sequence[str]) -> tuple[list[str], list[str]]:
        for _ in range(ATTEMPTS):
            found = self._get(table)
            known = _names(found) if found else [*OWN]
            missing = [name for name in columns if name not in known]
            given = self._input(table, [*known, *missing])
            try:
                if not found:
                    self._glue.create_table(DatabaseName=self._database, TableInput=given)
                    return [*known, *missing], []
                if missing:
                    update = partial(self._glue.update_table, DatabaseName=self._database, TableInput=given)
                    update(VersionId=found["VersionId"], SkipArchive=True)
            except (
                self._glue.exceptions.AlreadyExistsException,
                self._glue.exceptions.ConcurrentModificationException,
            ):
                continue
            return [*known, *missing], missing
        raise CatalogContended(f"{table} has changed under each of {ATTEMPTS} attempts to give it columns")

    def _register_partition(self, table: str, known: list[str], partition: tuple[str, str]) -> None:
        for _ in range(ATTEMPTS):
            written = self._write_partition(table, known, partition)
            if written == "THERE":
                return
            now = self.columns(table) or known
            if now == known and written == "WRITTEN":
                return
            known = now
        raise CatalogContended(
            f"others were in the way of each of {ATTEMPTS} attempts to register {partition} of {table}"
        )

    def _write_partition(
        self, table: str, known: list[str], partition: tuple[str, str]
    ) -> Literal["THERE", "WRITTEN", "REFUSED"]:
        """Make the partition, or give it these columns; REFUSED: somebody else has just made it."""
        seller, month = partition
        where = f"{self._location}/{table}/rf_seller={seller}/rf_month={month}/"
        given: Any = {"Values": [*partition], "StorageDescriptor": _storage(known, where)}
        of: Any = {"DatabaseName": self._database, "TableName": table}
        try:
            found = self._glue.get_partition(**of, PartitionValues=[*partition])["Partition"]
        except self._glue.exceptions.EntityNotFoundException:
            answer: Any = self._glue.batch_create_partition(**of, PartitionInputList=[given])
        else:
            if {*known} <= {*_names(found)}:
                return "THERE"
            entry: Any = {"PartitionValueList": [*partition], "PartitionInput": given}
            answer = self._glue.batch_update_partition(**of, Entries=[entry])
        return "REFUSED" if answer.get("Errors") else "WRITTEN"

    def _get(self, table: str) -> Any:
        try:
            return self._glue.get_table(DatabaseName=self._database, Name=table)["Table"]
        except self._glue.exceptions.EntityNotFoundException:
            return None

    def _input(self, table: str, columns: Iterable[str]) -> Any:
        return {
            "Name": table,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"classification": "parquet", "EXTERNAL": "TRUE"},
            "PartitionKeys": [{"Name": name, "Type": "string"} for name in PARTITION_KEYS],
            "StorageDescriptor": _storage(columns, f"{self._location}/{table}/"),
        }


def _storage(columns: Iterable[str], location: str) -> Any:
    return {
        "Columns": [{"Name": name, "Type": TYPES.get(name, "string")} for name in columns],
        "Location": location,
        "InputFormat": f"{HIVE}.MapredParquetInputFormat",
        "OutputFormat": f"{HIVE}.MapredParquetOutputFormat",
        "SerdeInfo": {"SerializationLibrary": f"{HIVE}.serde.ParquetHiveSerDe"},
    }


def _names(found: Any) -> list[str]:
    return [column["Name"] for column in found["StorageDescriptor"]["Columns"]]
