"""A document that one run is too short for: the machine goes on with it, into the same upload."""

from collections.abc import Iterator
from random import Random
from unittest import mock

import pytest

from lambdas.landing import resume
from local.scenarios import Scenario
from local.simulator import Document, Script
from local.simulator.document import Transfer
from tests.testing.harness import BUCKET, Stage
from tests.testing.machine.lambda_function import Context
from tests.workflow.test_outcomes import BY_NAME, CREATED, LANDED, TURN

MIB = 1024 * 1024


@pytest.fixture
def hurried() -> Iterator[None]:
    """Give a run little time, and let it notice at once."""
    with (
        mock.patch.object(resume, "WATCH_SECONDS", 0.05),
        mock.patch.object(resume, "STOP_SECONDS", 1.0),
        mock.patch.object(Context, "get_remaining_time_in_millis", return_value=41_500),
    ):
        yield


@pytest.mark.usefixtures("hurried")
def test_it_lands_in_several_runs(stage: Stage) -> None:
    body = Random(1).randbytes(16 * MIB).hex("\n", 500).encode()  # noqa: S311 - the same each time
    slow = Transfer(bytes_per_second=20 * MIB)
    script = Script(document=Document(body=body), faults={"document": slow})
    ended = stage.run(Scenario(name="large", input=BY_NAME["done, JSON in UTF-8"].input, script=script, ends=None))
    assert ended.status == "SUCCEEDED"
    assert ended.states == [*CREATED, *TURN * 3, *LANDED]
    again = [retry for retry in ended.retries if retry.error == "DocumentUnfinished"]
    assert len(again) >= 1
    assert {(retry.state, retry.seconds) for retry in again} == {("Handle done", 60)}
    assert stage.objects()[ended.output["key"]] == body
    assert (ended.output["bytes"], ended.output["sha256"], ended.output["rows"]) == (len(body), None, None)
    # One address for each run, and no byte twice.
    assert stage.calls(ended)["getReportDocument"] == len(again) + 1
    # The note of where to go on is none of the manifests, and not for long.
    kinds = sorted(key.split("/")[0] for key in stage.objects())
    assert kinds == ["manifests", "reports", "unfinished"]
    assert stage.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
