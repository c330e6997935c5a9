"""What is found out about a document while it streams by, whatever its bytes and however they are cut into chunks."""

import gc
import gzip
import hashlib
import os
import re
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise, product
from unittest import mock
from unittest.mock import ANY

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.landing import gzip_stream
from lambdas.landing.gzip_stream import DocumentBomb, DocumentCorrupt, gunzip
from lambdas.landing.inspector import HEAD_BYTES, Content, Inspector
from lambdas.landing.texts.text_evidence import TextEvidence
from lambdas.landing.threads import WAITING
from tests.testing.kinds import one_of_each
from tests.testing.samples import memory_below

MIB = 1024 * 1024
CUTS = st.lists(st.integers(0, 400), max_size=8)
PLAIN = st.binary(max_size=300).filter(lambda body: not body.startswith(b"\x1f\x8b"))
TEXT = st.text(max_size=100).map(str.encode) | st.lists(st.sampled_from([b"a", b"\n", b"\r\n", b"\xff"])).map(b"".join)
MEMBERS = st.lists(st.binary(max_size=200) | TEXT, min_size=1, max_size=4)


class File:
    """Chunks, read one after the other."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""

    def readinto(self, buffer: memoryview) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def inspect(chunks: Iterable[bytes]) -> Content:
    chunks = list(chunks)
    with Inspector(b"".join(chunks)[:2], whole_text=True) as inspector:
        # As landing does: views into a buffer that is used again.
        buffers = [bytearray(max(map(len, chunks), default=0)) for _ in range(WAITING + 2)]
        for number, chunk in enumerate(chunks):
            view = memoryview(buffers[number % len(buffers)])[: len(chunk)]
            view[:] = chunk
            inspector.feed(view)
        return inspector.finish()


def inflated(chunks: Iterable[bytes]) -> bytes:
    return b"".join(gunzip(File(chunks)))


def chunks_of(body: bytes, cuts: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    chunks = [body[start:end] for start, end in pairwise(ends)]
    assert b"".join(chunks) == body
    return chunks


def zipped(members: Sequence[bytes]) -> bytes:
    return b"".join(gzip.compress(member, mtime=0) for member in members)


def evidence_of(content: bytes) -> TextEvidence:
    try:
        content.decode("utf-8")
        utf8 = True
    except UnicodeDecodeError:
        utf8 = False
    sample = b"".join(line for line in re.findall(rb"[^\n]*\n|[^\n]+", content) if not line.isascii())
    escapes = re.search(rb"\x1b[$(]", content) is not None
    return TextEvidence(head=content[:HEAD_BYTES], utf8=utf8, whole=True, sample=sample, escapes=escapes)


def expected(body: bytes, content: bytes, *, gzip: bool) -> Content:
    lines = content.split(b"\n")
    return Content(
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
        gzip=gzip,
        uncompressed_size=len(content),
        lines=len(lines) - (lines[-1] == b""),
        head=content[:HEAD_BYTES],
        records=ANY,
        text=evidence_of(content),
    )


@given(PLAIN | TEXT, CUTS)
def test_a_plain_document(body: bytes, cuts: list[int]) -> None:
    assert inspect(chunks_of(body, cuts)) == expected(body, body, gzip=False)


@given(MEMBERS, st.integers(0, 20), CUTS)
def test_a_gzip_document_of_any_members_and_padding(members: list[bytes], padding: int, cuts: list[int]) -> None:
    body = zipped(members) + bytes(padding)
    assert inspect(chunks_of(body, cuts)) == expected(body, b"".join(members), gzip=True)
    assert inflated(chunks_of(body, cuts)) == b"".join(members)


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
    assert str(corrupt.value) == f"the gzip document is cut: it ends after {len(whole) + end} bytes, inside a member"


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
    assert str(corrupt.value).startswith(f"the gzip document does not inflate after {len(body)} bytes: ")


@pytest.mark.parametrize(
    ("size", "level", "held_back"),
    one_of_each(product([MIB, MIB + 1, 2 * MIB], [0, 9], [0, 1, 8]), lambda row: row[1:]),
)
def test_members_that_inflate_to_whole_pieces_and_are_cut_at_their_ends(size: int, level: int, held_back: int) -> None:
    members = [b"a" * size, b"", b"ab\n" * size, b"z"]
    parts = [gzip.compress(member, level, mtime=0) for member in members]
    ends = [sum(map(len, parts[: count + 1])) - held_back for count in range(len(parts))]
    content = inspect(chunks_of(b"".join(parts), ends))
    assert content.uncompressed_size == size * 4 + 1
    assert content.lines == size + 1


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_the_head_is_the_first_64_kib_inflated(compress: Callable[[bytes], bytes]) -> None:
    body = b"".join(b"%07d\n" % number for number in range(20_000))
    content = inspect(chunks_of(compress(body), range(0, 400_000, 1000)))
    assert content.head == body[:65_536]


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_head_and_kind_are_known_before_the_end(compress: Callable[[bytes], bytes]) -> None:
    body = compress(b"0000000\n0007919\n" + hashlib.shake_256(b"").digest(2 * MIB))
    with Inspector(body[:2], whole_text=False) as inspector:
        for chunk in chunks_of(body[:MIB], range(0, MIB, MIB // (WAITING + 4))):
            inspector.feed(chunk)
        assert inspector.head.startswith(b"0000000\n0007919\n")
        assert inspector.gzip is (compress is gzip.compress)


def test_an_inspector_that_is_left_early_has_ended() -> None:
    before = {*threading.enumerate()}
    with Inspector(b"pl", whole_text=False) as inspector:
        inspector.feed(b"plain")
    assert {*threading.enumerate()} <= before


def test_a_character_may_be_cut_by_chunks_but_not_by_the_end() -> None:
    euro = "€".encode()
    assert inspect([euro[:1], euro[1:2], euro[2:]]).text.utf8
    assert not inspect([euro[:1], euro[1:2]]).text.utf8


def test_an_error_that_its_source_keeps_is_no_leak() -> None:
    class Broken:
        """As a relay does, it keeps the error that reading it has ended with."""

        error: Exception | None = None

        def readinto(self, buffer: memoryview, /) -> int:
            return len(buffer)  # of zeros

    source = Broken()
    with pytest.raises(DocumentCorrupt) as corrupt:
        list(gunzip(source))
    source.error, kept = corrupt.value, weakref.ref(source)
    del source, corrupt
    gc.collect()
    assert kept() is None


def test_a_document_of_any_size_is_read_in_constant_memory() -> None:
    repeated = gzip.compress(b"".join(b"%06d," % number for number in range(3000)) * 2000)
    assert len(repeated) < 500_000
    with memory_below(10_000_000):
        content = inspect([repeated])
    assert content.uncompressed_size == 42_000_000


def test_a_bomb_is_refused_in_constant_memory() -> None:
    bomb = gzip.compress(bytes(70_000_000))
    with memory_below(10_000_000), pytest.raises(DocumentBomb) as refused:
        inspect([bomb])
    # Not all of it has to be read for that.
    read = int(str(refused.value).removeprefix("the gzip document inflates to more than 1000 times its ").split()[0])
    assert read <= len(bomb)


@pytest.mark.parametrize("small", [8 * MIB, pytest.param(gzip_stream.SMALL_BYTES, marks=pytest.mark.exhaustive)])
def test_a_small_document_may_hold_as_many_zeros_as_it_likes(small: int) -> None:
    with mock.patch.object(gzip_stream, "SMALL_BYTES", small):
        assert inspect([gzip.compress(bytes(small))]).uncompressed_size == small
        with pytest.raises(DocumentBomb):
            inspect([gzip.compress(bytes(small + 1))])
