"""The first rows of a landed report, in its charset. Personal data is not shown: it does not leave its zone."""

from __future__ import annotations

import codecs
import csv
import json
import zlib
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict

from lambdas.spapi.foreign import NotJson, parsed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from types_boto3_s3 import S3Client

RESTRICTED = "restricted/"
HEAD = 64 * 1024  # bytes of the object; a preview never costs more
ROWS, COLUMNS, CELL = 20, 30, 200
CHARACTERS = 6000
GZIP = b"\x1f\x8b"


class Tabbed(csv.excel_tab):
    """Amazon's tab-separated texts, in which a quotation mark is a character like any other."""

    quoting = csv.QUOTE_NONE


class Preview(TypedDict, total=False):
    """Rows of a delimited text, the first one the header, or `text` of any other, or `withheld`: why there is none."""

    rows: list[list[str]]
    text: str
    withheld: str


def preview(s3: S3Client, landed: Mapping[str, Any]) -> Preview:
    """Return the beginning of what an execution landed, by its output."""
    if landed["key"].startswith(RESTRICTED):
        return {"withheld": "This report holds personal data, which does not leave its zone for a preview."}
    if not landed["charset"]:
        return {"withheld": "This report is no text, or its charset is not certain."}
    if not landed["bytes"]:
        return {"withheld": "This report is empty."}
    head = s3.get_object(Bucket=landed["bucket"], Key=landed["key"], Range=f"bytes=0-{HEAD - 1}")["Body"].read()
    try:
        if head.startswith(GZIP):
            head = zlib.decompressobj(wbits=31).decompress(head, HEAD)
        # The last character may be cut in two.
        text = codecs.getincrementaldecoder(landed["charset"])("replace").decode(head)
        return _shown(text, kind=landed["key"].removesuffix(".gz").rpartition(".")[2])
    except (zlib.error, LookupError, csv.Error) as error:
        return {"withheld": f"This report cannot be shown: {error}."}


def _shown(text: str, *, kind: str) -> Preview:
    if kind in ("tsv", "csv"):
        lines = islice(text.splitlines(), ROWS + 1)
        rows = csv.reader(lines, csv.excel if kind == "csv" else Tabbed)
        return {"rows": [[cell[:CELL] for cell in row[:COLUMNS]] for row in rows]}
    if kind == "json":
        text = _indented(text)
    return {"text": text[:CHARACTERS]}


def _indented(text: str) -> str:
    try:
        return json.dumps(parsed(text), indent=2, ensure_ascii=False)
    except NotJson:
        return text  # its end is missing, or it nests too deep to be shown
