"""What is odd about a landed document: whole bytes are not yet right data.

Landing stays green and the bytes as served, whatever is found; nothing is corrected or guessed. docs/findings.md
says what each code means.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from lambdas.landing.contents.document_names import is_header
from lambdas.landing.contents.media_type import Media
from lambdas.landing.findings.content_findings import empty, format_mismatch, rows_of
from lambdas.landing.findings.history_findings import layout_change, unusual_rows
from lambdas.landing.findings.sentences import sentence_of
from lambdas.landing.inspector import Content
from lambdas.landing.pipeline import Landing
from lambdas.landing.texts.charset import Charset
from lambdas.landing.texts.wide_text import wide_codec
from lambdas.payloads.findings import EarlierReports, Finding, finding
from lambdas.payloads.request import Request
from lambdas.payloads.state_data import StateData, personal_columns
from lambdas.request import report_comparison, report_types

# A header beyond this is none, and Step Functions takes no result of more than 256 KiB.
LONGEST_HEADER_BYTES = 8 * 1024


class Assessment(NamedTuple):
    """How many records a document has, and what is odd about it."""

    rows: int | None
    findings: list[Finding]
    columns: list[str] | None
    """Of a flat file."""

    @property
    def suspect_empty(self) -> bool:
        """Whether it has no rows, where this type usually has some for this selling partner."""
        return any(finding["code"] == "EMPTY" and finding["severity"] != "info" for finding in self.findings)


def judge(
    landing: Landing, charset: Charset | None, state_data: StateData, *, restricted: bool, earlier: EarlierReports
) -> Assessment:
    """Return what is found in a landed document, and beside what was asked for; see `assess`."""
    request, content = state_data["request"], landing.content
    assessment = assess(
        content,
        landing.media,
        charset,
        report_type=request["reportType"],
        restricted=restricted,
        earlier=earlier,
    )
    found = [
        *_personal_data(personal_columns(state_data)),
        *_other_than_asked(request, {"Report": state_data["report"], "document": content.records.specification or {}}),
        *assessment.findings,
    ]
    return assessment._replace(findings=found)


def assess(
    content: Content,
    media: Media,
    charset: Charset | None,
    *,
    report_type: str,
    restricted: bool,
    earlier: EarlierReports,
) -> Assessment:
    """Return what is found in a document of this type; `earlier` is what reports of the same kind were like before.

    Of a `restricted` document, which may hold personal data, no finding has words but its header's.
    """
    expected = report_types.get(report_type).format
    sentence = sentence_of(content, media, expected=expected, codec=charset.name if charset else None)
    rows = rows_of(content, media, report_type, sentence=sentence)
    columns = None if sentence else _columns(content, charset)
    empty_finding = empty(
        content, rows, sentence=sentence, usually_has_rows=earlier.usually_has_rows, quote=not restricted
    )
    found = [
        *_not_inspected(content),
        *format_mismatch(content, media, report_type, sentence=sentence),
        *empty_finding,
        *(() if rows == 0 else _ragged(content)),
        *_duplicate_columns(columns),
        *layout_change(columns, earlier.columns),
        *unusual_rows(rows, earlier.rows),
        *_charset(charset),
    ]
    return Assessment(rows, found, columns)


def _personal_data(columns: Sequence[str]) -> Iterator[Finding]:
    if columns:
        sentence = (
            f"The document holds personal data, which reports of this type are not known for: {', '.join(columns)}. "
            "It is in the restricted zone, for as long as that keeps anything."
        )
        yield finding("PERSONAL_DATA", "error", sentence, columns=[*columns])


def _other_than_asked(request: Request, tellers: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """Yield a finding if Amazon's Report, or the document itself, says that it is of something else."""
    found = [
        (teller, each) for teller, told in tellers.items() for each in report_comparison.differences(request, told)
    ]
    if found:
        said = "; ".join(f"{each.field} is {each.told} in the {teller}, not {each.asked}" for teller, each in found)
        differences = [{"in": teller, **each._asdict()} for teller, each in found]
        yield finding("WINDOW", "error", f"It is another report than was asked for: {said}.", differences=differences)


def _not_inspected(content: Content) -> Iterator[Finding]:
    if content.uncompressed_size is None:
        yield finding("NOT_INSPECTED", "warning", "The document took more than one run, and was not inspected.")


def _ragged(content: Content) -> Iterator[Finding]:
    layout = content.records.layout
    if layout is None:
        return
    sampled = " of those that were looked at, which are a sample," if layout.sampled else ""
    if layout.ragged:
        first = f"the first of them is line {layout.first_ragged_line:,}, with {layout.first_ragged_cells} cells"
        rows = f"{layout.ragged:,} rows{sampled} have" if layout.ragged > 1 else f"1 row{sampled.rstrip(',')} has"
        sentence = f"{rows} another number of cells than the header's {len(layout.header)}"
        details = {"rows": layout.ragged, "firstLine": layout.first_ragged_line, "cells": layout.first_ragged_cells}
        yield finding(
            "RAGGED", "warning", f"{sentence}: {first}.", **details, columns=len(layout.header), sampled=layout.sampled
        )
    if layout.unclosed_line:
        sentence = (
            f"A quotation mark in line {layout.unclosed_line:,} is not closed: each line after it counts as a row."
        )
        yield finding("RAGGED", "warning", sentence, firstLine=layout.unclosed_line)


def _duplicate_columns(columns: list[str] | None) -> Iterator[Finding]:
    # Databases take names that differ in case or spaces alone for the same.
    plain = Counter(_plain(name) for name in columns or [])
    twice = [*dict.fromkeys(name for name in columns or [] if plain[_plain(name)] > 1)]
    if twice:
        named = ", ".join(name or "(without a name)" for name in twice)
        sentence = f"The header has columns of the same name, whatever their case: {named}."
        yield finding("DUPLICATE_COLUMNS", "warning", sentence, columns=twice)


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _charset(charset: Charset | None) -> Iterator[Finding]:
    if charset is None:
        return
    if charset.contradiction:
        read = f"it is read as {charset.name}" if charset.name else "its charset is not certain"
        yield finding("CHARSET", "warning", f"The document is mislabelled: {charset.contradiction}; {read}.")
    elif charset.name is None:
        yield finding("CHARSET", "warning", "The document's charset is not certain: no UTF-8 copy can be made of it.")


def _columns(content: Content, charset: Charset | None) -> list[str] | None:
    layout = content.records.layout
    if layout is None:
        return None
    if sum(map(len, layout.header)) > LONGEST_HEADER_BYTES:
        return None
    # Where the charset is not certain, other columns still differ.
    name = charset.name if charset and charset.name else "latin-1"
    # What was UTF-16 has been made UTF-8 to be looked at.
    name = "utf-8" if wide_codec(content.head) else name
    columns = [cell.decode(name, "replace").strip() for cell in layout.header]
    # Where the first line is a row, its cells go no further: not into a finding, the statistics or an event.
    return columns if any(columns) and is_header(columns) else None
