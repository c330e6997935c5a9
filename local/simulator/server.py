"""The HTTP server under the simulator: werkzeug's, with keep-alive, connections that break on demand, a clean end."""

import io
import socket
import ssl
import struct
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from werkzeug import Request
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

PIECE = 1 << 20  # bytes per write: a socket's timeout counts for each write, not for the whole body


class Connection(WSGIRequestHandler):
    """One client connection, from the TLS handshake to the last request on it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or each answer on a kept connection waits for the client's delayed ACK
    timeout = 60.0

    def run_wsgi(self) -> None:
        """Answer one request. Unlike werkzeug's own, which always closes, this keeps the connection for the next."""
        environ = self.make_environ()
        _read_body(environ)
        chunks, status, headers = run_wsgi_app(self.server.app, environ)
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        headers.setdefault("Date", self.date_time_string())
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        sent = 0
        for chunk in chunks:
            for start in range(0, len(chunk), PIECE):
                self.wfile.write(memoryview(chunk)[start : start + PIECE])
            sent += len(chunk)
        if self.command != "HEAD" and sent != int(headers.get("Content-Length", sent)):
            self.close_connection = True  # the client cannot tell where the next answer would begin

    def connection_dropped(
        self,
        error: BaseException,  # noqa: ARG002 - werkzeug's signature
        environ: "WSGIEnvironment | None" = None,  # noqa: ARG002 - werkzeug's signature
    ) -> None:
        """Reset the connection: either a script wants so, or the client has left already."""
        with suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing: whoever wants to know asks the journal."""


class Server(ThreadedWSGIServer):
    """Serves on 127.0.0.1 in threads of its own, between start() and stop()."""

    daemon_threads = False  # so that server_close() waits for them

    def __init__(self, app: "WSGIApplication", *, port: int, certificate: Path | None, key: Path | None) -> None:
        # Before the socket is bound: one that cannot be is closed like any other.
        self._connections: set[socket.socket] = set()
        tls = (str(certificate), str(key) if key else None) if certificate else None
        super().__init__("127.0.0.1", port, app, Connection, ssl_context=tls)
        if isinstance(self.socket, ssl.SSLSocket):
            # The handshake belongs into the connection's thread, or one silent client keeps out all others.
            self.socket.do_handshake_on_connect = False  # type: ignore[attr-defined]  # typeshed has it not
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, name="simulator")

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'https' if self.ssl_context else 'http'}://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End all connections and threads, and close all sockets."""
        self.shutdown()
        self._thread.join()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Start a thread for a new connection."""
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close a connection at its end."""
        self._connections.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """End the kept connections: their threads would wait for a next request."""
        for connection in list(self._connections):
            with suppress(OSError):  # the client was faster
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        super().server_close()


def _read_body(environ: "WSGIEnvironment") -> None:
    """Take the whole body off the connection, so that the next request line follows."""
    body = Request(environ).get_data()
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
