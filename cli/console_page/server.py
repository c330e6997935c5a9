"""The page and what it asks for, on the loopback: files, JSON, and a stream of events that tells what has changed."""

from __future__ import annotations

import json
import socket
import time
import webbrowser
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from werkzeug import Request, Response
from werkzeug.exceptions import Forbidden, HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from cli.console_page.drawing import draw
from cli.console_page.watch import INTERVAL, Watch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

PORT = 8600  # the same each time, so that a page left open goes on
STATIC = {path.name: path for path in Path(__file__).with_name("static").iterdir()}
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
HEADERS = {
    # Everything comes from here, and nothing is sent anywhere else.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
ROUTES = Map(
    [
        Rule("/", endpoint="file", defaults={"name": "index.html"}),
        Rule("/<name>", endpoint="file"),
        Rule("/machine.svg", endpoint="machine"),
        Rule("/events", endpoint="events"),
        Rule("/preview", endpoint="preview"),
        Rule("/steps/<int:number>", endpoint="step"),
    ]
)


class LocalRequest(Request):
    """A request to this host; no page of another site gets here under a name of its own."""

    trusted_hosts = ["127.0.0.1", "localhost"]  # noqa: RUF012 - as werkzeug declares it


class Page:
    """The WSGI application."""

    def __init__(self, watch: Watch) -> None:
        """Show what `watch` sees."""
        self._watch = watch

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Answer a request."""
        request = LocalRequest(environ)
        try:
            _refuse_other_sites(request)
            endpoint, values = ROUTES.bind_to_environ(environ).match()
            response: Any = getattr(self, endpoint)(request, **values)
        except HTTPException as error:
            response = error.get_response(environ)
        except (ClientError, BotoCoreError) as error:
            response = Response(json.dumps({"trouble": str(error)}), status=502, mimetype="application/json")
        response.headers.update(HEADERS)
        return response(environ, start_response)

    def file(self, _request: Request, name: str) -> Response:
        """Return a file of the page."""
        if name not in STATIC:
            raise NotFound
        return Response(STATIC[name].read_bytes(), mimetype=TYPES[STATIC[name].suffix])

    def machine(self, _request: Request) -> Response:
        """Return the machine's picture."""
        return Response(draw(self._watch.machine.definition), mimetype=TYPES[".svg"])

    def events(self, request: Request) -> Response:
        """Return the stream of what changes, with one execution in full if the request names it."""
        execution = self._execution(request) if "execution" in request.args else None
        return Response(_stream(self._watch, execution), mimetype="text/event-stream")

    def preview(self, request: Request) -> Response:
        """Return the beginning of what an execution has landed."""
        return _json(self._watch.preview(self._execution(request)))

    def step(self, request: Request, number: int) -> Response:
        """Return what went into and came out of a step of an execution."""
        try:
            return _json(self._watch.step(self._execution(request), number))
        except IndexError:
            raise NotFound from None

    def _execution(self, request: Request) -> str:
        execution = request.args.get("execution", "")
        if not self._watch.machine.owns(execution):
            raise NotFound(f"{execution!r} is no execution of this machine")
        return execution


def _refuse_other_sites(request: Request) -> None:
    """Raise SecurityError of a request under another name, Forbidden of one from another site's page."""
    host, origin = request.host, request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise Forbidden("the console answers its own page only")


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


def _stream(watch: Watch, execution: str | None) -> Iterator[str]:
    parts = {"executions": watch.executions, **(watch.parts(execution) if execution else {})}
    sent: dict[str, str] = {}
    yield _event("stack", json.dumps(watch.stack()))
    while True:
        troubles = []
        for name, read in parts.items():
            try:
                said = json.dumps(read())
            except (ClientError, BotoCoreError) as error:
                troubles.append(str(error))
                continue
            if sent.get(name) != said:
                sent[name] = said
                yield _event(name, said)
        yield _event("troubles", json.dumps(troubles))  # and a write that fails tells that nobody listens any more
        time.sleep(INTERVAL)


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"


def _json(value: Any) -> Response:
    return Response(json.dumps(value), mimetype="application/json")
