"""What kind of document it is, by its first bytes: Amazon's labels serve JSON as text/plain."""

import codecs
import re
from typing import NamedTuple

from lambdas.landing.texts.wide_text import wide_codec


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
BINARY = Media("bin", "application/octet-stream", text=False, delimited=False)


KINDS = {kind.extension: kind for kind in (JSON, XML, TSV, CSV, PLAIN, PDF, TAR, HTML, ZIP, XLSX, BINARY)}


ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
# Of the first file in a workbook.
WORKBOOK_STARTS = (b"[Content_Types].xml", b"_rels/", b"docProps/", b"xl/")
# Of gzip, zstd, bzip2, PNG, JPEG, old Excel, 7z, and Parquet.
BINARY_STARTS = (
    b"\x1f\x8b",
    b"\x28\xb5\x2f\xfd",
    b"BZh91AY",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"\xd0\xcf\x11\xe0",
    b"7z\xbc\xaf",
    b"PAR1",
)
# What may stand before the first element: a declaration, comments.
PROLOGUE = re.compile(rb"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
# Pages of errors often begin without <html>; <Body> is XML's.
HTML_TAGS = "head|body|title|meta|script|center|h1"
HTML_START = re.compile(
    rf"<(?:(?i:!doctype\s+html|html)|{HTML_TAGS}|{HTML_TAGS.upper()})(?=[\s/>])".encode(),
)
# A delimiter within a quoted cell is none.
HEADER_BYTES = 8 * 1024
QUOTED_CELL = re.compile(rb'(^|[\t,\r\n])"(?:[^"]|"")*"(?=[\t,\r\n]|$)')
# Characters that texts have now and then, and of which every tenth of a binary file is one.
CONTROLS, BINARY_BYTES, MOST_CONTROLS, EVERY = bytes([*range(1, 9), *range(14, 26), *range(28, 32), 127]), 1024, 3, 12
# What shows nothing, beside spaces: byte-order marks, zeros, the end of a file in DOS.
INVISIBLE = "\ufeff\u200b\u2060\0\x1a"


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
    if _is_binary(head):
        return BINARY
    # UTF-16 text of Latin letters is the same text with zeros in between.
    text = head.removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF16_LE).removeprefix(codecs.BOM_UTF16_BE)
    text = text.replace(b"\0", b"").lstrip()
    if text.startswith((b"{", b"[")):
        return JSON
    if text.startswith(b"<"):
        prologue = PROLOGUE.match(text)
        return HTML if HTML_START.match(text, prologue.end() if prologue else 0) else XML
    header = re.split(rb"[\r\n]", QUOTED_CELL.sub(rb'\1""', text[:HEADER_BYTES]), maxsplit=1)[0]
    if b"\t" in header:
        return TSV
    return CSV if b"," in header else PLAIN


def is_blank(text: bytes) -> bool:
    """Say whether a text, or a line of one, has nothing that can be seen."""
    wide = wide_codec(text)
    try:
        characters = text.decode(wide or "utf-8")
    except UnicodeDecodeError:
        characters = text.decode("latin-1")
    return not "".join(characters.split()).strip(INVISIBLE)


def _is_binary(head: bytes) -> bool:
    start = head[:BINARY_BYTES]
    controls = len(start) - len(start.translate(None, CONTROLS))
    many = controls > max(MOST_CONTROLS, len(start) // EVERY)
    return head.startswith(BINARY_STARTS) or (many and not wide_codec(head))


def _first_name(head: bytes) -> bytes:
    """Return the name of the first file in a ZIP archive (APPNOTE.TXT, 4.3.7)."""
    return head[30 : 30 + int.from_bytes(head[26:28], "little")]
