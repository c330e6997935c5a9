"""Objects in the making: bytes in their order, one part going up while the next one fills, nothing left over."""

import base64
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from random import Random
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError

from lambdas.landing.bucket import ReportBucket
from lambdas.landing.multipart_upload import Upload
from tests.lambdas.conftest import BUCKET, Clients
from tests.testing.small_parts import PART_BYTES

Objects = Callable[[], dict[str, bytes]]
# Three parts, of which no two places are equal.
CONTENT = Random(1).randbytes(2 * PART_BYTES + 8)  # noqa: S311 - the same each time


@pytest.fixture
def upload(aws: Clients, bucket: ReportBucket) -> Upload:
    return Upload(s3=aws.s3, bucket=bucket.name, described=lambda: ("a/key", {"ContentType": "text/x"}))


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("ThreadPoolExecutor")]


@pytest.mark.parametrize("size", [0, 1, PART_BYTES - 1, PART_BYTES, PART_BYTES + 1, 2 * PART_BYTES, 2 * PART_BYTES + 8])
def test_the_object_is_what_was_written(upload: Upload, objects: Objects, aws: Clients, size: int) -> None:
    upload.write(CONTENT[:size])
    assert objects() == {}
    assert upload.complete().key == "a/key"
    assert objects() == {"a/key": CONTENT[:size]}
    assert aws.s3.head_object(Bucket=BUCKET, Key="a/key")["ContentType"] == "text/x"
    assert threads() == []


def test_space_is_filled_in_place(upload: Upload, objects: Objects) -> None:
    position = 0
    while position < len(CONTENT):
        space = upload.space(190_000)
        assert 1 <= len(space) <= 190_000
        # Whoever fills it may fill less than there is.
        count = min(max(len(space) - 5, 1), len(CONTENT) - position)
        space[:count] = CONTENT[position : position + count]
        upload.advance(count)
        position += count
    upload.complete()
    assert objects() == {"a/key": CONTENT}


def test_a_part_that_goes_up_slowly_is_not_overwritten_by_the_next(
    upload: Upload, objects: Objects, aws: Clients
) -> None:
    put, sizes = aws.s3.upload_part, []

    def slowly(**part: Any) -> Any:
        time.sleep(0.1)
        sizes.append((part["PartNumber"], len(part["Body"])))
        return put(**part)

    with mock.patch.object(aws.s3, "upload_part", slowly):
        upload.write(CONTENT)
        upload.complete()
    assert sizes == [(1, PART_BYTES), (2, PART_BYTES), (3, 8)]
    assert objects() == {"a/key": CONTENT}


def test_each_part_carries_its_checksum(upload: Upload, aws: Clients) -> None:
    put, checksums = aws.s3.upload_part, []

    def noted(**part: Any) -> Any:
        checksums.append((part["ChecksumCRC32"], base64.b64encode(zlib.crc32(part["Body"]).to_bytes(4, "big"))))
        return put(**part)

    with mock.patch.object(aws.s3, "upload_part", noted):
        upload.write(CONTENT)
        upload.complete()
    assert len(checksums) == 3
    assert all(sent == counted.decode() for sent, counted in checksums)


def test_what_it_is_is_asked_for_when_the_first_bytes_go_up(
    bucket: ReportBucket, objects: Objects, aws: Clients
) -> None:
    asked: list[str] = []

    def described() -> tuple[str, dict[str, Any]]:
        asked.append("now")
        return f"key-{len(asked)}", {}

    upload = Upload(s3=aws.s3, bucket=bucket.name, described=described)
    upload.write(CONTENT[: PART_BYTES - 1])
    assert asked == []
    upload.write(CONTENT[PART_BYTES - 1 : PART_BYTES])
    assert asked == ["now"]
    upload.write(CONTENT[PART_BYTES:])
    assert upload.complete().key == "key-1"
    assert objects() == {"key-1": CONTENT}


@pytest.mark.parametrize("size", [0, 5, PART_BYTES, len(CONTENT)])
def test_what_is_aborted_leaves_nothing(upload: Upload, objects: Objects, aws: Clients, size: int) -> None:
    upload.write(CONTENT[:size])
    upload.abort(because=ValueError())
    assert objects() == {}
    assert "Uploads" not in aws.s3.list_multipart_uploads(Bucket=BUCKET)
    assert threads() == []


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_part_that_s3_refuses_is_told_and_can_be_aborted(
    upload: Upload, objects: Objects, aws: Clients, failing: int
) -> None:
    put = aws.s3.upload_part

    def refusing(**part: Any) -> Any:
        if part["PartNumber"] == failing:
            raise ConnectionError(f"part {failing}")
        return put(**part)

    def write_all() -> None:
        upload.write(CONTENT)
        upload.complete()

    with mock.patch.object(aws.s3, "upload_part", refusing), pytest.raises(ConnectionError, match=f"part {failing}"):
        write_all()
    upload.abort(because=ValueError())
    assert objects() == {}
    assert "Uploads" not in aws.s3.list_multipart_uploads(Bucket=BUCKET)
    assert threads() == []


def test_an_abort_that_s3_refuses_does_not_hide_why(upload: Upload, aws: Clients) -> None:
    upload.write(CONTENT)
    reason = ValueError("the reason")
    refused = ClientError({"Error": {"Code": "AccessDenied"}}, "AbortMultipartUpload")
    with mock.patch.object(aws.s3, "abort_multipart_upload", side_effect=refused):
        upload.abort(because=reason)
    assert reason.__notes__ == ["its parts stay until the bucket's lifecycle sweeps them: ClientError"]
    assert threads() == []


@pytest.mark.parametrize(
    ("completed", "older", "error"),
    [(True, False, None), (False, False, "NoSuchUpload"), (False, True, "NoSuchUpload")],
    ids=["the first call had its effect", "the upload is gone", "the upload is gone, an older object is there"],
)
def test_a_completion_whose_answer_was_lost_is_told_from_an_upload_that_is_gone(
    upload: Upload, objects: Objects, aws: Clients, completed: bool, older: bool, error: str | None
) -> None:
    complete, there = aws.s3.complete_multipart_upload, {"a/key": b"older"} if older else {}
    for key, body in there.items():
        aws.s3.put_object(Bucket=BUCKET, Key=key, Body=body)

    def repeated(**call: Any) -> Any:
        if completed:
            complete(**call)
        # What S3 answers to botocore's repetition; moto fails with a KeyError.
        raise aws.s3.exceptions.NoSuchUpload({"Error": {"Code": "NoSuchUpload"}}, "CompleteMultipartUpload")

    upload.write(CONTENT)
    with (
        mock.patch.object(aws.s3, "complete_multipart_upload", repeated),
        pytest.raises(ClientError, match=error) if error else nullcontext(),
    ):
        upload.complete()
    assert objects() == ({"a/key": CONTENT} if completed else there)
