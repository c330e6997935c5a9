"""Documents that arrive in any chunks, and what they leave in the bucket."""

from collections.abc import Iterable
from itertools import pairwise
from unittest import mock

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from lambdas.landing import pipeline
from lambdas.landing.document_errors import DocumentIncomplete
from tests.lambdas.conftest import BUCKET, Clients

# The bucket is emptied by each example.
ONE_BUCKET = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=settings().max_examples // 3
)
# Small documents are inspected in many chunks; the first must show whether gzip holds gzip.
IN_MANY_CHUNKS = mock.patch.object(pipeline, "CHUNK_BYTES", 128)
CUTS = st.lists(st.integers(0, 400), max_size=8)


class Arriving:
    """What landing asks of a download: it arrives in these chunks, and may break at its end."""

    def __init__(self, chunks: Iterable[bytes], *, breaks: bool = False) -> None:
        self._chunks = [chunk for chunk in chunks if chunk]
        self._breaks = breaks
        self.content_type = "text/plain"
        self.content_encoding = ""
        self.size: int | None = None
        self.seconds_left = 60.0
        self.position = 0

    def readinto(self, buffer: memoryview) -> int:
        if not self._chunks:
            if self._breaks:
                raise DocumentIncomplete("broken")
            return 0
        chunk = self._chunks.pop(0)
        read = min(len(chunk), len(buffer))
        buffer[:read] = chunk[:read]
        if chunk[read:]:
            self._chunks.insert(0, chunk[read:])
        self.position += read
        return read


def chunks_of(body: bytes, cuts: Iterable[int]) -> list[bytes]:
    ends = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    return [body[start:end] for start, end in pairwise(ends)]


def left(aws: Clients) -> list[bytes]:
    """Empty the bucket, in which no upload may be under way, and return what was in it."""
    assert "Uploads" not in aws.s3.list_multipart_uploads(Bucket=BUCKET)
    found = []
    for item in aws.s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        found.append(aws.s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read())
        aws.s3.delete_object(Bucket=BUCKET, Key=item["Key"])
    return found
