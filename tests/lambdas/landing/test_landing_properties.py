"""Whatever happens to a document on its way, afterwards there is either no object at all or the right one."""

import gzip
import hashlib
import zlib
from collections.abc import Sequence
from random import Random
from typing import TYPE_CHECKING, NamedTuple, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.landing.bucket import ReportBucket
from lambdas.landing.document_errors import DocumentIncomplete
from lambdas.landing.gzip_stream import DocumentCorrupt
from lambdas.landing.pipeline import Landing
from tests.lambdas.conftest import BUCKET, Clients
from tests.testing.arriving_documents import CUTS, IN_MANY_CHUNKS, ONE_BUCKET, Arriving, chunks_of, left
from tests.testing.small_parts import PART_BYTES

if TYPE_CHECKING:
    from lambdas.landing.download import Download

MAGIC = b"\x1f\x8b"
CONTENT = st.binary(max_size=600) | st.text(max_size=100).map(str.encode)
MEMBERS = st.lists(CONTENT, min_size=1, max_size=4).filter(lambda members: not b"".join(members).startswith(MAGIC))


@pytest.fixture
def bucket(bucket: ReportBucket, aws: Clients) -> ReportBucket:
    """Return the restricted zone, where no document is refused for the names that stand in it."""
    return ReportBucket(s3=aws.s3, bucket=BUCKET, zone="restricted/")


class Served(NamedTuple):
    """A document, the bytes that it is served as, and those that shall land."""

    content: bytes
    body: bytes
    landed: bytes


def zipped(members: Sequence[bytes], *, level: int = 9) -> bytes:
    return b"".join(gzip.compress(member, level, mtime=0) for member in members)


@st.composite
def gzip_documents(draw: st.DrawFn) -> Served:
    members = draw(MEMBERS)
    landed = zipped(members)
    # An outer gzip may have members of its own; the first must show that it holds gzip.
    outside = draw(st.none() | st.integers(2, len(landed)))
    body = landed if outside is None else zipped([part for part in (landed[:outside], landed[outside:]) if part])
    return Served(b"".join(members), body, landed)


@st.composite
def plain_documents(draw: st.DrawFn) -> Served:
    content = draw(CONTENT.filter(lambda content: not content.startswith(MAGIC)))
    return Served(content, content, content)


def land(bucket: ReportBucket, arriving: Arriving) -> Landing:
    landing = bucket.land(cast("Download", arriving), bucket.window("R1"), metadata={"report-id": "R1"})
    assert isinstance(landing, Landing)
    return landing


def lands(bucket: ReportBucket, arriving: Arriving) -> Landing | None:
    """Return where it has landed, None where it is refused as handle_done expects it."""
    try:
        return land(bucket, arriving)
    except (DocumentIncomplete, DocumentCorrupt):
        return None


@ONE_BUCKET
@IN_MANY_CHUNKS
@given(gzip_documents() | plain_documents(), CUTS)
def test_a_whole_document_lands_however_it_arrives(
    bucket: ReportBucket, aws: Clients, served: Served, cuts: list[int]
) -> None:
    landing = land(bucket, Arriving(chunks_of(served.body, cuts)))
    assert left(aws) == [served.landed]
    assert landing.unwrapped is (served.body != served.landed)
    assert landing.content.uncompressed_size == len(served.content)
    assert landing.version.key.endswith(".gz") is served.landed.startswith(MAGIC)
    for size, sha256, body in (
        (landing.content.size, landing.content.sha256, served.landed),
        (landing.served_size, landing.served_sha256, served.body),
    ):
        assert (size, sha256) == (len(body), hashlib.sha256(body).hexdigest())


@ONE_BUCKET
@IN_MANY_CHUNKS
@given(gzip_documents() | plain_documents(), CUTS, st.data())
def test_a_transfer_that_breaks_anywhere_leaves_nothing(
    bucket: ReportBucket, aws: Clients, served: Served, cuts: list[int], data: st.DataObject
) -> None:
    end = data.draw(st.integers(0, len(served.body)))
    assert lands(bucket, Arriving(chunks_of(served.body[:end], cuts), breaks=True)) is None
    assert left(aws) == []


@ONE_BUCKET
@IN_MANY_CHUNKS
@given(gzip_documents(), CUTS, st.data())
def test_gzip_that_is_cut_without_a_word_leaves_nothing_or_whole_members(
    bucket: ReportBucket, aws: Clients, served: Served, cuts: list[int], data: st.DataObject
) -> None:
    # Less than two bytes are not known as gzip; that they are too few is for the length to say.
    end = data.draw(st.integers(2, len(served.body) - 1))
    landing = lands(bucket, Arriving(chunks_of(served.body[:end], cuts)))
    found = left(aws)
    assert len(found) == (landing is not None)
    # Gzip does not say how many members follow: each of those that are there is whole.
    assert all(whole_members(body) for body in found)
    assert all(served.landed.startswith(body) for body in found)


@ONE_BUCKET
@IN_MANY_CHUNKS
@given(gzip_documents(), CUTS, st.data(), st.integers(1, 255))
def test_gzip_in_which_a_byte_is_wrong_leaves_nothing_or_the_right_content(
    bucket: ReportBucket, aws: Clients, served: Served, cuts: list[int], data: st.DataObject, flip: int
) -> None:
    # The first two bytes say that it is gzip. Some of a header, such as its time, say nothing of the content.
    at = data.draw(st.integers(2, len(served.body) - 1))
    body = bytearray(served.body)
    body[at] ^= flip
    landing = lands(bucket, Arriving(chunks_of(bytes(body), cuts)))
    found = left(aws)
    assert len(found) == (landing is not None)
    assert all(gzip.decompress(body) == served.content for body in found)


def whole_members(body: bytes) -> bool:
    while body:
        member = zlib.decompressobj(31)
        member.decompress(body)
        if not member.eof:
            return False
        body = member.unused_data.lstrip(b"\0")
    return True


@pytest.fixture(scope="module")
def large() -> bytes:
    """Return a document of three parts, in lines of which no two are equal."""
    lines = Random(1).randbytes(PART_BYTES).hex("\n", 500).encode()  # noqa: S311 - the same each time
    return zipped([lines[:100], lines[100:]], level=0)


@pytest.mark.parametrize("at", [PART_BYTES - 1, 2 * PART_BYTES, -1])
@pytest.mark.parametrize("damage", ["broken", "cut", "wrong"])
def test_a_document_of_parts_leaves_nothing_either(
    bucket: ReportBucket, aws: Clients, large: bytes, at: int, damage: str
) -> None:
    at %= len(large)
    body = large if damage == "wrong" else large[:at]
    body = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :] if damage == "wrong" else body
    assert lands(bucket, Arriving([body], breaks=damage == "broken")) is None
    assert left(aws) == []


def test_a_document_of_parts_that_is_whole_lands(bucket: ReportBucket, aws: Clients, large: bytes) -> None:
    assert lands(bucket, Arriving(chunks_of(large, range(0, len(large), 100_003))))
    assert left(aws) == [large]
