"""landAs utf-8: a text gets a UTF-8 twin, whatever it was in; what cannot be read strictly gets none."""

import gzip
import json
from dataclasses import replace

import pytest

from local.scenarios import Scenario
from local.simulator import Document, Script
from tests.testing.harness import BUCKET, Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.workflow.test_outcomes import BY_NAME

RAW = {**BY_NAME["done, gzip TSV in Cp1252"].input, "landAs": "raw"}
TEXT = "sku\tname\r\nA-1\tMüller €\r\n"


@pytest.fixture
def stage(stage: Harness) -> Harness:
    """Set the stage as a deployment with landAs utf-8 would be."""
    stage.environment = {"LAND_AS": "utf-8"}
    return stage


def land(stage: Harness, document: Document) -> tuple[ExecutionResult, dict[str, str]]:
    """Return how a document's execution ended, and what the manifest says of the twin."""
    given = BY_NAME["done, gzip TSV in Cp1252"].input
    ended = stage.run(Scenario(name="twin", input=given, script=Script(document=document), ends=None))
    twin: dict[str, str] = json.loads(stage.objects()[ended.output["manifestKey"]])["utf8"]
    return ended, twin


@pytest.mark.parametrize("charset", ["Cp1252", "UTF-8"])
def test_the_twin_says_the_same_in_utf_8(stage: Harness, charset: str) -> None:
    ended, twin = land(stage, Document.text(TEXT, charset=charset))
    assert twin == {"key": f"utf-8/{ended.output['key'].removeprefix('reports/')}"}
    assert gzip.decompress(stage.objects()[twin["key"]]).decode("utf-8") == TEXT
    raw, made = (stage.s3.head_object(Bucket=BUCKET, Key=key) for key in (ended.output["key"], twin["key"]))
    assert made["ContentType"] == "text/tab-separated-values; charset=utf-8"
    assert made["Metadata"] == raw["Metadata"]


def test_an_execution_s_own_word_is_above_the_deployment_s(stage: Harness) -> None:
    ended = stage.run(replace(BY_NAME["done, gzip TSV in Cp1252"], input=RAW))
    assert "utf8" not in json.loads(stage.objects()[ended.output["manifestKey"]])


def test_what_is_no_text_in_its_charset_lands_without_a_twin(stage: Harness) -> None:
    ended, twin = land(stage, Document.of(b"a\tb\r\n\x81\r\n", content_type="text/plain; charset=Cp1252"))
    assert ended.output["outcome"] == "LANDED"
    assert twin["none"].startswith("it is not cp1252: byte 0x81")
    assert len(stage.objects()) == 2
