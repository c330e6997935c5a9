"""What is found out about a document while it streams by, whatever its bytes and however they are cut into chunks."""

import gzip
import hashlib
import os
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspection import HEAD_BYTES, Content, DocumentCorrupt, Inspector

CUTS = st.lists(st.integers(0, 400), max_size=8)
PLAIN = st.binary(max_size=300).filter(lambda body: not body.startswith(b"\x1f\x8b"))
TEXT = st.text(max_size=100).map(str.encode) | st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\xff"])).map(b"".join)
MEMBERS = st.lists(st.binary(max_size=200) | TEXT, min_size=1, max_size=4)


def inspect(chunks: Iterable[bytes]) -> Content:
    inspector = Inspector()
    for chunk in chunks:
        inspector.feed(chunk)
    return inspector.finish()


def chunks_of(body: bytes, cuts: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    chunks = [body[start:end] for start, end in pairwise(ends)]
    assert b"".join(chunks) == body
    return chunks


def zipped(members: Sequence[bytes]) -> bytes:
    return b"".join(gzip.compress(member, mtime=0) for member in members)


def is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def expected(body: bytes, content: bytes, *, gzip: bool) -> Content:
    lines = content.split(b"\n")
    return Content(
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        gzip=gzip,
        uncompressed_size=len(content),
        lines=len(lines) - (lines[-1] == b""),
        head=content[:HEAD_BYTES],
        utf8=is_utf8(content),
    )


@given(PLAIN | TEXT, CUTS)
def test_a_plain_document(body: bytes, cuts: list[int]) -> None:
    assert inspect(chunks_of(body, cuts)) == expected(body, body, gzip=False)


@given(MEMBERS, st.integers(0, 20), CUTS)
def test_a_gzip_document_of_any_members_and_padding(members: list[bytes], padding: int, cuts: list[int]) -> None:
    body = zipped(members) + bytes(padding)
    assert inspect(chunks_of(body, cuts)) == expected(body, b"".join(members), gzip=True)


@given(MEMBERS, st.data(), CUTS)
def test_a_gzip_document_that_is_cut_inside_a_member(
    members: list[bytes], data: st.DataObject, cuts: list[int]
) -> None:
    body = zipped(members)
    whole = {len(zipped(members[:count])) for count in range(len(members) + 1)}
    # One byte does not yet tell gzip from a text.
    end = data.draw(st.integers(2, len(body)).filter(lambda end: end not in whole))
    with pytest.raises(DocumentCorrupt):
        inspect(chunks_of(body[:end], cuts))


@pytest.mark.parametrize("end", range(1, 10))
def test_a_member_that_is_cut_in_its_first_bytes(end: int) -> None:
    whole = gzip.compress(b"whole")
    with pytest.raises(DocumentCorrupt) as corrupt:
        inspect([whole + gzip.compress(b"cut")[:end]])
    assert str(corrupt.value) == (f"the gzip document is cut: it ends after {len(whole) + end} bytes, inside a member")


@given(MEMBERS, st.integers(1, 8), st.integers(0, 7), CUTS)
def test_a_flipped_bit_in_a_trailer(members: list[bytes], from_end: int, bit: int, cuts: list[int]) -> None:
    body = bytearray(zipped(members))
    body[-from_end] ^= 1 << bit
    with pytest.raises(DocumentCorrupt):
        inspect(chunks_of(bytes(body), cuts))


@given(MEMBERS, st.integers(0, 8), st.binary(min_size=1, max_size=40), CUTS)
def test_anything_but_zeros_and_members_after_a_member(
    members: list[bytes], padding: int, rest: bytes, cuts: list[int]
) -> None:
    garbage = bytes(padding) + b"\x01" + rest
    with pytest.raises(DocumentCorrupt):
        inspect(chunks_of(zipped(members) + garbage, cuts))


def test_the_middle_of_a_document_that_is_damaged() -> None:
    body = bytearray(gzip.compress(os.urandom(10_000)))
    body[5_000] ^= 0xFF
    with pytest.raises(DocumentCorrupt) as corrupt:
        inspect([bytes(body)])
    assert str(corrupt.value).startswith(f"the gzip document does not inflate after {len(body)} bytes: Error -3")


@pytest.mark.parametrize("size", [2**20 - 1, 2**20, 2**20 + 1, 2**21])
@pytest.mark.parametrize("trailer_held_back", [0, 1, 8, 9])
def test_a_document_that_inflates_to_just_a_whole_piece(size: int, trailer_held_back: int) -> None:
    body = gzip.compress(b"a" * size)
    content = inspect(chunks_of(body, [len(body) - trailer_held_back]))
    assert content.uncompressed_size == size


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_the_head_is_the_first_64_kib_inflated(compress: Callable[[bytes], bytes]) -> None:
    body = b"".join(b"%07d\n" % number for number in range(20_000))
    inspector = Inspector()
    for chunk in chunks_of(compress(body), range(0, 400_000, 1000)):
        inspector.feed(chunk)
    assert inspector.head == inspector.finish().head == body[:65_536]


def test_a_character_may_be_cut_by_chunks_but_not_by_the_end() -> None:
    euro = "€".encode()
    assert inspect([euro[:1], euro[1:2], euro[2:]]).utf8
    assert not inspect([euro[:1], euro[1:2]]).utf8


def test_a_bomb_is_read_in_constant_memory() -> None:
    bomb = gzip.compress(bytes(100_000_000))
    assert len(bomb) < 100_000
    inspector = Inspector()
    tracemalloc.start()
    try:
        inspector.feed(bomb)
        content = inspector.finish()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert content.uncompressed_size == 100_000_000
    assert peak < 10_000_000
