"""Which tables a document consists of, and their rows, whatever its format."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from lambdas.landing.contents.media_type import CSV, JSON, PLAIN, TSV, XML
from lambdas.landing.contents.records import as_lines
from lambdas.request import report_types
from lambdas.tables import names
from lambdas.tables.delimited_text import DelimitedText
from lambdas.tables.json_document import json_records
from lambdas.tables.rows import Columns, Misfits, NotTabular
from lambdas.tables.structured_records import parts_of, rows_of
from lambdas.tables.xml_document import xml_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lambdas.tables.landed_report import LandedReport
    from lambdas.tables.structured_records import Reader

STRUCTURED = ("JSON", "XML")


class Table(NamedTuple):
    """A table of a document, on its way."""

    name: str
    columns: list[str]
    rows: Iterator[Columns]
    misfits: Misfits


def tables_of(report: LandedReport, read: Callable[[], Iterator[bytes]], aliases: Mapping[str, str]) -> Iterator[Table]:
    """Yield the tables of a report; `read` yields its document in UTF-8, whole characters at a time.

    Raises NotTabular, UnicodeDecodeError.
    """
    kind = report_types.get(report.report_type)
    if report.says_nothing:
        if kind.format not in STRUCTURED:
            yield Table(names.table_of(report.report_type), [], iter(()), Misfits())
    elif report.charset is None:
        raise NotTabular(f"it is {report.media.extension.upper()}, or a text whose charset is not certain")
    elif report.media == JSON:
        yield from _structured(report, lambda: json_records(read()), aliases)
    elif report.media == XML:
        records = partial(xml_records, names=kind.records, lists=kind.table.lists)
        yield from _structured(report, lambda: records(read()), aliases)
    elif report.media in (TSV, CSV) or (report.media == PLAIN and kind.format in ("TSV", "CSV")):
        yield _delimited(report, read(), aliases, tabs=report.media == TSV or kind.format == "TSV")
    else:
        raise NotTabular(f"it is {report.media.extension.upper()}")


def _delimited(report: LandedReport, pieces: Iterator[bytes], aliases: Mapping[str, str], *, tabs: bool) -> Table:
    head = next(pieces, b"")
    make_lines = as_lines(TSV if tabs else CSV, head)
    if make_lines:
        head, pieces = make_lines(head), map(make_lines, pieces)
    # As landing has it: a TSV with a quoted header is quoted throughout.
    quoted = not tabs or head.lstrip(b"\r\n").startswith(b'"')
    text = DelimitedText(chain([head], pieces), delimiter="\t" if tabs else ",", quoted=quoted)
    columns = names.columns(text.header, aliases)
    return Table(names.table_of(report.report_type), columns, text.rows(), text.misfits)


def _structured(report: LandedReport, read: Reader, aliases: Mapping[str, str]) -> Iterator[Table]:
    for part in parts_of(read()):
        columns = names.columns(part.header, aliases)
        yield Table(names.table_of(report.report_type, part.name), columns, rows_of(part, read()), Misfits())
