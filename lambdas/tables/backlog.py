"""What has landed and is in no table, by what lies in the bucket: events come on a best-effort basis."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from lambdas.landing.contents.media_type import CSV, JSON, PLAIN, TSV, XML
from lambdas.tables.landed_report import LandedReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime

    from types_boto3_s3 import S3Client
    from types_boto3_sqs import SQSClient

READ_AT_ONCE = 16
# SQS takes so many messages in a call.
BATCH = 10
WITH_ROWS = (TSV, CSV, JSON, XML, PLAIN)


class Landing(NamedTuple):
    """A window's manifest, and when it was written."""

    manifest_key: str
    written_at: datetime


class Backlog:
    """Looks into the bucket for windows that have landed since some time."""

    def __init__(self, *, s3: S3Client, bucket: str, since: datetime) -> None:
        """Look into `bucket`."""
        self._s3, self._bucket, self._since = s3, bucket, since

    def untabulated(self, *, wanted: Callable[[LandedReport], bool], again: bool = False) -> Iterator[str]:
        """Yield the manifests' keys of windows that have rows, are `wanted`, and have no table file as new.

        With `again`, of those that have one too: other aliases make other rows of the same report.
        """
        tabulated = {} if again else self._tabulated()
        for landing, report in self._reports():
            place = (report.report_type.lower(), report.selling_partner_id, report.window)
            has_rows = report.media in WITH_ROWS and (report.charset is not None or report.says_nothing)
            file = tabulated.get(place)
            if has_rows and wanted(report) and (file is None or file < landing.written_at):
                yield landing.manifest_key

    def _tabulated(self) -> Mapping[tuple[str, str, str], datetime]:
        """Return when the newest file of each type, selling partner and window was written."""
        newest: dict[tuple[str, str, str], datetime] = {}
        for key, written_at in self._list("tables/"):
            _, table, seller, _, file = key.split("/")
            place = (table.partition("__")[0], seller.removeprefix("rf_seller="), file.removesuffix(".parquet"))
            newest[place] = max(written_at, newest.get(place, written_at))
        return newest

    def _reports(self) -> Iterator[tuple[Landing, LandedReport]]:
        with ThreadPoolExecutor(READ_AT_ONCE) as threads:
            landed = (Landing(*found) for found in self._list("manifests/"))
            while some := [*islice(landed, 10 * READ_AT_ONCE)]:
                yield from zip(some, threads.map(self._report, some), strict=True)

    def _report(self, landing: Landing) -> LandedReport:
        with self._s3.get_object(Bucket=self._bucket, Key=landing.manifest_key)["Body"] as body:
            return LandedReport.from_manifest(json.loads(body.read()))

    def _list(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
            for found in page.get("Contents", []):
                if found["LastModified"] >= self._since:
                    yield found["Key"], found["LastModified"]


class QueueRefused(Exception):
    """SQS did not take a message."""


def send(manifest_keys: Iterable[str], *, sqs: SQSClient, queue_url: str) -> int:
    """Have these windows tabulated, and return how many they are.

    Raises:
        QueueRefused: names why; those before are sent.
    """
    sent, keys = 0, iter(manifest_keys)
    while some := [*islice(keys, BATCH)]:
        entries: Any = [
            {"Id": str(number), "MessageBody": json.dumps({"detail": {"manifestKey": key}})}
            for number, key in enumerate(some)
        ]
        for refused in sqs.send_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed", []):
            raise QueueRefused(f"SQS answered {refused['Code']}: {refused.get('Message')}")
        sent += len(some)
    return sent
