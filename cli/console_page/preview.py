"""The first rows of a landed report, in its charset. Personal data is not shown: it does not leave its zone."""

from __future__ import annotations

import codecs
import csv
import json
import zlib
from io import StringIO
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict

from botocore.exceptions import ClientError

from lambdas.landing.contents.media_type import KINDS, PLAIN
from lambdas.landing.contents.personal_data import PersonalDataFound, PersonalDataScreen
from lambdas.request import report_types
from lambdas.spapi.foreign import NotJson, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_s3 import S3Client

RESTRICTED = "restricted/"
HEAD = 64 * 1024  # bytes of the object; a preview never costs more
ROWS, COLUMNS, CELL = 20, 200, 200
CHARACTERS = 6000
GZIP = b"\x1f\x8b"
GONE = ("NoSuchKey", "NoSuchVersion")


class Preview(TypedDict, total=False):
    """Rows of a delimited text, the first one the header, or `text` of any other, or `withheld`: why there is none."""

    rows: list[list[str]]
    hidden: list[str]
    """Columns of the rows that hold data of buyers, and are left out."""
    text: str
    withheld: str


def is_restricted(landed: Mapping[str, Any]) -> bool:
    """Say whether a landed report holds personal data: it is in that zone, or its type is one that Amazon restricts."""
    restricted: bool = landed["key"].startswith(RESTRICTED)
    return restricted or report_types.get(landed.get("reportType", "")).restricted


def preview(s3: S3Client, landed: Mapping[str, Any]) -> Preview:
    """Return the beginning of what an execution landed, by its output: the version that it has landed."""
    if is_restricted(landed):
        return {"withheld": "This report holds personal data, which does not leave its zone for a preview."}
    if not landed["charset"]:
        return {"withheld": "This report is no text, or its charset is not certain."}
    if not landed["bytes"]:
        return {"withheld": "This report is empty."}
    try:
        head = _head(s3, landed)
        # The last character may be cut in two.
        text = codecs.getincrementaldecoder(landed["charset"])("replace").decode(head)
        return _shown(text, kind=landed["key"].removesuffix(".gz").rpartition(".")[2], is_cut=len(head) >= HEAD)
    except ClientError as error:
        if error.response["Error"].get("Code") not in GONE:
            raise
        return {"withheld": "This document is not in the bucket any more."}
    except (zlib.error, LookupError, csv.Error) as error:
        return {"withheld": f"This report cannot be shown: {error}."}


def _head(s3: S3Client, landed: Mapping[str, Any]) -> bytes:
    version: Any = {"VersionId": landed["versionId"]} if landed.get("versionId") else {}
    asked = s3.get_object(Bucket=landed["bucket"], Key=landed["key"], Range=f"bytes=0-{HEAD - 1}", **version)
    head: bytes = asked["Body"].read()
    return zlib.decompressobj(wbits=31).decompress(head, HEAD) if head.startswith(GZIP) else head


def _shown(text: str, *, kind: str, is_cut: bool) -> Preview:
    personal = _personal(text, kind)
    if kind in ("tsv", "csv"):
        rows = _rows(text, kind, is_cut=is_cut)
        hidden = {place for row in rows for place, cell in enumerate(row) if cell.strip() in personal}
        # Where the screen has read another header than this, nothing is shown.
        if personal <= {cell.strip() for row in rows for cell in row}:
            shown = [[cell[:CELL] for place, cell in enumerate(row) if place not in hidden] for row in rows]
            return {"rows": [row[:COLUMNS] for row in shown], "hidden": sorted(personal)}
    if personal:
        return {"withheld": f"This report holds data of buyers ({', '.join(sorted(personal))}), which is not shown."}
    return {"text": (_indented(text) if kind == "json" else text)[:CHARACTERS]}


def _personal(text: str, kind: str) -> set[str]:
    """Return the columns, elements or keys that hold data of buyers, as landing knows them."""
    screen, head = PersonalDataScreen(), text.encode(errors="replace")
    try:
        screen.begin(head, KINDS.get(kind, PLAIN))
        screen.take(head)
    except PersonalDataFound as found:
        return {column.strip() for column in found.columns}
    return set()


def _rows(text: str, kind: str, *, is_cut: bool) -> list[list[str]]:
    # As in the tables: in Amazon's tab-separated texts a quotation mark is a character like any other, unless the
    # header has some.
    quoted = kind == "csv" or text.lstrip("\r\n\ufeff").startswith('"')
    dialect = csv.excel if kind == "csv" else csv.excel_tab
    lines = csv.reader(StringIO(text, newline=""), dialect, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    rows = list(islice(lines, ROWS + 1))
    return rows[:-1] if is_cut and len(rows) <= ROWS else rows


def _indented(text: str) -> str:
    try:
        return json.dumps(parsed(text), indent=2, ensure_ascii=False)
    except NotJson:
        return text  # its end is missing, or it nests too deep to be shown
