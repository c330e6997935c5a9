"""A document that one run is too short for: the machine goes on with it, into the same upload."""

from collections.abc import Iterator
from contextlib import ExitStack
from types import SimpleNamespace
from unittest import mock

import pytest

from lambdas import landing_job
from lambdas.handlers import handle_done
from lambdas.landing import download, resume
from lambdas.landing.download import Download
from local.scenarios import Scenario
from local.simulator import Document, Script
from tests.testing.harness import BUCKET, Harness
from tests.testing.small_parts import BY_NAME, CHUNK_BYTES, PART_BYTES
from tests.testing.state_sequences import CREATED, LANDED, TURN


@pytest.fixture
def _slow() -> Iterator[None]:
    """Let each chunk of the document take a second, and nothing else any time, however fast this machine is."""
    passed, readinto = [0.0], Download.readinto

    def read(self: Download, buffer: memoryview) -> int:
        count = readinto(self, buffer)
        passed[0] += count / CHUNK_BYTES
        return count

    with ExitStack() as patched:
        patched.enter_context(mock.patch.object(Download, "readinto", read))
        for module in (download, handle_done, landing_job, resume):
            patched.enter_context(mock.patch.object(module, "time", SimpleNamespace(monotonic=lambda: passed[0])))
        yield


@pytest.mark.usefixtures("_slow")
def test_it_lands_in_two_runs(stage: Harness) -> None:
    # A run has 20 seconds for it.
    body = b"".join(b"%015d\n" % number for number in range(2 * PART_BYTES // 16))
    script = Script(document=Document(body=body))
    ended = stage.run(Scenario(name="large", input=BY_NAME["done, JSON in UTF-8"].input, script=script, ends=None))
    assert ended.status == "SUCCEEDED"
    assert ended.states == [*CREATED, *TURN * 3, *LANDED]
    assert [(retry.state, retry.error, retry.seconds) for retry in ended.retries] == [
        ("Handle done", "DocumentUnfinished", 60)
    ]
    assert stage.objects()[ended.output["key"]] == body
    assert (ended.output["bytes"], ended.output["sha256"], ended.output["rows"]) == (len(body), None, None)
    # One address for each run, and no byte twice.
    assert (stage.calls(ended)["getReportDocument"], stage.calls(ended)["document"]) == (2, 2)
    # The note of where to go on is none of the manifests, and not for long.
    kinds = sorted(key.split("/")[0] for key in stage.objects())
    assert kinds == ["manifests", "reports", "unfinished"]
    assert stage.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", []) == []
