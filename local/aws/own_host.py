"""Keeps web pages out: a browser says in Origin which page asks, and in Host under which name it found this machine."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

# Names below localhost, such as those of buckets, lead to no other machine.
LOCALHOST = ".localhost"


def for_this_machine(application: Any) -> Any:
    """Return an ASGI application that answers 403 to requests of a web page, or under a name that is not loopback's."""

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan" or _is_ours(scope["headers"]):
            await application(scope, receive, send)
        elif scope["type"] == "http":
            await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "websocket.close"})

    return guarded


def _is_ours(headers: list[tuple[bytes, bytes]]) -> bool:
    names = [value.decode("latin-1") for name, value in headers if name.lower() in (b"host", b":authority")]
    foreign = any(name.lower() == b"origin" for name, _ in headers)
    return bool(names) and not foreign and all(map(_is_loopback, names))


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return name in ("127.0.0.1", "::1") or f".{name}".endswith(LOCALHOST)
