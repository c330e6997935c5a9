"""Handle done and the corpus of nasty documents: each lands as it must, or not at all."""

import gzip
import hashlib
import json

import pytest

from lambdas.landing import download, gzip_stream
from lambdas.payloads.state_data import StateData
from local.simulator import Script, Simulator
from local.simulator.edge_case_documents import NASTY, EdgeCase
from tests.lambdas.conftest import Land, Objects
from tests.testing.samples import fails, request_of, state_data_at

LANDED = {name: nasty for name, nasty in NASTY.items() if not nasty.refused}
REFUSED = {name: nasty for name, nasty in NASTY.items() if nasty.refused}


def state_data_of(nasty: EdgeCase, simulator: Simulator) -> StateData:
    script = Script(statuses=("DONE",), document=nasty.document, report_id="R1")
    return state_data_at(simulator, script, request=request_of(marketplaceIds=[nasty.marketplace_id]))


@pytest.mark.parametrize("nasty", LANDED.values(), ids=LANDED)
def test_it_lands_as_it_must(land: Land, simulator: Simulator, objects: Objects, nasty: EdgeCase) -> None:
    result = land(state_data_of(nasty, simulator), utf8_copy=True)
    found = objects()
    manifest = json.loads(found[result["manifestKey"]])
    landed, served = nasty.lands or nasty.document.body, nasty.document
    assert result["key"].partition(".")[2] == nasty.extension
    assert found[result["key"]] == landed
    assert (result["bytes"], result["sha256"]) == (len(landed), hashlib.sha256(landed).hexdigest())
    assert (result["rows"], result["charset"]) == (nasty.rows, nasty.charset)
    assert [finding["code"] for finding in result["findings"]] == [*nasty.findings]
    assert manifest["charsetDecidedBy"] == nasty.decided_by
    assert manifest["disagreements"] == [*nasty.disagreements]
    assert manifest["verified"] == ("length-and-gzip" if landed.startswith(b"\x1f\x8b") else "length")
    assert manifest["served"] == {
        "contentType": served.content_type,
        "contentEncoding": served.content_encoding or "",
        "compressionAlgorithm": served.compression_algorithm,
        "bytes": len(served.body),
        "sha256": hashlib.sha256(served.body).hexdigest(),
    }
    assert (manifest["headerSha256"] is not None) == nasty.extension.startswith(("tsv", "csv"))
    utf8_copy = found.get(manifest["utf8"].get("key", ""))
    assert (utf8_copy is None) == (nasty.text is None) == (len(found) == 2)
    assert utf8_copy is None or gzip.decompress(utf8_copy).decode("utf-8") == nasty.text
    assert manifest["utf8"].get("none", "").startswith(nasty.no_text)
    assert simulator.count()["document"] == 1


@pytest.mark.parametrize("nasty", REFUSED.values(), ids=REFUSED)
def test_it_does_not_land(land: Land, simulator: Simulator, objects: Objects, nasty: EdgeCase) -> None:
    kind = vars(gzip_stream).get(nasty.refused) or vars(download)[nasty.refused]
    with fails(kind, simulator=simulator):
        land(state_data_of(nasty, simulator), utf8_copy=True)
    assert objects() == {}
    # What is damaged may be so on the way, a bomb is none.
    assert simulator.count()["document"] == (3 if nasty.refused == "DocumentCorrupt" else 1)
