"""landAs utf-8: a text gets a UTF-8 twin, whatever it was in; what cannot be read strictly gets none."""

import gzip
import json
from dataclasses import replace

import pytest

from local.scenarios import Scenario
from local.simulator import Document, Script
from tests.machine.ended import Ended
from tests.workflow.stage import Stage
from tests.workflow.test_endings import BY_NAME

RAW = {**BY_NAME["done, gzip TSV in Cp1252"].input, "landAs": "raw"}
TEXT = "sku\tname\r\nA-1\tMüller €\r\n"


@pytest.fixture
def stage(stage: Stage) -> Stage:
    """Set the stage as a deployment with landAs utf-8 would be."""
    stage.environment = {"LAND_AS": "utf-8"}
    return stage


def land(stage: Stage, document: Document) -> tuple[Ended, dict[str, str]]:
    """Return how a document's execution ended, and what the manifest says of the twin."""
    given = BY_NAME["done, gzip TSV in Cp1252"].input
    ended = stage.run(Scenario(name="twin", input=given, script=Script(document=document), ends=None))
    twin: dict[str, str] = json.loads(stage.objects()[ended.output["manifestKey"]])["utf8"]
    return ended, twin


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("charset", ["Cp1252", "UTF-8", "utf-8-sig", "UTF-16", "ISO-8859-15"])
def test_the_twin_says_the_same_in_utf_8(stage: Stage, charset: str, zipped: bool) -> None:
    ended, twin = land(stage, Document.text(TEXT, charset=charset, gzip=zipped))
    raw = ended.output["key"].removeprefix("reports/").removesuffix(".gz")
    assert twin == {"key": f"utf-8/{raw}.gz"}
    assert gzip.decompress(stage.objects()[twin["key"]]).decode("utf-8") == TEXT
    head = stage.s3.head_object(Bucket=ended.output["bucket"], Key=twin["key"])
    assert head["ContentType"] == "text/tab-separated-values; charset=utf-8"


def test_an_execution_s_own_word_is_above_the_deployment_s(stage: Stage) -> None:
    ended = stage.run(replace(BY_NAME["done, gzip TSV in Cp1252"], input=RAW))
    assert "utf8" not in json.loads(stage.objects()[ended.output["manifestKey"]])


def test_xml_says_that_it_is_utf_8(stage: Stage) -> None:
    xml = '<?xml version="1.0" encoding="ISO-8859-1"?><a>Müller</a>'
    _, twin = land(stage, Document.text(xml, charset="ISO-8859-1"))
    text = gzip.decompress(stage.objects()[twin["key"]]).decode()
    assert text == '<?xml version="1.0" encoding="UTF-8"?><a>Müller</a>'


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (Document.of(b"%PDF-1.7", content_type="application/pdf"), "the document is no text"),
        (Document.of(b"a\tb\r\n\x81\r\n", content_type="text/plain; charset=Cp1252"), "it is not cp1252: byte 0x81"),
    ],
)
def test_what_is_no_text_in_its_charset_lands_without_a_twin(stage: Stage, document: Document, why: str) -> None:
    ended, twin = land(stage, document)
    assert ended.output["outcome"] == "LANDED"
    assert twin["none"].startswith(why)
    assert len(stage.objects()) == 2


def test_a_large_text_in_many_pieces(stage: Stage) -> None:
    text = "".join(f"{number}\tMüller\t€\r\n" for number in range(700_000))
    _, twin = land(stage, Document.text(text, charset="Cp1252"))
    assert gzip.decompress(stage.objects()[twin["key"]]).decode() == text
