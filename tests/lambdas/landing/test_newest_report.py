"""Whatever order reports of a window land in, and wherever a run dies: the newest is the current one, and the only."""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.handlers.handle_done import handle_done
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.current_object import GZIP_OF_NOTHING
from lambdas.landing.multipart_upload import LandedInBetween
from lambdas.landing_job import LandingJob
from lambdas.ledger.outcome import Outcomes
from lambdas.payloads.state_data import StateData
from tests.lambdas.conftest import BUCKET, Clients
from tests.testing.arriving_documents import ONE_BUCKET, Arriving
from tests.testing.samples import NOW, request_of

TEXT = "sku\tname\r\nA-1\tMüller €\r\n"
# As served: in one charset and another, gzip and none, and what is no TSV at all.
BODIES = [
    TEXT.encode("cp1252"),
    gzip.compress(TEXT.encode("cp1252"), mtime=0),
    gzip.compress(TEXT.replace("1", "2").encode("cp1252"), mtime=0),
    gzip.compress(b"<html></html>", mtime=0),
    b"PK\x03\x04 a ZIP",
]
# A run makes fewer calls than this.
CALLS = 16


class Died(BaseException):
    """The process is no more."""


pytestmark = pytest.mark.usefixtures("documented")


class Interrupted:
    """A client of S3; before its call number `at`, something happens."""

    def __init__(self, s3: Any, *, at: int, happens: Callable[[], None]) -> None:
        self._s3, self._at, self._happens, self._calls = s3, at, happens, 0

    def __getattr__(self, name: str) -> Any:
        if name != "exceptions":
            self._calls += 1
            if self._calls == self._at:
                self._happens()
        return getattr(self._s3, name)


class Window:
    """A window whose reports, of these bodies, land when a test says so."""

    def __init__(self, aws: Clients, outcomes: Outcomes, bodies: list[bytes]) -> None:
        self.aws, self.outcomes, self.bodies = aws, outcomes, bodies

    def state_data(self, number: int) -> StateData:
        created = f"2026-11-10T12:00:{number:02}Z"
        report = {"reportId": f"R{number}", "createdTime": created, "reportDocumentId": f"D{number}"}
        poll: Any = {"reportId": f"R{number}", "startedAt": NOW.isoformat(), "waitedSeconds": 0}
        return {"request": request_of(), "result": {"outcome": "CREATED", "reason": ""}, "report": report, "poll": poll}

    def land(self, number: int, s3: Any = None) -> Any:
        job = LandingJob(
            state_data=self.state_data(number),
            sp_api=self,  # type: ignore[arg-type]  # as much of it as landing asks for
            documents=self,  # type: ignore[arg-type]  # likewise
            bucket=ReportBucket(s3=s3 or self.aws.s3, bucket=BUCKET),
            outcomes=self.outcomes,
            utf8_copy=True,
            now=NOW,
            deadline=time.monotonic() + 60,
        )
        return handle_done(job)

    def get_report_document(self, document_id: str, *, restricted: bool) -> dict[str, str]:
        del restricted
        return {"url": document_id.removeprefix("D")}

    @contextmanager
    def open(self, url: str, **_: object) -> Iterator[Arriving]:
        arriving = Arriving([self.bodies[int(url)]])
        arriving.content_type = "text/plain; charset=Cp1252"
        yield arriving

    def retried(self, number: int, s3: Any = None) -> Any:
        try:
            return self.land(number, s3)
        except LandedInBetween:
            return self.land(number)

    def current(self) -> dict[str, bytes]:
        """Return the objects that have bytes, by key."""
        listed = self.aws.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        found = {each["Key"]: self.aws.s3.get_object(Bucket=BUCKET, Key=each["Key"])["Body"].read() for each in listed}
        return {key: body for key, body in found.items() if body not in (b"", GZIP_OF_NOTHING)}

    def check(self, newest: int) -> None:
        current = self.current()
        ((manifest_key, written),) = ((key, body) for key, body in current.items() if key.startswith("manifests/"))
        manifest = json.loads(written)
        assert manifest["result"]["reportId"] == f"R{newest}"
        assert manifest["result"]["manifestKey"] == manifest_key
        copied = {manifest["utf8"]["key"]} if "key" in manifest["utf8"] else set()
        assert set(current) == {manifest_key, manifest["result"]["key"]} | copied
        assert current[manifest["result"]["key"]] == self.bodies[newest]
        for key in copied:
            assert gzip.decompress(current[key]) == text_of(self.bodies[newest])
        for place in (manifest["result"], *manifest["earlier"]):
            found = self.aws.s3.get_object(Bucket=BUCKET, Key=place["key"], VersionId=place["versionId"])
            assert found["Body"].read() == self.bodies[int(place["reportId"].removeprefix("R"))]

    def versions(self) -> list[bytes]:
        """Return the bytes of all versions of the report, none that is empty."""
        found = self.aws.s3.list_object_versions(Bucket=BUCKET, Prefix="reports/").get("Versions", [])
        read = [self.aws.s3.get_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"]) for each in found]
        bodies = [each["Body"].read() for each in read]
        return [body for body in bodies if body not in (b"", GZIP_OF_NOTHING)]


def text_of(body: bytes) -> bytes:
    plain = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    return plain.decode("cp1252").encode()


def emptied(aws: Clients) -> None:
    """Make the bucket as it was when it was new, and the ledger forget all."""
    for each in aws.s3.list_object_versions(Bucket=BUCKET).get("Versions", []):
        aws.s3.delete_object(Bucket=BUCKET, Key=each["Key"], VersionId=each["VersionId"])
    for item in aws.dynamodb.scan(TableName="ledger")["Items"]:
        key = {name: item[name] for name in ("sellingPartnerId", "entry")}
        aws.dynamodb.delete_item(TableName="ledger", Key=key)


@ONE_BUCKET
@given(
    st.lists(st.sampled_from(BODIES), min_size=2, max_size=4),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, CALLS), st.booleans()), max_size=4),
    st.permutations(range(4)),
)
def test_the_newest_report_is_the_current_one(
    aws: Clients,
    bucket: ReportBucket,
    outcomes: Outcomes,
    bodies: list[bytes],
    runs: list[tuple[int, int, int, bool]],
    retries: list[int],
) -> None:
    emptied(aws)
    window = Window(aws, outcomes, bodies)

    def die() -> None:
        raise Died

    for first, second, at, dies in runs:
        number, other = first % len(bodies), second % len(bodies)
        try:
            # One of two that run at once, the other of which is through in the middle of it; or it dies there.
            happens = die if dies else lambda other=other: window.retried(other)
            window.retried(number, Interrupted(aws.s3, at=at, happens=happens))
        except Died:
            pass
    # Each execution ends: what died is run once more.
    for number in retries:
        if number < len(bodies):
            window.retried(number)
    window.check(newest=len(bodies) - 1)


@pytest.mark.parametrize("again", [1, 2])
def test_the_same_bytes_are_stored_once(aws: Clients, bucket: ReportBucket, outcomes: Outcomes, again: int) -> None:
    window = Window(aws, outcomes, [BODIES[1]] * 3)
    results = [window.land(number) for number in range(again + 1)]
    assert [result["changed"] for result in results] == [None, *[False] * again]
    assert len({(result["key"], result["versionId"]) for result in results}) == 1
    assert window.versions() == [BODIES[1]]
    window.check(newest=again)


def test_an_older_report_that_comes_late_is_told_of_the_newer_one(
    aws: Clients, bucket: ReportBucket, outcomes: Outcomes
) -> None:
    window = Window(aws, outcomes, BODIES[:2])
    newer = window.land(1)
    late = window.land(0)
    assert (late["outcome"], late["reportId"], late["supersededBy"]) == ("ALREADY_LANDED", "R0", "R1")
    assert (late["key"], late["versionId"]) == (newer["key"], newer["versionId"])
    assert window.land(1) == newer
    window.check(newest=1)


def test_another_extension_makes_no_second_report_of_the_window(
    aws: Clients, bucket: ReportBucket, outcomes: Outcomes
) -> None:
    window = Window(aws, outcomes, BODIES)
    for number in range(len(BODIES)):
        window.land(number)
        window.check(newest=number)
    assert sorted(window.versions()) == sorted(BODIES)


def test_a_window_of_its_own_is_not_another_s(aws: Clients, bucket: ReportBucket, outcomes: Outcomes) -> None:
    # Amazon's reportId may have a dot: 1.tsv is no extension of 1.
    aws.s3.put_object(Bucket=BUCKET, Key="reports/1.tsv.tsv", Body=b"other")
    bucket.window("1").empty_others({"result": {"key": "reports/1.tsv"}})
    assert aws.s3.get_object(Bucket=BUCKET, Key="reports/1.tsv.tsv")["Body"].read() == b"other"


def test_the_manifest_says_how_a_report_was_restated(aws: Clients, bucket: ReportBucket, outcomes: Outcomes) -> None:
    rows = [b"A-1\tone", b"A-2\ttwo", b"A-3\tthree"]
    bodies = [b"\r\n".join([b"sku\tname", *those, b""]) for those in (rows, [*rows[1:], b"A-4\tfour", b"A-5\tfive"])]
    window = Window(aws, outcomes, [bodies[0], gzip.compress(bodies[1], mtime=0), gzip.compress(bodies[1], mtime=0)])
    said = []
    for number in range(3):
        manifest_key = window.land(number)["manifestKey"]
        manifest = json.loads(aws.s3.get_object(Bucket=BUCKET, Key=manifest_key)["Body"].read())
        said.append(manifest.get("restatement"))
    assert said == [None, {"rowsBefore": 3, "rowsAfter": 4, "new": 2, "gone": 1, "same": 2}, None]


def test_another_charset_alone_restates_no_row(aws: Clients, bucket: ReportBucket, outcomes: Outcomes) -> None:
    text = "sku\tname\n" + "A-1\tMüller für Händler über Köln\n" * 9
    window = Window(aws, outcomes, [text.encode("cp1252"), text.encode()])
    window.land(0)
    manifest_key = window.land(1)["manifestKey"]
    manifest = json.loads(aws.s3.get_object(Bucket=BUCKET, Key=manifest_key)["Body"].read())
    assert manifest["restatement"] == {"rowsBefore": 9, "rowsAfter": 9, "new": 0, "gone": 0, "same": 9}


def test_what_cannot_be_compared_is_said(aws: Clients, bucket: ReportBucket, outcomes: Outcomes) -> None:
    window = Window(aws, outcomes, BODIES)
    window.land(2)
    manifest_key = window.land(4)["manifestKey"]
    manifest = json.loads(aws.s3.get_object(Bucket=BUCKET, Key=manifest_key)["Body"].read())
    none = "they are not two flat files of a kind"
    assert manifest["restatement"] == {"rowsBefore": 1, "rowsAfter": None, "none": none}
