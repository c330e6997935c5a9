"""What a document's content alone shows: that it holds nothing, or is not of its type's format."""

from collections.abc import Iterator

from lambdas.landing.contents.media_type import BINARY, HTML, PDF, PLAIN, TAR, XLSX, XML, ZIP, Media, is_blank
from lambdas.landing.findings.sentences import tells_of_no_data
from lambdas.landing.inspector import HEAD_BYTES, Content
from lambdas.payloads.findings import Finding, finding
from lambdas.request import report_types

# A document that holds several others is an archive of them.
ARCHIVES = {"PDF": (PDF, TAR, ZIP), "XLSX": (XLSX,)}
NAMES = {BINARY: "binary", PLAIN: "plain text"}
EMPTY_CELLS = b',;"'


def rows_of(content: Content, media: Media, report_type: str, *, sentence: str | None) -> int | None:
    """Return how many records a document has; None if that is not known."""
    records, names = content.records, report_types.get(report_type).records
    if media == HTML or records.error:
        return None
    if sentence or _is_blank(content):
        return 0
    if records.layout:
        return records.layout.rows
    counts = records.counts or {}
    named = [counts[name] for name in names if name in counts]
    if records.is_error:
        return sum(named) or None
    # Records that have another name than they had are not none.
    return sum(named) if named else 0 if records.holds_nothing else None


def empty(
    content: Content, rows: int | None, *, sentence: str | None, usually_has_rows: bool, quote: bool
) -> Iterator[Finding]:
    """Yield a finding if there is nothing in it; it is suspect where there usually is something.

    With `quote`, the finding shows the `sentence` that stands there instead of rows.
    """
    if rows != 0:
        return
    if sentence:
        words = f": {sentence[:120]!r}" if quote else ""
        what, kind = f"it has a sentence instead of rows{words}", "sentence"
    elif content.uncompressed_size == 0:
        what, kind = "it has no bytes", "zero bytes"
    elif _is_blank(content):
        what, kind = "it has nothing but blank lines", "blank"
    elif content.records.layout:
        what, kind = "it has a header and no rows", "header only"
    else:
        what, kind = "it has no records", "no records"
    odd = usually_has_rows or (sentence is not None and not tells_of_no_data(sentence))
    usual = ", and reports of this type usually have some for this selling partner" if usually_has_rows else ""
    yield finding("EMPTY", "warning" if odd else "info", f"The document is empty: {what}{usual}.", kind=kind)


def format_mismatch(content: Content, media: Media, report_type: str, *, sentence: str | None) -> Iterator[Finding]:
    """Yield a finding if it is not in the format of its type."""
    expected, records = report_types.get(report_type).format, content.records
    of_type = f"; reports of this type are {expected}" if expected else ""
    details = {"expected": expected, "found": media.extension.upper()}
    if media == HTML:
        yield finding("FORMAT", "error", f"The document is an HTML page{of_type}.", **details)
    elif records.is_error and media == XML:
        yield finding("FORMAT", "error", f"The document is an error of the host that served it{of_type}.", **details)
    elif records.is_error:
        what = "The document has an error of Amazon's in it, as those of FATAL reports do"
        yield finding("FORMAT", "error", f"{what}{of_type}.", **details)
    elif records.error and not (records.json_lines and expected is None):
        yield finding("FORMAT", "error", f"The document is not well formed: {records.error}.", **details)
    elif expected and not _is_of(media, expected) and not sentence and not _is_blank(content):
        named = NAMES.get(media, media.extension.upper())
        yield finding("FORMAT", "warning", f"The document is {named}{of_type}.", **details)


def _is_blank(content: Content) -> bool:
    if content.uncompressed_size is None:
        return False
    if content.uncompressed_size <= HEAD_BYTES:
        return is_blank(content.head.translate(None, EMPTY_CELLS))
    layout = content.records.layout
    return layout is not None and not layout.header and not layout.rows


def _is_of(media: Media, expected: str) -> bool:
    return media in ARCHIVES[expected] if expected in ARCHIVES else media.extension.upper() == expected
