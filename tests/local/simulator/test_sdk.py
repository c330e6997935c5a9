"""Amazon's own SDK, unchanged, gets along with the simulator."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from local.simulator import Document, Script, Simulator
from tests.testing.repository import REPOSITORY
from tests.testing.simulator_client import LISTINGS

PROGRAM = REPOSITORY / "tests" / "testing" / "official_sdk.py"


@pytest.fixture(scope="module")
def amazon() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.script(LISTINGS, Script(document=Document.text("ein Bericht")))
        yield simulator


@pytest.fixture(scope="module")
def told(amazon: Simulator) -> Any:
    """Run the SDK's program, with -I so that our own `spapi` is not on its path."""
    credentials = amazon.application | {"refresh_token": amazon.refresh_token("A2SELLER")}
    access = {"url": amazon.url, "lwa_url": amazon.lwa_url, "credentials": credentials}
    run = subprocess.run(
        [sys.executable, "-I", str(PROGRAM)],
        input=json.dumps(access),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_report_goes_from_creation_to_download(told: Any) -> None:
    assert told["landed"]["statuses"] == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    assert told["landed"]["compression"] == "GZIP"
    assert gzip.decompress(bytes.fromhex(told["landed"]["body"])).decode() == "ein Bericht"


def test_reports_are_listed_page_by_page(told: Any) -> None:
    assert [len(page) for page in told["listed"]] == [2, 2, 1]
    assert set(told["created"]) < {report_id for page in told["listed"] for report_id in page}


def test_queued_report_is_cancelled(told: Any) -> None:
    assert told["cancelled"] == "CANCELLED"


def test_restricted_document_needs_a_restricted_data_token(told: Any) -> None:
    (status, body), fetched = told["restricted"]["without"], told["restricted"]["with"]
    assert (status, body["errors"][0]["code"], fetched) == (403, "Unauthorized", True)


def test_refusal_is_read(told: Any) -> None:
    status, body = told["refused"]
    assert (status, body["errors"][0]["details"]) == (400, "marketplaceIds;")


def test_sdk_made_the_calls_that_it_told(amazon: Simulator, told: Any) -> None:
    assert told
    assert amazon.count() == Counter(
        LWA=1, createReport=8, getReport=7, getReports=3, cancelReport=1, getReportDocument=3, document=1,
        createRestrictedDataToken=1,
    )  # fmt: skip
