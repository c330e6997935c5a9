"""What S3 asks beyond a request's own action, and ministack 1.5.33 does not: ListBucket for a missing key, and KMS.

To offer upstream: both under AUTH=true, in `_get_object`, `_head_object`, `_put_object` and the multipart calls; and
BucketEncryption in `_s3_create` and `_s3_update`.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html, "Permissions";
https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

# ruff: noqa: SLF001 - they are private, and the version is pinned

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ministack.core import iam_actions, iam_evaluator  # type: ignore[import-untyped] # ministack has no types
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-untyped] # same
from ministack.core.router import extract_access_key_id  # type: ignore[import-untyped] # same
from ministack.services import kms, s3  # type: ignore[import-untyped] # same
from ministack.services.cloudformation import provisioners  # type: ignore[import-untyped] # same

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT = ("SSEAlgorithm", "KMSMasterKeyID")
ENCRYPTION = (
    '<ServerSideEncryptionConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule>'
    "<ApplyServerSideEncryptionByDefault>{}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>"
)
KEY_ID = "x-amz-server-side-encryption-aws-kms-key-id"


def ask_for_what_is_beside_the_object() -> None:
    """Hide from who may not list a bucket which keys it has, and use a KMS key only for who may."""
    handle = s3.handle_request

    async def handle_if_allowed(
        method: str, path: str, headers: Any, body: bytes, query: Any, *rest: Any, **others: Any
    ) -> Any:
        bucket, key = s3._parse_bucket_key(path, headers)
        caller = _Caller(extract_access_key_id(headers, query), bucket, key)
        if refusal := caller.refused_to_write(method, headers, query):
            return refusal
        answer = await handle(method, path, headers, body, query, *rest, **others)
        return caller.refused_to_read(method, headers, query, answer) or answer

    s3.handle_request = handle_if_allowed


def keep_the_encryption_of_buckets() -> None:
    """Let a template's BucketEncryption that names a key be its bucket's, as PutBucketEncryption's is."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]

    def keeping(make: Callable[..., Any], *, at: int) -> Callable[..., Any]:
        def made(*arguments: Any) -> Any:
            name, attributes = make(*arguments)
            for rule in arguments[at].get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", []):
                default = rule["ServerSideEncryptionByDefault"]
                if "KMSMasterKeyID" not in default:
                    continue  # ministack has no key of AWS's own, and would refuse every object
                elements = "".join(f"<{each}>{default[each]}</{each}>" for each in DEFAULT if each in default)
                s3._bucket_encryption[name] = ENCRYPTION.format(elements)
            return name, attributes

        return made

    handlers["create"], handlers["update"] = keeping(handlers["create"], at=1), keeping(handlers["update"], at=2)


@dataclass(frozen=True)
class _Caller:
    """The caller that asks for an object."""

    access_key: str
    bucket: str
    key: str

    def refused_to_write(self, method: str, headers: Any, query: Any) -> Any:
        """Return S3's answer to who puts an object and may not use its KMS key; None to all others."""
        begins_upload = method == "POST" and "uploads" in query
        if not self.key or not (begins_upload or (method == "PUT" and not query.keys() - {"x-id"})):
            return None
        encryption = {**s3._bucket_default_sse_headers(self.bucket), **headers}
        if encryption.get("x-amz-server-side-encryption") == "AES256":
            return None
        # The parts of an upload are read again. S3 itself asks for that with the first of them.
        actions = ["kms:GenerateDataKey", *(["kms:Decrypt"] if begins_upload else [])]
        return next(filter(None, (self._refused_key(action, encryption.get(KEY_ID)) for action in actions)), None)

    def refused_to_read(self, method: str, headers: Any, query: Any, answer: Any) -> Any:
        """Return S3's answer to who may not know that a key is missing, or not decrypt what it has; else None."""
        status, given, _ = answer
        if method == "GET" and status in (200, 206):
            return self._refused_key("kms:Decrypt", given.get(KEY_ID))
        copied = iam_actions._s3_source_object(headers) if method == "PUT" else None
        if status != 404 or "versionId" in query or not (copied or method in ("GET", "HEAD")):
            return None
        bucket, _, key = copied[0].split(":::")[1].partition("/") if copied else (self.bucket, "", self.key)
        if not key or bucket not in s3._buckets or key in s3._buckets[bucket]["objects"]:
            return None
        return self._refused("s3:ListBucket", "s3", f"arn:aws:s3:::{bucket}", {})

    def _refused_key(self, action: str, key_id: str | None) -> Any:
        found = key_id and kms._resolve_key(key_id)
        if not found:
            return None
        context = {
            "kms:viaservice": f"s3.{get_region()}.amazonaws.com",
            "kms:calleraccount": get_account_id(),
            "kms:encryptioncontext:aws:s3:arn": f"arn:aws:s3:::{self.bucket}/{self.key}",
        }
        return self._refused(action, "kms", found["Arn"], context)

    def _refused(self, action: str, service: str, resource: str, context: dict[str, str]) -> Any:
        denied = iam_evaluator.enforce(
            self.access_key, action, service, get_region(), resource_arn=resource, service_context=context
        )
        if not denied:
            return None
        explicit = getattr(denied, "decision", "") == "Deny"
        sentence = iam_actions.identity_denial_message(action, iam_evaluator.caller_arn(), f'"{resource}"', explicit)
        return s3._error("AccessDenied", sentence, 403, f"/{self.bucket}/{self.key}")
