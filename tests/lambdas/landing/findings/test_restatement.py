"""How two versions of a report differ, row by row, however they arrive and in whatever order."""

import csv
import io
import time
from collections import Counter
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.landing.contents.delimited_records import DelimitedRecords
from lambdas.landing.findings import restatement
from lambdas.landing.findings.restatement import (
    NotCompared,
    blocks_of_rows,
    compare,
    header_of,
    in_one_charset,
    in_utf8,
)
from tests.testing.arriving_documents import CUTS, chunks_of

LINES = st.lists(
    st.sampled_from([b"a\t1", b"a\t2", b"b\t1", b"\xfc", b'7" pipe', *(b"%d" % n for n in range(9))]), max_size=30
)
ENDS = st.sampled_from([b"\n", b"\r\n"])
FAR = time.monotonic() + 3600


@given(LINES, LINES, ENDS, ENDS, CUTS, st.booleans())
def test_it_counts_lines_as_a_multiset(
    before: list[bytes], after: list[bytes], end: bytes, other_end: bytes, cuts: list[int], last_end: bool
) -> None:
    old = end.join([b"header", *before]) + (end if last_end else b"")
    new = other_end.join([b"other header", *after]) + other_end
    difference = compare(chunks_of(old, cuts), chunks_of(new, cuts), until=FAR)
    was, became = Counter(before), Counter(after)
    assert len(difference.new) == (became - was).total()
    assert len(difference.gone) == (was - became).total()
    assert difference.same == (was & became).total()


@given(LINES)
def test_another_order_is_no_difference(lines: list[bytes]) -> None:
    text, other = (b"\n".join([b"header", *some, b""]) for some in (lines, lines[::-1]))
    assert compare([text], [other], until=FAR) == ([], [], len(lines))


def test_what_is_too_large_or_takes_too_long_is_not_compared() -> None:
    text = b"header\n" + b"row\n" * 100
    with mock.patch.object(restatement, "MOST_ROWS", 99), pytest.raises(NotCompared, match="more than 99 rows"):
        compare([text], [text], until=FAR)
    with pytest.raises(NotCompared, match="no time"):
        compare([text], [text], until=0)


def counted(before: bytes, after: bytes) -> tuple[int, int, int]:
    difference = compare([before], [after], until=FAR)
    return len(difference.new), len(difference.gone), difference.same


@pytest.mark.parametrize(
    ("before", "after", "counts"),
    [
        (b'"a","b"\n"1","x\ny"\n"2","z"\n', b'"a","b"\r\n"2","z"\r\n"1","x\r\ny"\r\n', (0, 0, 2)),
        (b'a,b\n1,"x\n\ny"\n', b'a,b\n1,"x\n\nz"\n', (1, 1, 0)),
        (b'"a"\t"b"\n"1"\t"x\ny"\n', b'"a"\t"b"\n"1"\t"x\ny"\n"1"\t"x\ny"\n', (1, 0, 1)),
        (b'"a\nb","c"\n1,2\n', b"a,c\n1,2\n", (0, 0, 1)),
        # In a TSV without quotes a quotation mark is an inch; in a CSV one that does not end is none.
        (b'a\tb\n1\t7"\n2\tx\n', b'a\tb\n2\tx\n1\t7"\n', (0, 0, 2)),
        (b'a,b\n1,7"\n2,x\n', b'a,b\n2,x\n1,7"\n', (0, 0, 2)),
        (b'a,b\n1,"x\n2,y\n', b'a,b\n2,y\n1,"x\n', (0, 0, 2)),
        (b"a\tb\n1\t2\n", b"\xef\xbb\xbfa\tc\n1\t2\n", (0, 0, 1)),
        (b"a\tb\n1\t2\n", b"b\ta\n2\t1\n", (1, 1, 0)),
        (b"a\tb\n1\t2\n", b"a\tb\tc\n1\t2\t3\n", (1, 1, 0)),
        (b"\r\n \r\na\tb\n1\t2\n \n\n", b"a\tb\n1\t2", (0, 0, 1)),
        (b"a\tb\r1\t2\r3\t4\r", b"a\tb\n3\t4\n1\t2\n", (0, 0, 2)),
        ("a\tb\n1\t2\n\u00a0\u3000\n".encode(), b"a\tb\n1\t2\n", (0, 0, 1)),
        (b"", b"a\tb\n1\t2\n", (1, 0, 0)),
        (b"a\tb\n1\t2\n", b"a\tb\n", (0, 1, 0)),
    ],
)
def test_rows_are_compared_and_no_lines(before: bytes, after: bytes, counts: tuple[int, int, int]) -> None:
    assert counted(before, after) == counts


CELLS = st.lists(st.text('ab\n",', max_size=4), min_size=2, max_size=2)


@given(st.lists(CELLS, max_size=9), CUTS)
def test_the_rows_are_those_that_landing_counts(rows: list[list[str]], cuts: list[int]) -> None:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    body = text.getvalue().encode()
    reader = DelimitedRecords(b",", quoted=True)
    reader.take(body, newlines=body.count(b"\n"), look=True)
    layout = reader.layout(lines=body.count(b"\n"))
    assert layout
    assert sum(map(len, blocks_of_rows(chunks_of(body, cuts)))) == layout.rows + 1 == len(rows) + 1


def test_a_cell_that_does_not_end_costs_no_time() -> None:
    text = b'a,b\n1,"x\n' + b"y\n" * 200_000
    assert sum(map(len, blocks_of_rows([text]))) == 200_002


def test_a_line_that_is_too_long_is_no_row() -> None:
    with pytest.raises(NotCompared, match="too long"):
        compare([b"a\tb\n", b"x" * 2_000_000], [b""], until=FAR)


def test_texts_in_unlike_charsets_are_compared_in_utf_8() -> None:
    text = "sku\tname\n1\tMüller\n2\tЖ\n"
    assert [in_one_charset(*each) for each in (("cp1252", "cp1252"), ("utf-16", "utf-16"), ("cp1252", "utf-8"))] == [
        True,
        False,
        False,
    ]
    wide = in_utf8(chunks_of(text.encode("utf-16"), [3, 8, 13]), "utf-16")
    assert compare(wide, [text.encode()], until=FAR) == ([], [], 2)
    with pytest.raises(NotCompared, match="not utf-8 throughout"):
        compare(in_utf8([b"a\n\xfc\n"], "utf-8"), [b""], until=FAR)
    with pytest.raises(NotCompared, match="not certain"):
        in_one_charset("utf-8", None)


def test_the_header_is_the_first_row() -> None:
    assert header_of([b"\xef\xbb\xbf\r", b'\n"a\nb","c"\n1,2\n']) == b'"a\nb","c"'
    assert header_of([b"\n"]) == b""
