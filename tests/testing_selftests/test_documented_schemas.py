"""A file that is not as documented is found, whoever writes it."""

import json
from typing import Any

import boto3
import pytest

from tests.testing.documented_schemas import NotAsDocumented, objects_as_documented, validator
from tests.testing.moto_aws import empty_aws

GAPS: dict[str, Any] = {
    "since": "2026-11-01T00:00:00+00:00",
    "until": "2026-11-02T00:00:00+00:00",
    "reports": [],
    "gaps": [{"kind": "missing", "reason": None, "input": {}}],
    "moreGaps": 0,
}


def put(content: dict[str, Any], key: str = "gaps/date=2026-11-02.json") -> None:
    with empty_aws(region="us-east-1"), objects_as_documented():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="reports")
        s3.put_object(Bucket="reports", Key=key, Body=json.dumps(content).encode())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"new": 1}, "'new' was unexpected"),
        ({"moreGaps": "0"}, "$.moreGaps: '0' is not of type 'integer'"),
        ({"gaps": [{"kind": "late", "reason": None, "input": {}}]}, r"$.gaps[0].kind: 'late' is not one of"),
    ],
)
def test_a_file_that_is_not_as_documented_is_named_with_what_is_wrong(change: dict[str, Any], said: str) -> None:
    put(GAPS)
    with pytest.raises(NotAsDocumented) as error:
        put(GAPS | change)
    assert "gaps/date=2026-11-02.json: " in str(error.value)
    assert said in str(error.value)


@pytest.mark.parametrize("key", ["manifests/a.json", "restricted/manifests/a.json", "backfills/a.json"])
def test_each_folder_has_its_schema(key: str) -> None:
    with pytest.raises(NotAsDocumented, match="is a required property"):
        put({}, key)


def test_findings_are_the_same_in_the_manifest_and_the_event() -> None:
    manifest, event = (validator(name).schema for name in ("manifest", "event"))
    assert isinstance(manifest, dict)
    assert isinstance(event, dict)
    assert manifest["$defs"]["findings"] == event["$defs"]["findings"]
