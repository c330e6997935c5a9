"""What kind of document it is, by its first bytes: Amazon's labels serve JSON as text/plain."""

import codecs
from typing import NamedTuple


class Media(NamedTuple):
    """A document's extension and media type, whether it is text, and whether its lines are rows."""

    extension: str
    content_type: str
    text: bool
    delimited: bool


JSON = Media("json", "application/json", text=True, delimited=False)
XML = Media("xml", "application/xml", text=True, delimited=False)
TSV = Media("tsv", "text/tab-separated-values", text=True, delimited=True)
CSV = Media("csv", "text/csv", text=True, delimited=True)
PLAIN = Media("txt", "text/plain", text=True, delimited=False)
PDF = Media("pdf", "application/pdf", text=False, delimited=False)
TAR = Media("tar", "application/x-tar", text=False, delimited=False)
HTML = Media("html", "text/html", text=True, delimited=False)
ZIP = Media("zip", "application/zip", text=False, delimited=False)
XLSX = Media("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", text=False, delimited=False)


KINDS = {kind.extension: kind for kind in (JSON, XML, TSV, CSV, PLAIN, PDF, TAR, HTML, ZIP, XLSX)}


ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
# Of the first file in a workbook.
WORKBOOK_STARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/")
HTML_STARTS, HTML_BYTES = (b"<!doctype html", b"<html"), 16


def media_of_extension(extension: str) -> Media:
    """Return the kind that has this extension."""
    return KINDS[extension]


def media_of(head: bytes) -> Media:
    """Return the kind of the document that begins with `head`, inflated."""
    if head.startswith(b"%PDF"):
        return PDF
    if head.startswith(ZIP_STARTS):
        return XLSX if _first_name(head).startswith(WORKBOOK_STARTS) else ZIP
    if head[257:262] == b"ustar":
        return TAR
    # UTF-16 text of Latin letters is the same text with zeros in between.
    text = head.removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF16_LE).removeprefix(codecs.BOM_UTF16_BE)
    text = text.replace(b"\0", b"").lstrip()
    if text.startswith((b"{", b"[")):
        return JSON
    if text.startswith(b"<"):
        return HTML if text[:HTML_BYTES].lower().startswith(HTML_STARTS) else XML
    header = text.split(b"\n", 1)[0]
    if b"\t" in header:
        return TSV
    return CSV if b"," in header else PLAIN


def _first_name(head: bytes) -> bytes:
    """Return the name of the first file in a ZIP archive (APPNOTE.TXT, 4.3.7)."""
    return head[30 : 30 + int.from_bytes(head[26:28], "little")]
