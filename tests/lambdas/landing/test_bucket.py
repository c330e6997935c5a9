"""Landing: whole documents become objects, broken ones become nothing."""

import gzip
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from unittest import mock

import pytest

from lambdas.landing import inspector
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.document_errors import DocumentIncomplete
from lambdas.landing.download import Download
from lambdas.landing.gzip_stream import DocumentCorrupt
from lambdas.landing.pipeline import Landing
from lambdas.landing.threads import ChunkPipe
from tests.lambdas.conftest import BUCKET, Clients
from tests.testing.small_parts import CHUNK_BYTES, MIB, PART_BYTES, parts_of

Objects = Callable[[], dict[str, bytes]]
# Two parts and a chunk of text, of which no two are equal.
CHUNKS = [b"%08d" % number * (CHUNK_BYTES // 8) for number in range(2 * PART_BYTES // CHUNK_BYTES + 1)]
MORE_THAN_A_PART = PART_BYTES // CHUNK_BYTES + 1
TSV = b"sku\tasin\r\n"


class Streamed(Download):
    """A download of these chunks; each read brings one, or as much of it as is wanted."""

    content_type = "text/plain"
    content_encoding = ""
    seconds_left = 60.0

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._rest = b""
        self.position = 0
        self.size = None
        self.etag = ""

    def readinto(self, buffer: memoryview) -> int:
        chunk = self._rest or next(self._chunks, b"")
        read, self._rest = min(len(chunk), len(buffer)), chunk[len(buffer) :]
        buffer[:read] = chunk[:read]
        self.position += read
        return read


def land(bucket: ReportBucket, chunks: Iterable[bytes], *, content_type: str = "text/plain") -> Landing:
    download = Streamed(chunks)
    download.content_type = content_type
    landing = bucket.land(download, bucket.window("a/R1"), metadata={"report-id": "R1"})
    assert isinstance(landing, Landing)
    return landing


@pytest.fixture
def uploads(aws: Clients, bucket: ReportBucket) -> Callable[[], int]:
    """Return a function that counts the multipart uploads under way."""
    return lambda: len(aws.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, 2 * PART_BYTES + 5])
def test_the_object_has_the_bytes_as_served(
    bucket: ReportBucket, objects: Objects, aws: Clients, uploads: Callable[[], int], size: int
) -> None:
    body = b"".join(CHUNKS)[:size]
    landing = land(bucket, [body])
    digest = hashlib.sha256(body).hexdigest()
    assert (landing.content.size, landing.content.sha256) == (size, digest)
    assert (landing.served_size, landing.served_sha256, landing.unwrapped) == (size, digest, False)
    assert list(objects()) == [landing.version.key] == ["reports/a/R1.txt"]
    assert objects()[landing.version.key] == body
    # S3 marks the ETag of an object of parts by their number.
    parts = aws.s3.head_object(Bucket=BUCKET, Key=landing.version.key)["ETag"].strip('"').partition("-")[2]
    assert parts == (str(-(-size // PART_BYTES)) if size >= PART_BYTES else "")
    assert uploads() == 0


def test_chunks_of_any_size_land(bucket: ReportBucket, objects: Objects) -> None:
    chunks = [CHUNKS[0], b"".join(CHUNKS[1:11]), b"a", CHUNKS[11][:17], *CHUNKS[12:]]
    landing = land(bucket, chunks)
    assert objects()[landing.version.key] == b"".join(chunks)


def test_what_is_inspected_slowly_is_not_written_over(bucket: ReportBucket, objects: Objects) -> None:
    read, numbers = ChunkPipe.readinto, range(3 * PART_BYTES // CHUNK_BYTES)
    # No two chunks have as many lines.
    body = b"".join(bytes(CHUNK_BYTES - number) + b"\n" * number for number in numbers)

    def slowly(pipe: ChunkPipe, buffer: memoryview) -> int:
        time.sleep(0.001)
        return read(pipe, buffer)

    with mock.patch.object(ChunkPipe, "readinto", slowly):
        landing = land(bucket, [body])
    assert landing.content.lines == sum(numbers)
    assert objects()[landing.version.key] == body


@pytest.mark.exhaustive
@pytest.mark.parametrize("size", [16 * MIB - 1, 16 * MIB, 40 * MIB + 5])
@pytest.mark.parametrize("zipped", [False, True])
def test_parts_of_the_size_that_production_has(
    bucket: ReportBucket, objects: Objects, aws: Clients, size: int, zipped: bool
) -> None:
    content = hashlib.shake_256(b"").digest(size)
    body = gzip.compress(content, compresslevel=0) if zipped else content
    with parts_of(16 * MIB, chunk_bytes=MIB):
        landing = land(bucket, [body])
    assert (landing.content.size, landing.content.uncompressed_size) == (len(body), size)
    assert objects() == {landing.version.key: body}
    parts = aws.s3.head_object(Bucket=BUCKET, Key=landing.version.key)["ETag"].strip('"').partition("-")[2]
    assert parts == (str(-(-len(body) // (16 * MIB))) if len(body) >= 16 * MIB else "")


@pytest.mark.parametrize("received", [0, 1, MORE_THAN_A_PART])
@pytest.mark.parametrize("kind", [DocumentIncomplete, KeyboardInterrupt, RuntimeError])
def test_a_transfer_that_breaks_leaves_nothing(
    bucket: ReportBucket, objects: Objects, uploads: Callable[[], int], received: int, kind: type[BaseException]
) -> None:
    error = kind("broken off")
    under_way = []

    def chunks() -> Iterator[bytes]:
        yield from CHUNKS[:received]
        under_way.append(uploads())
        raise error

    with pytest.raises(kind) as broken:
        land(bucket, chunks())
    assert broken.value is error
    assert under_way == [1 if received == MORE_THAN_A_PART else 0]
    assert uploads() == 0
    assert objects() == {}


@pytest.mark.parametrize(("size", "damage"), [(100, "cut"), (100, "flipped"), (PART_BYTES + CHUNK_BYTES, "flipped")])
@pytest.mark.parametrize("layers", [1, 2])
def test_gzip_that_is_not_whole_leaves_nothing(
    bucket: ReportBucket, objects: Objects, uploads: Callable[[], int], size: int, damage: str, layers: int
) -> None:
    whole = b"".join(CHUNKS)[:size]
    for _ in range(layers):
        whole = gzip.compress(whole, compresslevel=0)
    broken = whole[:-1] if damage == "cut" else whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]
    with pytest.raises(DocumentCorrupt):
        land(bucket, [broken])
    assert uploads() == 0
    assert objects() == {}
    # It is the damage that is refused.
    assert land(bucket, [whole]).content.uncompressed_size == size


@pytest.mark.parametrize(
    ("body", "served_as", "extension", "content_type"),
    [
        (TSV, "text/plain; charset=Cp1252", "tsv", "text/tab-separated-values; charset=Cp1252"),
        (TSV, "text/plain", "tsv", "text/tab-separated-values"),
        (TSV, "text/plain; charset=klingon-8", "tsv", "text/tab-separated-values"),
        (b'{"a": 1}', "text/plain; charset=UTF-8", "json", "application/json; charset=UTF-8"),
        (b"<a/>", "text/xml", "xml", "application/xml"),
        (b"%PDF-1.7", "application/pdf; charset=UTF-8", "pdf", "application/pdf"),
        # In parts, of which the first must know it all.
        (TSV + b"".join(CHUNKS[:9]), "text/plain; charset=Cp1252", "tsv", "text/tab-separated-values; charset=Cp1252"),
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_key_and_headers_tell_what_it_is(
    bucket: ReportBucket,
    aws: Clients,
    body: bytes,
    served_as: str,
    extension: str,
    content_type: str,
    zipped: bool,
) -> None:
    served = gzip.compress(body, compresslevel=0) if zipped else body
    landing = land(bucket, [served], content_type=served_as)
    assert landing.version.key == f"reports/a/R1.{extension}{'.gz' if zipped else ''}"
    assert landing.media.extension == extension
    head = aws.s3.head_object(Bucket=BUCKET, Key=landing.version.key)
    assert head["ContentType"] == content_type
    assert head.get("ContentEncoding") == ("gzip" if zipped else None)
    assert head["Metadata"] == {"report-id": "R1"}


@pytest.mark.parametrize("size", [0, 1000, 9 * CHUNK_BYTES])
def test_of_gzip_within_gzip_the_outer_one_is_taken_off(
    bucket: ReportBucket, objects: Objects, aws: Clients, size: int
) -> None:
    content = TSV + b"".join(CHUNKS)[:size]
    inner = gzip.compress(content, compresslevel=0)
    served = gzip.compress(inner[:10]) + gzip.compress(inner[10:], compresslevel=1)
    landing = land(bucket, [served], content_type="text/plain; charset=UTF-8")
    assert objects() == {"reports/a/R1.tsv.gz": inner}
    assert aws.s3.head_object(Bucket=BUCKET, Key=landing.version.key)["ContentEncoding"] == "gzip"
    assert landing.unwrapped
    assert (landing.content.size, landing.content.sha256) == (len(inner), hashlib.sha256(inner).hexdigest())
    assert (landing.served_size, landing.served_sha256) == (len(served), hashlib.sha256(served).hexdigest())
    assert landing.content.uncompressed_size == len(content)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("first_reads", [[1], [2, 1], [5, 5, 5], [11]])
def test_gzip_within_gzip_is_known_however_few_bytes_come_first(
    bucket: ReportBucket, objects: Objects, layers: int, first_reads: list[int]
) -> None:
    served = [TSV]
    for _ in range(layers):
        served.append(gzip.compress(served[-1]))
    rest, chunks = served[-1], []
    for count in first_reads:
        chunks.append(rest[:count])
        rest = rest[count:]
    landing = land(bucket, [*chunks, rest])
    # One layer is taken off, of two or more.
    assert objects()[landing.version.key] == served[max(layers - 1, 1)]
    assert landing.unwrapped is (layers > 1)


@pytest.mark.parametrize(("label", "whole"), [("text/plain", True), ("text/plain; charset=UTF-8", False)])
def test_all_of_a_text_is_looked_at_where_no_label_says_its_charset(
    bucket: ReportBucket, label: str, whole: bool
) -> None:
    with mock.patch.object(inspector, "LOOKED_AT_WHOLE_BYTES", 0):
        text = land(bucket, [TSV, os.urandom(200_000)], content_type=label).content.text
    assert text.whole is whole


def test_a_document_that_lands_again_takes_the_place_of_the_first(bucket: ReportBucket, objects: Objects) -> None:
    for body in (TSV, TSV + b"A-1\tB0\r\n"):
        land(bucket, [body])
    assert objects() == {"reports/a/R1.tsv": TSV + b"A-1\tB0\r\n"}


def test_a_manifest_is_found_again(bucket: ReportBucket, objects: Objects, aws: Clients) -> None:
    manifest = {"result": {"rows": None, "title": "Müller 商品"}, "list": [1, 2.5, True]}
    bucket.window("a/R1").commit(manifest)
    assert list(objects()) == ["manifests/a/R1.json"] == [bucket.window("a/R1").manifest_key]
    assert bucket.window("a/R1").manifest == manifest
    assert "Müller 商品".encode() in objects()["manifests/a/R1.json"]
    head = aws.s3.head_object(Bucket=BUCKET, Key="manifests/a/R1.json")
    assert head["ContentType"] == "application/json"


def test_a_report_that_has_not_landed_has_no_manifest(bucket: ReportBucket) -> None:
    land(bucket, [TSV])
    assert bucket.window("a/R1").manifest is None


@pytest.mark.parametrize("size", [0, 9 * CHUNK_BYTES])
def test_a_zone_has_its_own_prefix_and_its_own_key(
    bucket: ReportBucket, objects: Objects, aws: Clients, size: int
) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/planted"
    headers = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
    zone = ReportBucket(s3=aws.s3, bucket=BUCKET, zone="restricted/", headers=headers)
    land(zone, [TSV, *CHUNKS[: size // CHUNK_BYTES]])
    zone.window("R1").commit({"a": 1})
    assert set(objects()) == {"restricted/reports/a/R1.tsv", "restricted/manifests/R1.json"}
    for landed in objects():
        head = aws.s3.head_object(Bucket=BUCKET, Key=landed)
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", key)
    # What lies in the zone is not found from without.
    assert zone.window("R1").manifest == {"a": 1}
    assert bucket.window("R1").manifest is None
