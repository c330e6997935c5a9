"""Records: counted and compared the same however a document is cut, and as csv reads them."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.landing.contents import delimited_records
from lambdas.landing.contents.delimited_records import Layout
from lambdas.landing.contents.media_type import JSON, TSV, XML, Media, media_of
from lambdas.landing.contents.records import Records, as_lines, reader_of, records_of

CELLS = st.text(st.sampled_from('ab"\t,\n é'), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8)
CUTS = st.lists(st.integers(0, 200), max_size=8)


def records(body: bytes, *, media: Media | None = None, cuts: Sequence[int] = (), look: bool = True) -> Records:
    reader = reader_of(media or media_of(body), body)
    ends = [*sorted({min(cut, len(body)) for cut in (*cuts, len(body))})]
    start = 0
    for number, end in enumerate(ends):
        piece, start = body[start:end], end
        if reader:
            reader.take(piece, newlines=piece.count(b"\n"), look=look or number == 0)
    lines = body.count(b"\n") + (body[-1:] not in (b"", b"\n"))
    return records_of(reader, lines=lines)


def layout(body: bytes, *, cuts: Sequence[int] = (), look: bool = True, media: Media = TSV) -> Layout:
    found = records(body, media=media, cuts=cuts, look=look).layout
    assert found
    return found


@given(ROWS, CUTS)
def test_quoted_rows_are_those_of_csv(rows: list[list[str]], cuts: list[int]) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter="\t", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([["one", "two"], *rows])
    found = layout(written.getvalue().encode(), cuts=cuts)
    assert found.rows == len(rows)
    assert found.header == (b"one", b"two")
    assert found.ragged == sum(len(row) != 2 for row in rows)
    assert found.unclosed_line is None


@given(st.lists(st.lists(st.sampled_from(["", "a", '"', 'b"']), min_size=1, max_size=4), max_size=8), CUTS)
def test_rows_without_quotes_are_lines_that_are_not_blank(rows: list[list[str]], cuts: list[int]) -> None:
    body = "one\ttwo\r\n" + "".join("\t".join(row) + "\r\n" for row in rows)
    found = layout(body.encode(), cuts=cuts)
    there = [row for row in rows if row != [""]]
    assert found.rows == len(there)
    assert found.ragged == sum(len(row) != 2 for row in there)


def test_a_broken_row_is_told_by_its_line() -> None:
    header, row = "\t".join(f"c{number}" for number in range(1, 31)), "\t".join(map(str, range(1, 31)))
    body = f"{header}\r\n" + f"{row}\r\n" * 3 + "\t".join(map(str, range(1, 30))) + "\t30-first\r\nrest-of-30\t1\r\n"
    found = layout(body.encode())
    assert (found.rows, found.ragged, found.first_ragged_line, found.first_ragged_cells) == (5, 1, 6, 2)


def test_pieces_that_are_left_out_still_have_their_lines_counted() -> None:
    row = b"1\t2\n"
    body = b"a\tb\n" + row * 100 + b"ragged\n" + row * 100 + b"\r\n\n"
    seen, unseen = layout(body, cuts=[40, 300, 500]), layout(body, cuts=[40, 300, 500], look=False)
    assert (seen.rows, seen.ragged, seen.first_ragged_line, seen.sampled) == (201, 1, 102, False)
    assert (unseen.rows, unseen.ragged, unseen.sampled) == (201, 0, True)


def test_lines_are_numbered_right_after_a_gap() -> None:
    reader = delimited_records.DelimitedRecords(b"\t", quoted=False)
    for piece, look in ((b"a\tb\n1\t", True), (b"2\n1\t2\n", False), (b"1\t2\nragged\n1\t2\n", True)):
        reader.take(piece, newlines=piece.count(b"\n"), look=look)
    found = reader.layout(lines=6)
    assert found
    assert (found.ragged, found.first_ragged_line) == (1, 5)


@pytest.mark.parametrize(
    ("text", "codec"),
    [("a\tb\r1\t2\r\r3\t4\r", "utf-8"), *[("a\tb\n1\tਊ\n3\t4", wide) for wide in ("utf-16", "utf-16-be")]],
)
def test_lines_end_in_whatever_way(text: str, codec: str) -> None:
    body = text.encode(codec)
    make = as_lines(TSV, body)
    assert make
    found = layout(b"".join(make(body[at : at + 3]) for at in range(0, len(body), 3)))
    assert (found.rows, found.header, found.ragged) == (2, (b"a", b"b"), 0)


def test_what_shows_nothing_is_no_row() -> None:
    found = layout("a\tb\n\u00a0\n1\t2\n\u3000 \u200b\n\ufeff\n\x1a\n\0\0\0".encode())
    assert (found.rows, found.ragged) == (1, 0)


def test_a_quotation_that_nothing_closes_makes_each_line_a_row() -> None:
    found = layout(b'"a"\t"b"\n"1"\t"2"\n"3"\t"4\n' + b"5\t6\n" * 50_000)
    assert (found.rows, found.unclosed_line) == (50_002, 3)


def test_a_line_without_end_is_no_flat_file() -> None:
    assert records(b"a\tb\n" + b"x" * 1_100_000, media=TSV).layout is None


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        (b'{"spec": {}, "byDate": [1, 2], "byAsin": []}', {"byDate": 2, "byAsin": 0}),
        (b"[{}, {}, {}]", {"": 3}),
        (b"[[], null, 1]", {"": 1}),
        (b'{"reportSpecification": {"marketplaceIds": ["A"]}, "byDate": null}', {"byDate": 0}),
        ('{"ü": [1]}'.encode("cp1252"), {"ü": 1}),
    ],
)
def test_json_has_its_lists_counted(body: bytes, counts: dict[str, int]) -> None:
    found = records(body, cuts=[3, 9])
    assert (found.counts, found.error) == (counts, None)


@pytest.mark.parametrize(
    ("body", "nothing"),
    [
        (b"{}", True),
        (b'{"reportSpecification": {"reportType": "x"}}', True),
        (b'{"a": {"b": {}, "c": null}}', True),
        (b'{"made": "today", "rows": [], "others": [[], null]}', True),
        (b'{"rows": {"a": 1}}', False),
        (b'{"a": {"b": {"c": {"deep": [1]}}}}', False),
        (b'{"rows": [], "others": [{}]}', False),
    ],
)
def test_json_that_holds_nothing_is_known(body: bytes, nothing: bool) -> None:
    assert records(body).holds_nothing == nothing


@pytest.mark.parametrize(
    "body",
    [
        b'{"errorDetails": "why"}',
        b'{"errorDetails": {"message": "why"}, "rows": []}',
        b'[{"error_details": "why"}]',
        b'{"report": {"errorDetails": ["why"]}}',
        b'{"errors": [{"code": "InternalFailure", "message": "why"}]}',
        b'{"message": "Forbidden"}',
        b"<Error><Code>AccessDenied</Code></Error>",
        b'<?xml version="1.0"?><!-- S3 --><Error xmlns="a"><Message>why</Message></Error>',
        b"<ErrorResponse><Error><Code>Throttling</Code></Error></ErrorResponse>",
        b"<Response><Errors><Error/></Errors></Response>",
    ],
)
def test_an_error_is_known_in_whatever_shape(body: bytes) -> None:
    assert records(body).is_error


@pytest.mark.parametrize(
    "body",
    [
        b'{"errorDetails": null, "rows": [1]}',
        b'{"errors": [], "rows": [1]}',
        b'{"message": "Hello", "rows": [1]}',
        b'{"rows": [{"errorDetails": "of a row", "message": "a"}]}',
        b"<Errors><Order/></Errors>",
        b"<Response><Order/></Response>",
    ],
)
def test_rows_that_tell_of_errors_are_none(body: bytes) -> None:
    assert not records(body).is_error


def test_json_in_a_charset_of_several_bytes_or_beyond_all_depth_is_not_judged() -> None:
    for body in ('{"a": "ソ"}'.encode("cp932"), b"[" * 100_000):
        assert records(body, media=JSON) == Records()


@pytest.mark.parametrize(
    ("body", "why", "lines"),
    [
        (b'{"a": 1}\n{"a": 2}\n', "Extra data", True),
        (b'{"a": 1}\n{"a": \n', "Extra data", False),
        (b'{"a": NaN}', "NaN is no value", False),
        ('{"a": "ü'.encode()[:-1], "it ends within a character", False),
    ],
)
def test_json_that_does_not_parse_is_told(body: bytes, why: str, lines: bool) -> None:
    found = records(body)
    assert why in (found.error or "")
    assert found.json_lines == lines


def test_xml_has_its_elements_counted() -> None:
    found = records(b'<?xml version="1.0"?><E xmlns:a="x"><a:Order/><Order><Id/></Order></E>', cuts=[9, 30, 31])
    assert found.counts == {"E": 1, "Order": 2, "Id": 1}


@pytest.mark.parametrize(
    ("body", "nothing"),
    [
        (b'<E xmlns:a="b">\n  <Header><DocumentVersion>1.0</DocumentVersion></Header><Messages/></E>', True),
        (b"<E><!-- Order --><![CDATA[ ]]></E>", True),
        (b"<E><Header/>text</E>", False),
        (b'<E><Row sku="A"/></E>', False),
        (b"<E><![CDATA[text]]></E>", False),
    ],
)
def test_xml_that_holds_nothing_is_known(body: bytes, nothing: bool) -> None:
    assert records(body, cuts=[8]).holds_nothing == nothing


def test_xml_in_another_charset_than_it_says_is_not_judged() -> None:
    body = "<E><Order>für</Order></E>".encode("cp1252")
    for cuts in ([], [14], [15]):
        found = records(body, cuts=cuts)
        assert (found.counts, found.error) == (None, None)


@pytest.mark.parametrize("body", [b"<a><b></a>", b"<a>", b"<a/><b/>"])
def test_xml_that_is_not_well_formed_is_told(body: bytes) -> None:
    assert (records(body, media=XML).error or "").startswith("it is no XML: ")


def test_xml_that_declares_entities_is_not_read() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    assert records(bomb, media=XML).counts is None
