"""An application on the loopback that answers its own page, and no other site's."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from werkzeug import Request, Response
from werkzeug.exceptions import Forbidden, HTTPException

from cli.errors import CommandFailed

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from werkzeug.routing import Map

HEADERS = {
    # Everything comes from here, and nothing is sent anywhere else.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class LocalRequest(Request):
    """A request to this host; no page of another site gets here under a name of its own."""

    trusted_hosts = ["127.0.0.1", "localhost"]  # noqa: RUF012 - as werkzeug declares it
    max_content_length = 64 * 1024


class LoopbackApplication:
    """A WSGI application. Each endpoint of its routes is a method that takes the request."""

    def __init__(self, routes: Map) -> None:
        """Answer under these routes."""
        self._routes = routes

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        """Answer a request."""
        request = LocalRequest(environ)
        try:
            _refuse_other_sites(request)
            endpoint, values = self._routes.bind_to_environ(environ).match()
            response: Any = getattr(self, endpoint)(request, **values)
        except HTTPException as error:
            response = error.get_response(environ)
        except (ClientError, BotoCoreError, CommandFailed) as error:
            response = Response(json.dumps({"trouble": str(error)}), status=502, mimetype="application/json")
        response.headers.update(HEADERS)
        return response(environ, start_response)


def _refuse_other_sites(request: Request) -> None:
    """Raise SecurityError of a request under another name, Forbidden of one from another site's page."""
    host, origin = request.host, request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        raise Forbidden("the console answers its own page only")
