"""Landing: whole documents become objects, broken ones become nothing."""

import gzip
from collections.abc import Callable, Iterator

import pytest

from document import DocumentIncomplete, Download
from inspection import DocumentCorrupt
from landing import PART_BYTES, ReportBucket
from tests.lambdas.conftest import BUCKET, Clients

Objects = Callable[[], dict[str, bytes]]
MIB = 1024 * 1024
# 17 MiB of text, of which no two are equal.
CHUNKS = [b"%08d" % number * (MIB // 8) for number in range(17)]


def download(*chunks: bytes, content_type: str = "text/plain", content_encoding: str = "") -> Download:
    return Download(content_type, content_encoding, sum(map(len, chunks)), iter(chunks))


def pieces(body: bytes) -> list[bytes]:
    return [body[start : start + MIB] for start in range(0, len(body), MIB)]


@pytest.fixture
def uploads(aws: Clients, bucket: ReportBucket) -> Callable[[], int]:
    """Return a function that counts the multipart uploads under way."""
    return lambda: len(aws.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []))


@pytest.mark.parametrize(
    ("size", "multipart"),
    [(0, False), (1, False), (PART_BYTES - 1, False), (PART_BYTES, True), (2 * PART_BYTES + 5, True)],
)
def test_the_object_has_the_bytes_as_served(
    bucket: ReportBucket, objects: Objects, aws: Clients, uploads: Callable[[], int], size: int, multipart: bool
) -> None:
    body = b"".join(CHUNKS)[:size]
    landing = bucket.land(download(*pieces(body)), path="a/R1", metadata={})
    assert landing.content.size == size
    assert list(objects()) == [landing.key] == ["reports/a/R1.txt"]
    assert objects()[landing.key] == body
    # S3 marks the ETag of an object of parts by their number.
    parts = aws.s3.head_object(Bucket=BUCKET, Key=landing.key)["ETag"].strip('"').partition("-")[2]
    assert parts == (str(-(-size // PART_BYTES)) if multipart else "")
    assert uploads() == 0


def test_chunks_of_any_size_land(bucket: ReportBucket, objects: Objects) -> None:
    chunks = [CHUNKS[0], b"", b"".join(CHUNKS[1:11]), b"a", CHUNKS[11][:17], *CHUNKS[12:]]
    landing = bucket.land(download(*chunks), path="R1", metadata={})
    assert objects()[landing.key] == b"".join(chunks)


@pytest.mark.parametrize("received", [0, 1, 9])
@pytest.mark.parametrize("error", [DocumentIncomplete("broken off"), KeyboardInterrupt(), RuntimeError("bug")])
def test_a_transfer_that_breaks_leaves_nothing(
    bucket: ReportBucket, objects: Objects, uploads: Callable[[], int], received: int, error: BaseException
) -> None:
    under_way = []

    def chunks() -> Iterator[bytes]:
        yield from CHUNKS[:received]
        under_way.append(uploads())
        raise error

    with pytest.raises(type(error)) as broken:
        bucket.land(download()._replace(chunks=chunks()), path="R1", metadata={})
    assert broken.value is error
    assert under_way == [1 if received == 9 else 0]
    assert uploads() == 0
    assert objects() == {}


@pytest.mark.parametrize(("size", "damage"), [(100, "cut"), (100, "flipped"), (9 * MIB, "flipped")])
def test_gzip_that_is_not_whole_leaves_nothing(
    bucket: ReportBucket, objects: Objects, uploads: Callable[[], int], size: int, damage: str
) -> None:
    whole = gzip.compress(b"".join(CHUNKS)[:size], compresslevel=0)
    broken = whole[:-1] if damage == "cut" else whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:]
    with pytest.raises(DocumentCorrupt):
        bucket.land(download(*pieces(broken)), path="R1", metadata={})
    assert uploads() == 0
    assert objects() == {}
    # It is the damage that is refused.
    assert bucket.land(download(*pieces(whole)), path="R1", metadata={}).content.uncompressed_size == size


def test_an_upload_that_s3_refuses_leaves_nothing(
    bucket: ReportBucket, objects: Objects, aws: Clients, uploads: Callable[[], int]
) -> None:
    def chunks() -> Iterator[bytes]:
        yield from CHUNKS[:15]
        (upload,) = aws.s3.list_multipart_uploads(Bucket=BUCKET)["Uploads"]
        aws.s3.abort_multipart_upload(Bucket=BUCKET, Key=upload["Key"], UploadId=upload["UploadId"])
        yield CHUNKS[15]

    with pytest.raises(aws.s3.exceptions.ClientError, match="NoSuchUpload"):
        bucket.land(download()._replace(chunks=chunks()), path="R1", metadata={})
    assert uploads() == 0
    assert objects() == {}


TSV = b"sku\tasin\r\n"


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
    # What the labels say of compression counts for nothing.
    labelled = download(*pieces(served), content_type=served_as, content_encoding="" if zipped else "gzip")
    landing = bucket.land(labelled, path="a/R1", metadata={"report-id": "R1"})
    assert landing.key == f"reports/a/R1.{extension}{'.gz' if zipped else ''}"
    assert landing.media.extension == extension
    assert (landing.content_type, landing.content_encoding) == (served_as, labelled.content_encoding)
    head = aws.s3.head_object(Bucket=BUCKET, Key=landing.key)
    assert head["ContentType"] == content_type
    assert head.get("ContentEncoding") == ("gzip" if zipped else None)
    assert head["Metadata"] == {"report-id": "R1"}


def test_a_document_that_lands_again_takes_the_place_of_the_first(bucket: ReportBucket, objects: Objects) -> None:
    for body in (TSV, TSV + b"A-1\tB0\r\n"):
        bucket.land(download(body), path="R1", metadata={})
    assert objects() == {"reports/R1.tsv": TSV + b"A-1\tB0\r\n"}


def test_a_manifest_is_found_again(bucket: ReportBucket, objects: Objects, aws: Clients) -> None:
    manifest = {"result": {"rows": None, "title": "Müller 商品"}, "list": [1, 2.5, True]}
    assert bucket.put_manifest(path="a/R1", manifest=manifest) == "manifests/a/R1.json"
    assert bucket.manifest(path="a/R1") == manifest
    assert "Müller 商品".encode() in objects()["manifests/a/R1.json"]
    head = aws.s3.head_object(Bucket=BUCKET, Key="manifests/a/R1.json")
    assert head["ContentType"] == "application/json"


def test_a_report_that_has_not_landed_has_no_manifest(bucket: ReportBucket) -> None:
    bucket.land(download(TSV), path="a/R1", metadata={})
    assert bucket.manifest(path="a/R1") is None
