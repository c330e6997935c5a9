"""The records of a document, counted and compared while it passes by: rows of a flat file, elements of JSON and XML."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from lambdas.landing.delimited_records import DelimitedRecords, Layout
from lambdas.landing.media_type import CSV, JSON, TSV, XML, Media
from lambdas.landing.structured_records import JsonRecords, XmlRecords
from lambdas.landing.wide_text import wide_codec

RecordReader = DelimitedRecords | JsonRecords | XmlRecords


class Records(NamedTuple):
    """What was found; all is None of what was not inspected."""

    layout: Layout | None = None
    """Of a flat file."""
    counts: Mapping[str, int] | None = None
    """Of JSON how many elements each array has, by its key; of XML how many elements there are, by their names."""
    root: str | None = None
    """Of XML the name of the outermost element; of JSON its keys, where they are few."""
    error: str | None = None
    """Why it is no JSON or no XML."""
    specification: Mapping[str, Any] | None = None
    """Of JSON what it says that it is of: reportType, reportOptions, dataStartTime, …"""


def reader_of(media: Media, head: bytes) -> RecordReader | None:
    """Return what reads a document of this kind that begins with `head`; None if nothing does."""
    if media == JSON:
        return JsonRecords()
    if media == XML:
        return XmlRecords()
    # Of UTF-16 a byte that looks like the end of a line may be half of a character.
    if media not in (TSV, CSV) or wide_codec(head):
        return None
    # Most of Amazon's TSVs are not quoted: a quotation mark is an inch. Those that are have a quoted header.
    quoted = media == CSV or head.lstrip(b"\xef\xbb\xbf\r\n").startswith(b'"')
    return DelimitedRecords(b"\t" if media == TSV else b",", quoted=quoted)


def records_of(reader: RecordReader | None, *, lines: int) -> Records:
    """Return what was found in a document of so many lines."""
    if reader is None:
        return Records()
    if isinstance(reader, DelimitedRecords):
        return Records(layout=reader.layout(lines=lines))
    reader.finish()
    specification = reader.specification if isinstance(reader, JsonRecords) else None
    return Records(counts=reader.counts, root=reader.root, error=reader.error, specification=specification)
