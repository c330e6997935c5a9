"""A document that one run is too short for: it goes up in several, part after part, into the same multipart upload.

What cannot be carried from run to run is the state of the verification. Such a document is as whole as its length, its
ETag and the CRC32 of each part say; its gzip is not inflated, its rows are not counted. The manifest says so.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lambdas.landing.resume_point import Unfinished

if TYPE_CHECKING:
    from lambdas.landing.download import Download
    from lambdas.landing.multipart_upload import Upload

# A transfer is watched for this long before it is judged by its speed, and a run stops this long before its end.
WATCH_SECONDS = 10.0
STOP_SECONDS = 15.0
CHUNK_BYTES = 1024 * 1024


class DocumentUnfinished(Exception):
    """The document is larger than one run: the next one goes on where this one stopped."""


class TransferWatchdog:
    """Watches whether a download will arrive in its time."""

    def __init__(self, download: Download) -> None:
        """Begin to watch."""
        self._download = download
        self._began = time.monotonic()
        self._from = download.position

    def falls_behind(self) -> bool:
        """Say whether, at this speed, the time is over before the document is."""
        download, passed = self._download, time.monotonic() - self._began
        if download.size is None or not download.etag or passed < WATCH_SECONDS:
            return False
        seconds_per_byte = passed / (download.position - self._from)
        return (download.size - download.position) * seconds_per_byte > download.seconds_left - STOP_SECONDS


def next_chunk(download: Download, upload: Upload, *, size: int) -> memoryview:
    """Read the next bytes, at most `size`, to where the upload takes them from; none at the end of the document."""
    space = upload.space(size)
    return space[: download.readinto(space)]


def resume_upload(download: Download, upload: Upload) -> Unfinished | None:
    """Pass a document on as far as the time allows; return where to go on, or None at its end."""
    while chunk := next_chunk(download, upload, size=CHUNK_BYTES):
        upload.advance(len(chunk))
        if upload.at_part_boundary and download.seconds_left < STOP_SECONDS and download.position != download.size:
            upload_id, key = upload.pause()
            return Unfinished(upload_id, key, download.position, download.size or 0, download.etag)
    return None
