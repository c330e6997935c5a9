"""The records of a document, counted and compared while it passes by: rows of a flat file, elements of JSON and XML."""

import codecs
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from lambdas.landing.contents.delimited_records import DelimitedRecords, Layout, is_quoted
from lambdas.landing.contents.media_type import CSV, JSON, PLAIN, TSV, XML, Media, is_blank
from lambdas.landing.contents.structured_records import JsonRecords, XmlRecords
from lambdas.landing.texts.wide_text import wide_codec

RecordReader = DelimitedRecords | JsonRecords | XmlRecords


class Records(NamedTuple):
    """What was found; all is None of what was not inspected."""

    layout: Layout | None = None
    """Of a flat file."""
    counts: Mapping[str, int] | None = None
    """Of JSON how many elements each array has, by its key; of XML how many elements there are, by their names."""
    holds_nothing: bool = False
    """Whether JSON or XML has lists without elements at most, or no text."""
    is_error: bool = False
    """Whether JSON or XML has an error of Amazon's, or of a host, in it."""
    error: str | None = None
    """Why it is no JSON or no XML."""
    json_lines: bool = False
    """Whether that is because each line is JSON of its own."""
    specification: Mapping[str, Any] | None = None
    """Of JSON what it says that it is of: reportType, reportOptions, dataStartTime, …"""


def reader_of(media: Media, head: bytes) -> RecordReader | None:
    """Return what reads a document of this kind that begins with `head`; None if nothing does."""
    if media == JSON:
        return JsonRecords()
    if media == XML:
        return XmlRecords()
    # Of a longer one its end shows whether it is blank.
    if media not in (TSV, CSV) and not (media == PLAIN and is_blank(head)):
        return None
    delimiter = b"," if media == CSV else b"\t"
    return DelimitedRecords(delimiter, quoted=is_quoted(head, delimiter))


def as_lines(media: Media, head: bytes) -> Callable[[bytes], bytes] | None:
    """Return what makes lines in UTF-8 of the pieces of a flat file; None where they are so already."""
    wide = wide_codec(head)
    if media not in (TSV, CSV):
        return None
    if wide:
        decoder = codecs.getincrementaldecoder(wide)("replace")
        return lambda piece: decoder.decode(piece).encode()
    # Of a last one, the next piece may begin with what belongs to it.
    if b"\r" in head[:-1] and b"\n" not in head:
        return lambda piece: piece.replace(b"\r", b"\n")
    return None


def records_of(reader: RecordReader | None, *, lines: int) -> Records:
    """Return what was found in a document of so many lines."""
    if reader is None:
        return Records()
    if isinstance(reader, DelimitedRecords):
        return Records(layout=reader.layout(lines=lines))
    reader.finish()
    return Records(
        counts=reader.counts,
        holds_nothing=reader.holds_nothing,
        is_error=reader.is_error,
        error=reader.error,
        json_lines=reader.json_lines,
        specification=reader.specification if isinstance(reader, JsonRecords) else None,
    )
