"""Uploads in parts, a sixteenth as large as in production, and so are the chunks that fill them.

Whatever a document of several parts goes through shows in one of a MiB as well.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from unittest import mock

from local import scenarios
from local.simulator import Script

MIB = 1024 * 1024
CHUNK_BYTES, PART_BYTES = MIB // 16, MIB
SEVERAL_PARTS = "done, in several parts"
# Those of `make run`, of which that one has a document of two parts.
SCENARIOS = tuple(
    replace(each, script=Script(document=scenarios.ORDERS)) if each.name == SEVERAL_PARTS else each
    for each in scenarios.SCENARIOS
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


@contextmanager
def parts_of(part_bytes: int, *, chunk_bytes: int) -> Iterator[None]:
    """Have uploads in parts of this size, filled by such chunks, and moto take them."""
    # Here: the first process of xdist runs no test and needs none of these.
    import moto.s3.models

    from lambdas.landing import bucket, multipart_upload, pipeline, resume

    with ExitStack() as patched:
        for module in (bucket, multipart_upload):
            patched.enter_context(mock.patch.object(module, "PART_BYTES", part_bytes))
        for module in (pipeline, resume):
            patched.enter_context(mock.patch.object(module, "CHUNK_BYTES", chunk_bytes))
        patched.enter_context(mock.patch.object(moto.s3.models, "S3_UPLOAD_PART_MIN_SIZE", MIB // 4))
        yield
