"""The rows of flat files: every cell of every row, whatever is odd about it."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lambdas.landing.contents.delimited_records import DelimitedRecords
from lambdas.tables import delimited_text, text_blocks
from lambdas.tables.delimited_text import DelimitedText
from lambdas.tables.rows import Columns, NotTabular

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\t\n"), max_size=6) | st.sampled_from(["", '"', "a\rb"])
CUTS = st.integers(1, 40)
Row = tuple[list[str], list[str]]


def read(text: str, *, delimiter: str = "\t", quoted: bool = False, piece: int = 1000) -> tuple[list[str], list[Row]]:
    """Return the header, and each row with what it has beyond it; in pieces and blocks of so many bytes."""
    body = text.encode()
    pieces = [body[start : start + piece] for start in range(0, len(body), piece)]
    with mock.patch.object(text_blocks, "BLOCK_BYTES", piece):
        reader = DelimitedText(pieces, delimiter=delimiter, quoted=quoted)
        rows = []
        for block in reader.rows():
            columns = [column.to_pylist() for column in block.cells]
            for cells, extra in zip(zip(*columns, strict=True), block.extra.to_pylist(), strict=True):
                rows.append(([*cells], json.loads(extra) if extra else []))
    return reader.header, rows


class LineByLine(DelimitedText):
    """The same by Python alone."""

    def _regular(self, _lines: bytes) -> list[Columns]:
        return []

    def _irregular(self, lines: bytes) -> Iterator[Columns]:
        if rows := list(self._records(lines)):
            yield self._fitted(rows)


def everything(
    reader: type[DelimitedText], text: str, *, delimiter: str, quoted: bool, piece: int
) -> tuple[list[str], list[tuple[str | None, ...]], tuple[int, int]]:
    body = text.encode()
    made = reader(
        (body[start : start + piece] for start in range(0, len(body), piece)), delimiter=delimiter, quoted=quoted
    )
    rows = list[tuple[str | None, ...]]()
    for block in made.rows():
        rows += zip(*(column.to_pylist() for column in [*block.cells, block.extra]), strict=True)
    return made.header, rows, (made.misfits.short, made.misfits.long)


def written(rows: Sequence[Sequence[str]], end: str) -> str:
    return "".join("\t".join(row) + end for row in rows)


@given(st.integers(1, 5).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width))), CUTS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_flat_file_has_the_cells_that_were_written(end: str, rows: list[list[str]], piece: int) -> None:
    width = len(rows[0]) if rows else 2
    header = [f"column-{place}" for place in range(width)]
    # One carriage return before the end of a line is a part of that.
    rows = [[*row[:-1], row[-1].removesuffix("\r")] for row in rows]
    found = read(written([header, *rows], end), piece=piece)
    assert found == (header, [(row, []) for row in rows])


@given(st.lists(st.lists(CELL.map(lambda cell: cell.replace("\r", "")), max_size=6)), CUTS)
def test_a_ragged_row_keeps_its_cells(rows: list[list[str]], piece: int) -> None:
    header = ["a", "b", "c"]
    _, found = read(written([header, *rows], "\r\n"), piece=piece)
    kept = [row for row in rows if "\t".join(row)]
    assert [cells for cells, _ in found] == [[*row, "", "", ""][:3] for row in kept]
    assert [extra for _, extra in found] == [row[3:] if any(row[3:]) else [] for row in kept]


@given(st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(st.text(max_size=6), min_size=width, max_size=width))))
def test_a_quoted_file_has_the_cells_that_were_written(rows: list[list[str]]) -> None:
    width = len(rows[0]) if rows else 2
    rows = [[cell.encode(errors="replace").decode() for cell in row] for row in rows]
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["c"] * width, *rows])
    assert read(file.getvalue(), delimiter=",", quoted=True, piece=7)[1] == [(row, []) for row in rows]


NASTY = st.text(st.sampled_from(['"', '"', ",", ",", "\t", "\n", "\n", "\r", "a", "é", "ÿ", "\ufeff", "\0", " "]))
LINES = st.lists(
    st.sampled_from(["a,b", '"a",b', '"a\nb",""', '"a""b","c,d"', "a,", ",", "", "a", "a,b,c", '"a', 'b",c'])
)


# A byte-order mark begins a block; a cell is still open where one ends; a cell is too long for one; a lone carriage
# return makes two records that are as wide as the header; so does an end of a line that is not the line's own.
@example("", "\t\n\ufeff", "\t", False, 1, 3)
@example("a,b\n", 'x,y\n1,"2\n3,4\n', ",", True, 40, 1000)
@example("a,b\n", '1,"x\nx\nxxx\nxxx\nxxx\n"\n1,2\n', ",", True, 40, 9)
@example("a,b\n", "1,2\r3,4\n5,6\r\r\n", ",", False, 40, 1000)
@example("a,b\n", '"1\r\n2",3\rx\n', ",", True, 40, 1000)
@example("a,b\n", "1,2\r,3\n", ",", False, 40, 1000)
@example("a\n", "\n1\n", ",", False, 40, 1000)
@example("a,b\n", 'ÿ1,ÿ"2\n', ",", False, 40, 1000)
@given(
    st.sampled_from(["", "a,b\n", "a\tb\n", "a\n", '"a\nb",c,d\n']),
    NASTY | LINES.map("\n".join) | LINES.map("\r\n".join),
    st.sampled_from(["\t", ","]),
    st.booleans(),
    CUTS,
    st.sampled_from([3, 9, 30, 1000]),
)
def test_what_is_split_at_once_has_the_cells_that_it_has_line_by_line(
    header: str, body: str, delimiter: str, quoted: bool, piece: int, longest: int
) -> None:
    with (
        mock.patch.object(text_blocks, "BLOCK_BYTES", piece),
        mock.patch.object(delimited_text, "LONGEST_CELL_BYTES", longest),
    ):
        found = [
            everything(reader, header + body, delimiter=delimiter, quoted=quoted, piece=piece)
            for reader in (DelimitedText, LineByLine)
        ]
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ('a\tb\r\n12" pipe\t"x\r\n\t\r\n', "\t"),
        ("a\tb\n1\t2\n3\n4\t5\t6\nx\ry\t\n\n", "\t"),
        ('a,b\r\n"say ""x""","1,2"\r\n"1\r\n2",3\r\n12" pipe,"x"\r\n', ","),
        ("a\n1\n2\n", "\t"),
    ],
)
def test_what_nearly_all_reports_are_like_is_not_read_line_by_line(text: str, delimiter: str) -> None:
    made = DelimitedText([text.encode()], delimiter=delimiter, quoted=delimiter == ",")
    with mock.patch.object(made, "_records", side_effect=AssertionError):
        assert [*made.rows()]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\n1\n\n3\n", [["1"], [""], ["3"]]),
        ("\n\na\n1\n\n3", [["1"], [""], ["3"]]),
        ("a\tb\n1\t2\n\n\r\n3\t4", [["1", "2"], ["3", "4"]]),
        ('a\tb\n12" pipe\t"x\n', [['12" pipe', '"x']]),
        ("a\tb\n", []),
        ("a\tb", []),
        ("", []),
        ("a\tb\n1\t2\n\t\n", [["1", "2"], ["", ""]]),
        # One with a cell more and one with a cell less: together they have as many as two that are whole.
        ("a\tb\n1\n2\t3\t4\n", [["1", ""], ["2", "3"]]),
        ("a\tb\n0001\t1,50\nNULL\t\\N\n", [["0001", "1,50"], ["NULL", "\\N"]]),
        ("a\tb\nx\0y\t\u2028\n", [["x\0y", "\u2028"]]),
    ],
)
def test_what_is_odd_about_a_tsv_is_kept(text: str, rows: list[list[str]]) -> None:
    for piece in (1, 3, 1000):
        assert [cells for cells, _ in read(text, piece=piece)[1]] == rows


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ('a,b\r\n"1\n2",3\r\n', [["1\n2", "3"]]),
        ('a,b\r\n"1\r\n2","3,4"\r\n', [["1\r\n2", "3,4"]]),
        ('a,b\n12" pipe,x\n5,6\n', [['12" pipe', "x"], ["5", "6"]]),
        ('a,b\n"say ""x""",1\n', [['say "x"', "1"]]),
        ('a,b\nx\ry,"1,2"\n', [["x\ry", "1,2"]]),
        ('"a\nb",c\n1,2\n', [["1", "2"]]),
        # A mark that nothing closes quotes nothing, and neither does any other after it.
        ('a,b\n"1,2\n3,4\n5,6', [['"1', "2"], ["3", "4"], ["5", "6"]]),
    ],
)
def test_what_is_odd_about_a_csv_is_kept(text: str, rows: list[list[str]]) -> None:
    found = [cells for cells, _ in read(text, delimiter=",", quoted=True)[1]]
    assert found == rows
    # As many as landing has counted.
    layout = DelimitedRecords(b",", quoted=True)
    layout.take(text.encode(), newlines=text.count("\n"), look=True)
    counted = layout.layout(lines=text.count("\n") + (not text.endswith("\n")))
    assert counted
    assert len(found) == counted.rows


def test_three_hundred_columns_are_as_good_as_three() -> None:
    header, row = [f"c{place}" for place in range(300)], [str(place) for place in range(300)]
    assert read(written([header, row], "\n")) == (header, [(row, [])])


def test_a_line_without_end_is_no_row() -> None:
    with mock.patch.object(text_blocks, "LONGEST_LINE_BYTES", 100), pytest.raises(NotTabular, match="longer"):
        read("a\tb\n" + "x" * 200, piece=10)
