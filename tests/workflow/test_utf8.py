"""utf8Copy: a text gets a UTF-8 copy, whatever it was in; what cannot be read strictly gets none."""

import gzip
import json
from dataclasses import replace

import pytest

from local.scenarios import Scenario
from local.simulator import Document, Script
from tests.testing.harness import BUCKET, Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.small_parts import BY_NAME

RAW = {**BY_NAME["done, gzip TSV in Cp1252"].input, "utf8Copy": False}
TEXT = "sku\tname\r\nA-1\tMüller €\r\n"


@pytest.fixture
def stage(stage: Harness) -> Harness:
    """Set the stage as a deployment with utf8Copy would be."""
    stage.environment = {"UTF8_COPY": "true"}
    return stage


def land(stage: Harness, document: Document) -> tuple[ExecutionResult, dict[str, str]]:
    """Return how a document's execution ended, and what the manifest says of the UTF-8 copy."""
    given = BY_NAME["done, gzip TSV in Cp1252"].input
    ended = stage.run(Scenario(name="utf8_copy", input=given, script=Script(document=document), ends=None))
    utf8_copy: dict[str, str] = json.loads(stage.objects()[ended.output["manifestKey"]])["utf8"]
    return ended, utf8_copy


@pytest.mark.parametrize("charset", ["Cp1252", "UTF-8"])
def test_the_utf8_copy_says_the_same_in_utf_8(stage: Harness, charset: str) -> None:
    ended, utf8_copy = land(stage, Document.text(TEXT, charset=charset))
    assert utf8_copy["key"] == f"utf-8/{ended.output['key'].removeprefix('reports/')}"
    assert gzip.decompress(stage.objects()[utf8_copy["key"]]).decode("utf-8") == TEXT
    raw, made = (stage.s3.head_object(Bucket=BUCKET, Key=key) for key in (ended.output["key"], utf8_copy["key"]))
    assert made["ContentType"] == "text/tab-separated-values; charset=utf-8"
    assert made["Metadata"] == raw["Metadata"]


def test_an_execution_s_own_word_is_above_the_deployment_s(stage: Harness) -> None:
    ended = stage.run(replace(BY_NAME["done, gzip TSV in Cp1252"], input=RAW))
    assert "utf8" not in json.loads(stage.objects()[ended.output["manifestKey"]])


def test_what_is_no_text_in_its_charset_lands_without_a_utf8_copy(stage: Harness) -> None:
    ended, utf8_copy = land(stage, Document.of(b"a\tb\r\n\x81\r\n", content_type="text/plain; charset=Cp1252"))
    assert ended.output["outcome"] == "LANDED"
    assert utf8_copy["none"].startswith("its charset is not certain")
    assert len(stage.objects()) == 2
