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
XLSX = Media("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", text=False, delimited=False)


KINDS = {kind.extension: kind for kind in (JSON, XML, TSV, CSV, PLAIN, PDF, TAR, XLSX)}


def media_of_extension(extension: str) -> Media:
    """Return the kind that has this extension."""
    return KINDS[extension]


def media_of(head: bytes) -> Media:
    """Return the kind of the document that begins with `head`, inflated."""
    if head.startswith(b"%PDF"):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return XLSX
    if head[257:262] == b"ustar":
        return TAR
    # UTF-16 text of Latin letters is the same text with zeros in between.
    text = head.removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF16_LE).removeprefix(codecs.BOM_UTF16_BE)
    text = text.replace(b"\0", b"").lstrip()
    if text.startswith((b"{", b"[")):
        return JSON
    if text.startswith(b"<"):
        return XML
    header = text.split(b"\n", 1)[0]
    if b"\t" in header:
        return TSV
    return CSV if b"," in header else PLAIN
