"""UTF-8 copies: the same text whatever it was in and however it arrives; none of what is no text in its charset."""

import gzip
import hashlib
import re
import time
from collections.abc import Callable
from itertools import product
from typing import TYPE_CHECKING, cast
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from lambdas.landing import multipart_upload
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.document_errors import DocumentIncomplete
from lambdas.landing.gzip_stream import GZIP_MAGIC, DocumentCorrupt
from lambdas.landing.inspector import Content, Inspector
from lambdas.landing.pipeline import Landing
from lambdas.landing.resume import TransferWatchdog
from lambdas.landing.texts.charset import decide
from lambdas.landing.texts.utf8_text import Utf8Text
from lambdas.landing.utf8_copy import is_utf8_copy
from local.simulator import Document
from tests.lambdas.conftest import BUCKET, Clients
from tests.testing.arriving_documents import CUTS, IN_MANY_CHUNKS, ONE_BUCKET, Arriving, chunks_of, left
from tests.testing.kinds import one_of_each
from tests.testing.small_parts import MIB, PART_BYTES

if TYPE_CHECKING:
    from lambdas.landing.download import Download

Objects = Callable[[], dict[str, bytes]]
RAW, COPY = "reports/R1.tsv.gz", "utf-8/R1.tsv.gz"
TEXT = "sku\tname\r\nA-1\tMüller €\r\n"
METADATA = {"report-id": "R1"}
KEY = "arn:aws:kms:us-east-1:123456789012:key/planted"


def arriving(document: Document, cuts: list[int] | None = None, **more: bool) -> Arriving:
    made = Arriving(chunks_of(document.body, cuts or []), **more)
    made.content_type = document.content_type
    return made


def land(bucket: ReportBucket, arrives: Arriving) -> Landing:
    landing = bucket.land(cast("Download", arrives), bucket.window("R1"), metadata=METADATA, utf8_copy=True)
    assert isinstance(landing, Landing)
    return landing


def utf8_copy_of(bucket: ReportBucket, landing: Landing, *, charset: str, seconds: float = 60) -> dict[str, str]:
    window, until = bucket.window("R1"), time.monotonic() + seconds
    return bucket.land_utf8(landing, window, metadata=METADATA, charset=charset, until=until)


@ONE_BUCKET
@IN_MANY_CHUNKS
@given(
    st.sampled_from(["Cp1252", "ISO-8859-1", "windows-31j", "UTF-16", "UTF-8", "utf-8-sig"]),
    st.lists(st.sampled_from(["a\t", "ü", "é\r\n", "£", "\n"]), max_size=40).map("".join),
    CUTS,
    st.booleans(),
)
def test_a_utf8_copy_says_the_same_however_its_text_arrives(
    bucket: ReportBucket, aws: Clients, charset: str, text: str, cuts: list[int], zipped: bool
) -> None:
    text = "x" + (text.translate({ord("ü"): "商", ord("é"): "①", ord("£"): "ｱ"}) if charset == "windows-31j" else text)
    document = Document.text(text, charset=charset, gzip=zipped)
    with mock.patch("lambdas.landing.utf8_copy.TEXT_BYTES", 7):
        landing = land(bucket, arriving(document, cuts))
        utf8_copy = utf8_copy_of(bucket, landing, charset=charset.lower().replace("windows-31j", "cp932"))
    assert set(utf8_copy) == {"key", "versionId", "etag"}
    raw, made = left(aws)
    assert raw == document.body
    assert gzip.decompress(made).decode("utf-8") == text


@ONE_BUCKET
@IN_MANY_CHUNKS
@given(st.integers(0, 200), CUTS)
def test_a_transfer_that_breaks_leaves_no_utf8_copy_either(
    bucket: ReportBucket, aws: Clients, end: int, cuts: list[int]
) -> None:
    document = Document.text(TEXT, charset="Cp1252")
    broken = Document(body=document.body[:end], content_type=document.content_type)
    with mock.patch("lambdas.landing.utf8_copy.TEXT_BYTES", 7), pytest.raises((DocumentIncomplete, DocumentCorrupt)):
        land(bucket, arriving(broken, cuts, breaks=True))
    assert left(aws) == []


@pytest.fixture(scope="module")
def parts() -> Document:
    """Return a text of two and a half parts. It does not compress well, so its UTF-8 copy is one of parts too."""
    text = "a\tü\n" + hashlib.shake_256(b"").hexdigest(5 * PART_BYTES // 4)
    return Document(body=gzip.compress(text.encode("cp1252"), 0), content_type="text/plain; charset=Cp1252")


def test_a_text_of_parts_gets_a_utf8_copy_of_parts_on_the_way(
    bucket: ReportBucket, objects: Objects, aws: Clients, parts: Document
) -> None:
    landing = land(bucket, arriving(parts))
    assert landing.utf8_copy
    assert landing.utf8_copy["key"] == COPY
    assert aws.s3.head_object(Bucket=BUCKET, Key=COPY)["ETag"].endswith('-2"')
    assert gzip.decompress(objects()[COPY]).decode() == gzip.decompress(parts.body).decode("cp1252")
    # There is nothing left to do.
    with mock.patch.object(aws.s3, "put_object", side_effect=AssertionError):
        assert utf8_copy_of(bucket, landing, charset="cp1252") == landing.utf8_copy


def test_a_document_of_parts_whose_last_byte_is_wrong_leaves_nothing(
    bucket: ReportBucket, aws: Clients, parts: Document
) -> None:
    wrong = Document(body=parts.body[:-1] + b"\xff", content_type=parts.content_type)
    with pytest.raises(DocumentCorrupt):
        land(bucket, arriving(wrong))
    assert left(aws) == []


def test_a_utf8_copy_that_s3_refuses_is_told_and_leaves_none(
    bucket: ReportBucket, objects: Objects, aws: Clients, parts: Document
) -> None:
    put = aws.s3.upload_part

    def refusing(**part: object) -> object:
        if str(part["Key"]).startswith("utf-8/"):
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "UploadPart")
        return put(**part)  # type: ignore[arg-type]  # as they came

    with mock.patch.object(aws.s3, "upload_part", refusing), pytest.raises(ClientError, match="AccessDenied"):
        land(bucket, arriving(parts))
    # The report itself is whole; the run begins again.
    assert list(objects()) == [RAW]
    assert "Uploads" not in aws.s3.list_multipart_uploads(Bucket=BUCKET)


def test_a_document_that_is_too_slow_for_one_run_gives_its_utf8_copy_up(
    bucket: ReportBucket, objects: Objects, aws: Clients, parts: Document
) -> None:
    with mock.patch.object(TransferWatchdog, "falls_behind", side_effect=[False] * 12 + [True]):
        landing = land(bucket, arriving(parts))
    assert utf8_copy_of(bucket, landing, charset="cp1252") == {"none": "the document took more than one run"}
    assert objects() == {RAW: parts.body}
    assert "Uploads" not in aws.s3.list_multipart_uploads(Bucket=BUCKET)


@pytest.mark.parametrize(
    ("label", "copied_at_once"),
    # boto3 copies no less than 5 MiB at once.
    [
        ("; charset=UTF-8", 64 * MIB),
        ("; charset=utf8", 64 * MIB),
        ("", 64 * MIB),
        pytest.param("", 5 * MIB, marks=pytest.mark.exhaustive),
    ],
)
def test_gzip_that_is_utf_8_is_copied_with_what_is_said_of_it(
    aws: Clients, objects: Objects, bucket: ReportBucket, label: str, copied_at_once: int
) -> None:
    size = 12 * MIB if copied_at_once == 5 * MIB else 1000
    body = gzip.compress(TEXT.encode() + b"A-2\tx\n" * (size // 6), 0)
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY}
    zone = ReportBucket(s3=aws.s3, bucket=BUCKET, zone="restricted/", headers=encryption)
    landing = land(zone, arriving(Document(body=body, content_type=f"text/plain{label}")))
    window = zone.window("R1")
    with (
        mock.patch.object(multipart_upload, "COPIED_BYTES", copied_at_once),
        # Not a byte of it comes here again.
        mock.patch.object(aws.s3, "get_object", side_effect=AssertionError),
    ):
        copied = zone.land_utf8(landing, window, metadata=METADATA, charset="utf-8", until=time.monotonic() + 60)
    assert copied["key"] == f"restricted/{COPY}"
    assert objects() == {f"restricted/{RAW}": body, f"restricted/{COPY}": body}
    head = aws.s3.head_object(Bucket=BUCKET, Key=f"restricted/{COPY}")
    assert head["ETag"].endswith('-3"' if size > PART_BYTES else '-1"')
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", KEY)
    assert (head["ContentEncoding"], head["Metadata"]) == ("gzip", METADATA)
    assert head["ContentType"] == "text/tab-separated-values; charset=utf-8"


def test_a_utf8_copy_for_which_there_is_no_time(bucket: ReportBucket, objects: Objects) -> None:
    document = Document.of(TEXT.encode("cp1252"), content_type="text/plain")
    landing = land(bucket, arriving(document))
    none = {"none": "the document landed too late in its run for one"}
    assert utf8_copy_of(bucket, landing, charset="cp1252", seconds=0) == none
    assert objects() == {RAW: document.body}


XML = "<a>Größe é</a>"
XML_DECLARED = re.compile(r"""<\?xml[^>]*encoding\s*=\s*["']([^"']*)""")
# A declaration, and whether an encoding is named there.
DECLARATIONS = {
    "": False,
    "<?xml version='1.0'?>": False,
    "<?xml version='1.0' standalone='yes'?>": False,
    "<?xml version='1.0' encoding='{}'?>": True,
    '<?xml version="1.0" encoding = "{}" standalone="no" ?>\r\n': True,
    "<?xml version='1.0'\n\tencoding='{}'?>": True,
}
CODECS = ["utf-8", "UTF-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "iso-8859-1"]


@pytest.mark.parametrize(
    ("declaration", "codec", "declared"),
    one_of_each(
        product(DECLARATIONS, CODECS, [*CODECS, "klingon-8"]),
        lambda row: (row[0], row[1] == row[2], row[2] in CODECS),
        name=" ".join,
    ),
)
def test_a_utf8_copy_of_xml_declares_what_it_is_and_is_what_fetch_makes(
    declaration: str, codec: str, declared: str
) -> None:
    text = declaration.format(declared) + XML
    body = text.encode(codec)
    content = inspected(body)
    decided = decide(content_type=f"text/xml; charset={codec}", evidence=content.text, marketplace_ids=[])
    assert decided.name
    fetched = Utf8Text(decided.name).convert(body, final=True)
    said = XML_DECLARED.match(fetched.decode())
    assert (said is not None) == DECLARATIONS[declaration]
    assert said is None or said[1].lower() == "utf-8"
    assert re.sub(r"encoding ?= ?.[^'\"]*", "", fetched.decode()) == re.sub(r"encoding ?= ?.[^'\"]*", "", text)
    if is_utf8_copy(content, charset=decided.name):
        assert fetched == body


def inspected(body: bytes) -> Content:
    with Inspector(GZIP_MAGIC, whole_text=True) as inspector:
        inspector.feed(gzip.compress(body))
        return inspector.finish()
