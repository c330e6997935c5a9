"""What a document's content alone shows: that it holds nothing, or is not of its type's format."""

import codecs
import re
from collections.abc import Iterator

from lambdas.landing.inspector import HEAD_BYTES, Content
from lambdas.landing.media_type import HTML, JSON, PDF, PLAIN, TAR, XLSX, XML, ZIP, Media
from lambdas.payloads.findings import Finding, finding
from lambdas.request import report_types

SENTENCE_BYTES, SENTENCE_LINES = 2_000, 3
# What Amazon writes where there is nothing to write, as far as it is known; other sentences tell of something else.
NO_DATA = re.compile(r"\bno (data|records|results|rows|orders|information)\b|keine daten|aucune donn", re.IGNORECASE)
# A document that holds several others is an archive of them.
ARCHIVES = {"PDF": (PDF, TAR, ZIP), "XLSX": (XLSX,)}
ERROR_DETAILS = "errorDetails"
TAGS = re.compile(rb"<[^>]*>")


def rows_of(content: Content, media: Media, report_type: str) -> int | None:
    """Return how many records a document has; None if that is not known."""
    records, names = content.records, report_types.get(report_type).records
    if media == HTML or records.root in ("Error", ERROR_DETAILS):
        return None
    if records.layout:
        return records.layout.rows
    if _is_blank(content) or sentence_of(content, media):
        return 0
    if records.counts is None:
        return None
    if media == JSON and not any(records.counts.values()):
        return 0
    if media == XML and sum(records.counts.values()) == 1 and not TAGS.sub(b"", content.head).strip():
        return 0
    return sum(records.counts.get(name, 0) for name in names) if any(name in records.counts for name in names) else None


def empty(
    content: Content, media: Media, rows: int | None, *, usually_has_rows: bool, quote: bool
) -> Iterator[Finding]:
    """Yield a finding if there is nothing in it; it is suspect where there usually is something.

    With `quote`, the finding shows the sentence that stands there instead of rows.
    """
    if rows != 0:
        return
    said = sentence_of(content, media)
    if said:
        words = f": {said[:120]!r}" if quote else ""
        what, kind = f"it has a sentence instead of rows{words}", "sentence"
    elif content.uncompressed_size == 0:
        what, kind = "it has no bytes", "zero bytes"
    elif _is_blank(content):
        what, kind = "it has nothing but blank lines", "blank"
    elif content.records.layout:
        what, kind = "it has a header and no rows", "header only"
    else:
        what, kind = "it has no records", "no records"
    odd = usually_has_rows or (said is not None and not NO_DATA.search(said))
    usual = ", and reports of this type usually have some for this selling partner" if usually_has_rows else ""
    yield finding("EMPTY", "warning" if odd else "info", f"The document is empty: {what}{usual}.", kind=kind)


def format_mismatch(content: Content, media: Media, report_type: str) -> Iterator[Finding]:
    """Yield a finding if it is not in the format of its type."""
    expected, records = report_types.get(report_type).format, content.records
    of_type = f"; reports of this type are {expected}" if expected else ""
    details = {"expected": expected, "found": media.extension.upper()}
    if media == HTML:
        yield finding("FORMAT", "error", f"The document is an HTML page{of_type}.", **details)
    elif media == XML and records.root == "Error" and "Code" in (records.counts or {}):
        yield finding("FORMAT", "error", f"The document is an error of the host that served it{of_type}.", **details)
    elif media == JSON and records.root == ERROR_DETAILS:
        what = "The document is an error of Amazon's, as those of FATAL reports are"
        yield finding("FORMAT", "error", f"{what}{of_type}.", **details)
    elif records.error:
        yield finding("FORMAT", "error", f"The document is not well formed: {records.error}.", **details)
    elif expected and not _is_of(media, expected) and not _is_blank(content) and not sentence_of(content, media):
        yield finding("FORMAT", "warning", f"The document is {media.extension.upper()}{of_type}.", **details)


def sentence_of(content: Content, media: Media) -> str | None:
    """Return what a document of a sentence or two says; None of any other."""
    if media != PLAIN or content.uncompressed_size is None or content.uncompressed_size > SENTENCE_BYTES:
        return None
    text = content.head.decode("utf-8", "replace").strip()
    lines = [line for line in text.splitlines() if line.strip()]
    return text if " " in text and len(lines) <= SENTENCE_LINES else None


def _is_blank(content: Content) -> bool:
    if content.uncompressed_size is None or content.uncompressed_size > HEAD_BYTES:
        return False
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    text = content.head
    for mark in marks:
        text = text.removeprefix(mark)
    return not text.replace(b"\0", b"").strip()


def _is_of(media: Media, expected: str) -> bool:
    return media in ARCHIVES[expected] if expected in ARCHIVES else media.extension.upper() == expected
