"""S3 and Glue in memory, with what the tables depend on: conditional writes, versions, columns of partitions."""

# ruff: noqa: N803 - the names of their parameters are AWS's

import hashlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from lambdas.tables.catalog import Catalog
from lambdas.tables.landed_report import LandedReport
from lambdas.tables.table_files import TableFiles
from lambdas.tables.tabulate import TabulatedTable, Tabulator
from tests.testing.landed_samples import ORDERS, manifest, rows_in, zipped

ORDERS_TABLE = ORDERS.lower()


def refusal(status: int, operation: str) -> ClientError:
    response: Any = {"Error": {"Code": str(status)}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, operation)


class S3:
    """Objects by their keys, whatever the bucket."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.metadata: dict[str, Mapping[str, str]] = {}
        self.puts = 0

    def put_object(
        self, *, Key: str, Body: Any, Metadata: Mapping[str, str], IfMatch: str = "", IfNoneMatch: str = "", **_: Any
    ) -> None:
        body = Body if isinstance(Body, bytes) else Body.read()
        if (IfMatch and IfMatch != self._etag(Key)) or (IfNoneMatch and Key in self.bodies):
            raise refusal(412, "PutObject")
        self.bodies[Key], self.metadata[Key] = body, Metadata
        self.puts += 1

    def head_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        if Key not in self.bodies:
            raise refusal(404, "HeadObject")
        return {"ETag": self._etag(Key), "Metadata": self.metadata[Key]}

    def get_object(self, *, Key: str, **_: Any) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.bodies[Key])}

    def _etag(self, key: str) -> str:
        if key not in self.bodies:
            return ""
        return hashlib.sha256(self.bodies[key] + repr(sorted(self.metadata[key].items())).encode()).hexdigest()


class NotThere(Exception):
    pass


class AlreadyThere(Exception):
    pass


class Changed(Exception):
    pass


class Exceptions:
    EntityNotFoundException, AlreadyExistsException, ConcurrentModificationException = NotThere, AlreadyThere, Changed


class Glue:
    """Tables and partitions of one database."""

    exceptions = Exceptions

    def __init__(self) -> None:
        self.tables: dict[str, dict[str, Any]] = {}
        self.partitions: dict[tuple[str, tuple[str, ...]], dict[str, Any]] = {}
        self.calls: list[str] = []

    def columns(self, table: str) -> list[str]:
        return [column["Name"] for column in self.tables[table]["StorageDescriptor"]["Columns"]]

    def get_paginator(self, _name: str) -> "Glue":
        return self

    def paginate(self, *, Expression: str, **_: Any) -> Iterator[dict[str, Any]]:
        self.calls.append("GetTables")
        yield {"TableList": [{"Name": name} for name in self.tables if name.startswith(Expression.rstrip("*"))]}

    def get_table(self, *, Name: str, **_: Any) -> dict[str, Any]:
        self.calls.append("GetTable")
        if Name not in self.tables:
            raise NotThere
        return {"Table": dict(self.tables[Name])}

    def create_table(self, *, TableInput: dict[str, Any], **_: Any) -> None:
        self.calls.append("CreateTable")
        if TableInput["Name"] in self.tables:
            raise AlreadyThere
        self.tables[TableInput["Name"]] = {**TableInput, "VersionId": "0"}

    def update_table(self, *, TableInput: dict[str, Any], VersionId: str, **_: Any) -> None:
        self.calls.append("UpdateTable")
        if self.tables[TableInput["Name"]]["VersionId"] != VersionId:
            raise Changed
        self.tables[TableInput["Name"]] = {**TableInput, "VersionId": str(int(VersionId) + 1)}

    def get_partition(self, *, TableName: str, PartitionValues: list[str], **_: Any) -> dict[str, Any]:
        self.calls.append("GetPartition")
        if (TableName, tuple(PartitionValues)) not in self.partitions:
            raise NotThere
        return {"Partition": self.partitions[TableName, tuple(PartitionValues)]}

    def batch_create_partition(self, *, TableName: str, PartitionInputList: list[Any], **_: Any) -> dict[str, Any]:
        self.calls.append("BatchCreatePartition")
        place = (TableName, tuple(PartitionInputList[0]["Values"]))
        if place in self.partitions:
            return {"Errors": [{"ErrorDetail": {"ErrorCode": "AlreadyExistsException"}}]}
        self.partitions[place] = PartitionInputList[0]
        return {}

    def batch_update_partition(self, *, TableName: str, Entries: list[Any], **_: Any) -> dict[str, Any]:
        self.calls.append("BatchUpdatePartition")
        self.partitions[TableName, tuple(Entries[0]["PartitionValueList"])] = Entries[0]["PartitionInput"]
        return {}


class Tables:
    """Tables in memory, and what is in them."""

    def __init__(self, folder: Path, *, aliases: Mapping[str, str] | None = None) -> None:
        self.s3, self.glue, self._folder = S3(), Glue(), folder
        self.alias(aliases or {})

    def alias(self, aliases: Mapping[str, str]) -> None:
        s3: Any = self.s3
        glue: Any = self.glue
        self.files = TableFiles(s3=s3, prefix="tables", headers={})
        self.tabulator = Tabulator(
            files=self.files,
            catalog=Catalog(glue=glue, database="reportflow", location="s3://reports/tables"),
            aliases=aliases,
        )

    def land(self, text: str | bytes, *, charset: str = "utf-8", **more: Any) -> list[TabulatedTable]:
        landed = manifest(charset=charset, **more)
        body = zipped(text, charset) if isinstance(text, str) else text
        self.s3.bodies[landed["result"]["key"]] = body
        return self.tabulator.tabulate(LandedReport.from_manifest(landed))

    def rows(self, table: str = ORDERS_TABLE) -> list[dict[str, Any]]:
        files = [body for key, body in self.s3.bodies.items() if key.startswith(f"tables/{table}/")]
        return rows_in(files, self._folder)

    def cells(self, table: str = ORDERS_TABLE) -> list[dict[str, Any]]:
        """Return Amazon's columns alone."""
        return [{k: v for k, v in row.items() if not k.startswith("rf_")} for row in self.rows(table)]
