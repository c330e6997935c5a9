"""getReportDocument, and the document store that its pre-signed URLs lead to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import compare_digest, token_hex
from urllib.parse import urlencode
from uuid import uuid4

from werkzeug import Request, Response
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import http_date

from local.simulator.calls import Call
from local.simulator.document import Document
from local.simulator.report import Report
from local.simulator.report_types import RESTRICTED
from local.simulator.reports import wrapped
from local.simulator.responses import Refused, invalid
from local.simulator.store import Store

LIFETIME = 300  # seconds, of a URL


@dataclass(frozen=True, kw_only=True)
class Link:
    """What a URL leads to."""

    report: Report
    document: Document
    signature: str
    expires: float


class Downloads:
    """The operation getReportDocument, and `document`, the download."""

    def __init__(self, *, store: Store, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._links: dict[str, Link] = {}

    def describe(self, request: Request, call: Call) -> Response:
        """Answer with a URL of five minutes, and the compressionAlgorithm if there is one."""
        document_id = call.report_document_id or ""
        report = self._store.with_document(call.seller, document_id)
        if report is None or report.document is None:
            raise invalid(f"Invalid reportDocumentId {document_id}")
        if report.report_type in RESTRICTED and not call.restricted_token:
            raise Refused(status=403, details=f"{report.report_type} needs a Restricted Data Token")
        document = report.document
        if request.args.get("enableContentEncodingUrlHeader") == "true" and document.compression_algorithm == "GZIP":
            document = replace(document, content_encoding="gzip")
        body: dict[str, object] = {"reportDocumentId": document_id, "url": self._mint(request, report, document)}
        if document.compression_algorithm:
            body["compressionAlgorithm"] = document.compression_algorithm
        return wrapped(body, report=report)

    def _mint(self, request: Request, report: Report, document: Document) -> str:
        key, now = str(uuid4()), self._clock()
        link = Link(report=report, document=document, signature=token_hex(32), expires=now + LIFETIME)
        self._links[key] = link
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ"),
            "X-Amz-SignedHeaders": "host",
            "X-Amz-Expires": str(LIFETIME),
            "X-Amz-Signature": link.signature,
        }
        return f"{request.host_url}documents/{key}?{urlencode(query)}"

    def link(self, key: str) -> Link | None:
        """Return the link of that key, expired or not."""
        return self._links.get(key)

    def expire(self) -> None:
        """End all URLs now."""
        self._links = {key: replace(link, expires=self._clock()) for key, link in self._links.items()}

    @property
    def signatures(self) -> list[str]:
        """Those of all URLs ever handed out."""
        return [link.signature for link in self._links.values()]

    def serve(self, request: Request, _call: Call) -> Response:
        """Serve the document, or its range, as S3 does. Raises Refused: 400 for credentials in the request headers."""
        link = self._checked(request)
        response = Response(link.document.body, content_type=link.document.content_type)
        response.set_etag(link.document.etag)
        response.headers["Last-Modified"] = http_date(link.report.created)
        response.headers["Server"] = "AmazonS3"
        if link.document.content_encoding:
            response.headers["Content-Encoding"] = link.document.content_encoding
        try:
            response.make_conditional(request, accept_ranges=True, complete_length=len(link.document.body))
        except RequestedRangeNotSatisfiable as error:
            raise Refused(status=416) from error
        if response.status_code == 412:
            raise Refused(status=412)
        return response

    def _checked(self, request: Request) -> Link:
        for header in ("x-amz-access-token", "authorization"):
            if header in request.headers:
                raise Refused(status=400, message=f"Only one auth mechanism allowed; {header} came with a signed URL")
        link = self._links.get(request.path.rpartition("/")[2])
        if link is None:
            raise Refused(status=404)
        signature = request.args.get("X-Amz-Signature", "")
        if request.method != "GET" or not compare_digest(signature, link.signature):
            raise Refused(status=403, code="SignatureDoesNotMatch", message="The request signature does not match")
        if self._clock() >= link.expires:
            expires = datetime.fromtimestamp(link.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            raise Refused(status=403, details=f"<X-Amz-Expires>{LIFETIME}</X-Amz-Expires><Expires>{expires}</Expires>")
        return link
