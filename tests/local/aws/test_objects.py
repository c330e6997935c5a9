"""S3 asks for more than a request's own action: who may not list learns of no key, who has no key reads nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.testing.deployed_probe import Deployed

READS: dict[str, Callable[[Any, str], Any]] = {
    "GetObject": lambda s3, bucket: s3.get_object(Bucket=bucket, Key="missing"),
    "HeadObject": lambda s3, bucket: s3.head_object(Bucket=bucket, Key="missing"),
    "CopyObject": lambda s3, bucket: s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/missing"),
}
KEYS = ("kms_GenerateDataKey", "kms_Decrypt")


def status_and_code(call: Callable[[], Any]) -> tuple[int, str]:
    """Return the HTTP status and the error's code of a call that fails."""
    with pytest.raises(ClientError) as failure:
        call()
    answer = failure.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.mark.parametrize("operation", READS)
def test_a_missing_key_is_denied_to_who_may_not_list_and_not_found_by_who_may(
    deployed: Deployed, operation: str
) -> None:
    bucket = deployed.name("Bucket")
    allowed = {
        **{f"s3_{action}": f"arn:aws:s3:::{bucket}/*" for action in ("GetObject", "PutObject")},
        **dict.fromkeys(KEYS, "*"),
    }
    blind = deployed.client_of_a_user("s3", **allowed)
    seeing = deployed.client_of_a_user("s3", **allowed, s3_ListBucket=f"arn:aws:s3:::{bucket}")
    denied, _ = status_and_code(lambda: READS[operation](blind, bucket))
    missing, code = status_and_code(lambda: READS[operation](seeing, bucket))
    assert (denied, missing) == (403, 404)
    assert code in ("NoSuchKey", "404")


def test_the_denial_says_what_is_lacking(deployed: Deployed) -> None:
    bucket = deployed.name("Bucket")
    blind = deployed.client_of_a_user("s3", s3_GetObject="*")
    with pytest.raises(ClientError, match=f's3:ListBucket on resource: "arn:aws:s3:::{bucket}" because no identity'):
        blind.get_object(Bucket=bucket, Key="missing")


def test_an_object_under_a_key_is_read_and_written_by_who_may_use_the_key(deployed: Deployed) -> None:
    bucket = deployed.name("Bucket")
    both = {"s3_PutObject": f"arn:aws:s3:::{bucket}/*", "s3_GetObject": f"arn:aws:s3:::{bucket}/*"}
    neither = deployed.client_of_a_user("s3", **both)
    writes = deployed.client_of_a_user("s3", **both, kms_GenerateDataKey="*")
    reads = deployed.client_of_a_user("s3", **both, kms_Decrypt="*")
    with pytest.raises(ClientError, match="kms:GenerateDataKey on resource: "):
        neither.put_object(Bucket=bucket, Key="secret", Body=b"1")
    writes.put_object(Bucket=bucket, Key="secret", Body=b"1")
    for blind in (neither, writes):
        with pytest.raises(ClientError, match="kms:Decrypt on resource: "):
            blind.get_object(Bucket=bucket, Key="secret")
    assert reads.get_object(Bucket=bucket, Key="secret")["Body"].read() == b"1"


def test_an_upload_in_parts_needs_the_key_both_ways(deployed: Deployed) -> None:
    bucket, writing = deployed.name("Bucket"), {"s3_PutObject": "*", "kms_GenerateDataKey": "*"}
    with pytest.raises(ClientError, match="kms:Decrypt on resource: "):
        deployed.client_of_a_user("s3", **writing).create_multipart_upload(Bucket=bucket, Key="parts")
    allowed = deployed.client_of_a_user("s3", **writing, kms_Decrypt="*")
    assert allowed.create_multipart_upload(Bucket=bucket, Key="parts")["UploadId"]
