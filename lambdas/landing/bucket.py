"""Landing: a document's bytes become an object only once they are known to be whole."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.landing.contents.personal_data import PersonalDataScreen
from lambdas.landing.findings.restatement import NotCompared, compare, in_one_charset, in_utf8
from lambdas.landing.gzip_stream import pieces
from lambdas.landing.multipart_upload import PART_BYTES, ObjectDescription, Target, Upload
from lambdas.landing.pipeline import Landing, Pipeline, unverified
from lambdas.landing.resume import resume_upload
from lambdas.landing.resume_point import ResumePoints, Unfinished
from lambdas.landing.utf8_copy import NoUtf8Copy, Utf8Copy, described, is_utf8_copy, place_of, transcode
from lambdas.landing.window_objects import WindowObjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import GetObjectOutputTypeDef

    from lambdas.landing.download import Download
    from lambdas.payloads.results import Landed
from lambdas.landing.multipart_upload import Version

CHARSET_UNKNOWN = "its charset is not certain: nothing true says it, and the text does not tell (docs/charsets.md)"


class ReportBucket:
    """The bucket that reports land in, under `zone`: empty, or a prefix such as `restricted/`."""

    def __init__(self, *, s3: S3Client, bucket: str, zone: str = "", headers: dict[str, Any] | None = None) -> None:
        """Use `bucket` through `s3`; `headers` go with every object (encryption)."""
        self._s3 = s3
        self._zone = zone
        self._headers = headers or {}
        self.name = bucket
        self.resume_points = ResumePoints(s3=s3, bucket=bucket, folder=f"{zone}unfinished/", headers=self._headers)
        self.restricted = bool(zone)
        """Whether personal data may land here."""

    def window(self, path: str) -> WindowObjects:
        """Read what the window at `path` has, before a landing begins: the landing's writes are conditional on it."""
        return WindowObjects(s3=self._s3, bucket=self.name, zone=self._zone, path=path, headers=self._headers)

    def land(
        self, download: Download, window: WindowObjects, *, metadata: dict[str, str], utf8_copy: bool = False
    ) -> Landing | Unfinished:
        """Stream `download` to `<zone>reports/<path>` plus its extension, in parts, in constant memory.

        With `utf8_copy`, a text with a charset in its label gets its UTF-8 copy on the way, all else by `land_utf8`.

        Nothing is visible under the key until the last byte has been verified; if anything goes wrong, nothing ever is.
        Personal data lands in a zone only.
        A document that does not arrive in the download's time is left Unfinished, for `resume`.

        Raises:
            DocumentIncomplete, DocumentCorrupt, DocumentBomb, DocumentTooSlow, DocumentUrlExpired: see download and
                gzip_stream.
            LandedInBetween: see multipart_upload.
            PersonalDataFound: it holds some, and there is no zone for it.
        """
        publish = partial(window.publish_report, report_id=metadata["report-id"])
        target = Target(window.report.path, metadata, self._begin, publish)
        utf8_target = self._utf8_target(window, metadata)
        return Pipeline(
            download,
            target=target,
            utf8_copy=(lambda charset: Utf8Copy(utf8_target, charset=charset)) if utf8_copy else None,
            screen=None if self.restricted else PersonalDataScreen(),
        ).run()

    def resume(
        self, download: Download, window: WindowObjects, unfinished: Unfinished, *, metadata: dict[str, str]
    ) -> Landing | Unfinished:
        """Go on with an unfinished document; `download` begins where it stopped. Raises what `land` does."""
        s3, key, upload_id = self._s3, unfinished.key, unfinished.upload_id
        # Parts beyond the noted position are of a run that did not come to its end: they are put once more.
        parts = unfinished.position // PART_BYTES
        upload = Upload(s3=s3, bucket=self.name, described=lambda: (key, {}), key=key, upload_id=upload_id, parts=parts)
        again = resume_upload(download, upload)
        if again:
            return again
        version = window.publish_report(upload, None, report_id=metadata["report-id"])
        return unverified(version, size=download.position)

    def land_utf8(
        self, landing: Landing, window: WindowObjects, *, metadata: dict[str, str], charset: str | None, until: float
    ) -> dict[str, str]:
        """Land the UTF-8 copy of a landed text in `charset`, gzipped, at `<zone>utf-8/<path>` plus its extension.

        `until` is the time.monotonic() at which it is given up.

        Returns its `key`, `versionId` and `etag`, or why there is `none`.
        """
        if landing.utf8_copy:
            return landing.utf8_copy
        if not landing.media.text:
            return {"none": "the document is no text"}
        if landing.content.sha256 is None:
            return {"none": "the document took more than one run"}
        if charset is None:
            return {"none": CHARSET_UNKNOWN}
        there = window.utf8_copy_of(landing.version, charset=charset)
        return there or self._make_utf8_copy(landing, window, metadata=metadata, charset=charset, until=until)

    def _make_utf8_copy(
        self, landing: Landing, window: WindowObjects, *, metadata: dict[str, str], charset: str, until: float
    ) -> dict[str, str]:
        target = self._utf8_target(window, metadata)
        if is_utf8_copy(landing.content, charset=charset):
            return self._copy(landing, target)
        utf8_copy = Utf8Copy(target, charset=charset)
        try:
            transcode(self._landed(landing.version), utf8_copy, until=until)
            return utf8_copy.complete()
        except NoUtf8Copy as error:
            utf8_copy.abort(because=error)
            return {"none": str(error)}
        except BaseException as error:
            utf8_copy.abort(because=error)
            raise

    def restatement(self, landing: Landing, window: WindowObjects, *, result: Landed, until: float) -> dict[str, Any]:
        """Return how the window's report, which is about to be replaced, and the one that has landed differ.

        `result` is of the latter. Flat files are compared row by row, where both are there and not too large,
        until the time.monotonic() `until`.
        """
        manifest = window.manifest or {}
        results = manifest["result"], result
        said: dict[str, Any] = {"rowsBefore": results[0]["rows"], "rowsAfter": result["rows"]}
        if not (landing.media.delimited and manifest["mediaType"] == landing.media.content_type):
            return {**said, "none": "they are not two flat files of a kind"}
        try:
            as_they_are = in_one_charset(results[0]["charset"], result["charset"])
            before, after = (
                text if as_they_are else in_utf8(text, str(each["charset"]))
                for each in results
                for text in [self._inflated(Version(each["key"], each["versionId"], ""))]
            )
            difference = compare(before, after, until=until)
        except NotCompared as error:
            return {**said, "none": str(error)}
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("NoSuchKey", "NoSuchVersion"):
                raise
            return {**said, "none": "the report before is no longer there"}
        return {**said, "new": len(difference.new), "gone": len(difference.gone), "same": difference.same}

    def _inflated(self, version: Version) -> Iterator[bytes]:
        body = self._landed(version)["Body"]
        return pieces(body, gzip=version.key.endswith(".gz"))  # type: ignore[arg-type]  # its stub says that readinto takes a file

    def _landed(self, version: Version) -> GetObjectOutputTypeDef:
        return self._s3.get_object(Bucket=self.name, Key=version.key, VersionId=version.version_id)

    def _utf8_target(self, window: WindowObjects, metadata: dict[str, str]) -> Target:
        publish = partial(window.publish_utf8_copy, report_id=metadata["report-id"])
        return Target(window.utf8_copy.path, metadata, self._begin, publish)

    def _copy(self, landing: Landing, target: Target) -> dict[str, str]:
        upload = target.begin(lambda: described(landing.media, target))
        try:
            upload.copy(landing.version, size=landing.content.size)
            return place_of(target.publish(upload, None))
        except BaseException as error:
            upload.abort(because=error)
            raise

    def _begin(self, described: ObjectDescription) -> Upload:

        def encrypted() -> tuple[str, dict[str, Any]]:
            key, headers = described()
            return key, {**self._headers, **headers}

        return Upload(s3=self._s3, bucket=self.name, described=encrypted)

    def put_json(self, key: str, content: dict[str, Any]) -> None:
        """Write an object of JSON beside the reports, at the whole `key`."""
        body = json.dumps(content, indent=2, ensure_ascii=False).encode()
        headers = {**self._headers, "ContentType": "application/json"}
        self._s3.put_object(Bucket=self.name, Key=key, Body=body, **headers)
