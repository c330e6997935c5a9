"""A server that speaks just enough of the Reports API, written against Amazon's documentation and nothing of ours."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self


class OtherServer:
    """Serves one report over plain http, the way the sandbox does: other ids than asked for, answers in `payload`."""

    DOCUMENT: ClassVar[bytes] = b"sku\tquantity\r\nA-1\t3\r\n"

    def __init__(self) -> None:
        """Take a free port."""
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, headers: Any) -> tuple[int, Any]:
        """Return status and body: bytes for the document, anything else as JSON."""
        base = "/reports/2021-06-30"
        if (method, path) == ("POST", "/auth/o2/token"):
            return self._note("POST token", 200, {"access_token": "t", "token_type": "bearer", "expires_in": 3600})
        if path == "/file":
            return self._note("GET file", 200, self.DOCUMENT)
        if headers.get("x-amz-access-token") != "t":
            return 403, {"errors": [{"code": "Unauthorized", "message": "Access to requested resource is denied."}]}
        if (method, path) == ("POST", f"{base}/reports"):
            return self._note("POST reports", 202, {"payload": {"reportId": "ID323"}})
        if path == f"{base}/reports/ID323":
            status = "DONE" if "GET report" in self.asked else "IN_PROGRESS"
            report = {"reportId": "ReportId1", "reportType": "X", "createdTime": "2026-11-01T00:00:00Z"}
            done = {"reportDocumentId": "DOC-1"} if status == "DONE" else {}
            return self._note("GET report", 200, {"payload": {**report, **done, "processingStatus": status}})
        if path == f"{base}/documents/DOC-1":
            return self._note("GET document", 200, {"reportDocumentId": "DOC-1", "url": f"{self.url}/file"})
        return 404, {"errors": [{"code": "NotFound", "message": path}]}

    def _note(self, call: str, status: int, body: Any) -> tuple[int, Any]:
        self.asked.append(call)
        return status, body

    def _handler(outer) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - `self` is the handler's, below
        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                status, body = outer.answer(self.command, self.path, self.headers)
                content = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("content-length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = _serve  # noqa: N815 - the names that http.server asks for

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
