"""Landing: a document's bytes become an object only once they are known to be whole."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from lambdas.landing.multipart_upload import PART_BYTES, ObjectDescription, Upload
from lambdas.landing.personal_data import PersonalDataScreen
from lambdas.landing.pipeline import Landing, Pipeline, unverified
from lambdas.landing.resume import resume_upload
from lambdas.landing.resume_point import Unfinished
from lambdas.landing.utf8_copy import NoUtf8Copy, Utf8Copy, described, is_utf8_copy, transcode

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

    from lambdas.landing.download import Download

CHARSET_UNKNOWN = "its charset is not certain: nothing true says it, and the text does not tell (docs/charsets.md)"
# S3 copies so much at once, and several at the same time; a request for 64 MiB is no more than sixteen to the GiB.
COPIED_BYTES = 64 * 1024 * 1024


class ReportBucket:
    """The bucket that reports land in, under `zone`: empty, or a prefix such as `restricted/`."""

    def __init__(self, *, s3: S3Client, bucket: str, zone: str = "", headers: dict[str, Any] | None = None) -> None:
        """Use `bucket` through `s3`; `headers` go with every object (encryption)."""
        self._s3 = s3
        self._zone = zone
        self._headers = headers or {}
        self.name = bucket
        self.restricted = bool(zone)
        """Whether personal data may land here."""

    def land(
        self, download: Download, *, path: str, metadata: dict[str, str], utf8_copy: bool = False
    ) -> Landing | Unfinished:
        """Stream `download` to `<zone>reports/<path>` plus its extension, in parts, in constant memory.

        With `utf8_copy`, a text whose label says its charset gets its UTF-8 copy on the way, all else by `land_utf8`.

        Nothing is visible under the key until the last byte has been verified; if anything goes wrong, nothing ever is.
        Personal data lands in a zone only.
        A document that does not arrive in the download's time is left Unfinished, for `resume`.

        Raises:
            DocumentIncomplete, DocumentCorrupt, DocumentBomb, DocumentTooSlow, DocumentUrlExpired: see download and
                gzip_stream.
            PersonalDataFound: it holds some, and there is no zone for it.
        """
        begin_utf8_copy = partial(self._utf8_copy, path=path, metadata=metadata) if utf8_copy else None
        path = f"{self._zone}reports/{path}"
        return Pipeline(
            download,
            begin=self._begin,
            path=path,
            metadata=metadata,
            utf8_copy=begin_utf8_copy,
            screen=None if self.restricted else PersonalDataScreen(),
        ).run()

    def resume(self, download: Download, unfinished: Unfinished) -> Landing | Unfinished:
        """Go on with an unfinished document, whose `download` begins where it stopped. Raises what `land` does."""
        s3, key, upload_id = self._s3, unfinished.key, unfinished.upload_id
        # Parts beyond the noted position are of a run that did not come to its end: they are put once more.
        parts = unfinished.position // PART_BYTES
        upload = Upload(s3=s3, bucket=self.name, described=lambda: (key, {}), key=key, upload_id=upload_id, parts=parts)
        again = resume_upload(download, upload)
        return again or unverified(upload.complete(), size=download.position)

    def land_utf8(
        self, landing: Landing, *, path: str, metadata: dict[str, str], charset: str | None, until: float
    ) -> dict[str, str]:
        """Land the UTF-8 copy of a landed text in `charset`, gzipped, at `<zone>utf-8/<path>` plus its extension.

        Returns its `key`, or why there is `none`.
        """
        if landing.utf8_copy:
            return landing.utf8_copy
        if not landing.media.text:
            return {"none": "the document is no text"}
        if landing.content.sha256 is None:
            return {"none": "the document took more than one run"}
        if charset is None:
            return {"none": CHARSET_UNKNOWN}
        if is_utf8_copy(landing.content, charset=charset):
            return {"key": self._copy(landing, path=path, metadata=metadata)}
        utf8_copy = self._utf8_copy(charset, path=path, metadata=metadata)
        try:
            transcode(self._s3.get_object(Bucket=self.name, Key=landing.key), utf8_copy, until=until)
            return utf8_copy.complete()
        except NoUtf8Copy as error:
            utf8_copy.abort(because=error)
            return {"none": str(error)}
        except BaseException as error:
            utf8_copy.abort(because=error)
            raise

    def _utf8_copy(self, charset: str, *, path: str, metadata: dict[str, str]) -> Utf8Copy:
        return Utf8Copy(begin=self._begin, path=self._utf8_copy_path(path), charset=charset, metadata=metadata)

    def _utf8_copy_path(self, path: str) -> str:
        return f"{self._zone}utf-8/{path}"

    def _copy(self, landing: Landing, *, path: str, metadata: dict[str, str]) -> str:
        # Whoever has a client of S3 has imported it; who lands nothing has none.
        from boto3.s3.transfer import TransferConfig

        key, headers = described(landing.media, path=self._utf8_copy_path(path), metadata=metadata)
        self._s3.copy(
            CopySource={"Bucket": self.name, "Key": landing.key},
            Bucket=self.name,
            Key=key,
            ExtraArgs={**self._headers, **headers, "MetadataDirective": "REPLACE"},
            Config=TransferConfig(multipart_threshold=COPIED_BYTES, multipart_chunksize=COPIED_BYTES),
        )
        return key

    def save_resume_point(self, *, path: str, unfinished: Unfinished) -> None:
        """Write down where the next run goes on."""
        body = json.dumps(unfinished._asdict()).encode()
        self._s3.put_object(Bucket=self.name, Key=self._note_key(path), Body=body, **self._headers)

    def load_resume_point(self, *, path: str) -> Unfinished | None:
        """Return where an earlier run stopped, if one did."""
        noted = self._read(self._note_key(path))
        unfinished = Unfinished(**noted) if noted else None
        return unfinished if unfinished and self._is_open(unfinished) else None

    def _is_open(self, unfinished: Unfinished) -> bool:
        try:
            self._s3.list_parts(Bucket=self.name, Key=unfinished.key, UploadId=unfinished.upload_id, MaxParts=1)
        except self._s3.exceptions.NoSuchUpload:
            # It was completed, or the bucket's lifecycle has swept it away: the document begins anew.
            return False
        return True

    def _note_key(self, path: str) -> str:
        return f"{self._zone}unfinished/{path}.json"

    def _begin(self, described: ObjectDescription) -> Upload:

        def encrypted() -> tuple[str, dict[str, Any]]:
            key, headers = described()
            return key, {**self._headers, **headers}

        return Upload(s3=self._s3, bucket=self.name, described=encrypted)

    def put_manifest(self, *, path: str, manifest: dict[str, Any]) -> None:
        """Write the manifest of the document at `path`."""
        self.put_json(self.manifest_key(path), manifest)

    def put_json(self, key: str, content: dict[str, Any]) -> None:
        """Write an object of JSON beside the reports, at the whole `key`."""
        body = json.dumps(content, indent=2, ensure_ascii=False).encode()
        headers = {**self._headers, "ContentType": "application/json"}
        self._s3.put_object(Bucket=self.name, Key=key, Body=body, **headers)

    def manifest_key(self, path: str) -> str:
        """Return the key of the manifest of the document at `path`."""
        return f"{self._zone}manifests/{path}.json"

    def manifest(self, *, path: str) -> dict[str, Any] | None:
        """Return the manifest that says this report has landed already, if there is one."""
        return self._read(self.manifest_key(path))

    def _read(self, key: str) -> dict[str, Any] | None:
        try:
            body = self._s3.get_object(Bucket=self.name, Key=key)["Body"]
        except self._s3.exceptions.NoSuchKey:
            return None
        with body:
            content: dict[str, Any] = json.loads(body.read())
            return content
