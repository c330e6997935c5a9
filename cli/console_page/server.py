"""Serves the page on the loopback, for as long as somebody wants it."""

from __future__ import annotations

import socket
import webbrowser
from contextlib import contextmanager
from threading import Thread
from typing import TYPE_CHECKING, Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from cli.console_page.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.console_page.watch import Watch

PORT = 8600  # the same each time, so that a page left open goes on


class Connection(WSGIRequestHandler):
    """One client connection, of which nothing is logged."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@contextmanager
def serve(watch: Watch, *, port: int, open_it: bool = False) -> Iterator[str]:
    """Serve the page for as long as the context lasts; yield its address. A port that is taken becomes a free one."""
    with _listening(port) as listener:
        server = ThreadedWSGIServer("127.0.0.1", port, Page(watch), handler=Connection, fd=listener.fileno())
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = f"http://127.0.0.1:{server.port}/"
    if open_it:
        webbrowser.open(url)
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()


def _listening(port: int) -> socket.socket:
    # Of a port that is taken, werkzeug itself would complain aloud, and exit.
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))
