"""How two versions of a report differ, line by line, however they arrive and in whatever order."""

import time
from collections import Counter
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.landing import restatement
from lambdas.landing.restatement import NotCompared, compare
from tests.lambdas.landing.test_landing_properties import CUTS, chunks_of

LINES = st.lists(
    st.sampled_from([b"a\t1", b"a\t2", b"b\t1", b"\xfc", b" ", *(b"%d" % n for n in range(9))]), max_size=30
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
    with mock.patch.object(restatement, "MOST_LINES", 99), pytest.raises(NotCompared, match="more than 99 lines"):
        compare([text], [text], until=FAR)
    with pytest.raises(NotCompared, match="no time"):
        compare([text], [text], until=0)
    with pytest.raises(NotCompared, match="carriage returns"):
        compare([text], [text.replace(b"\n", b"\r")], until=FAR)
