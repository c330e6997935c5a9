"""No web page reaches the embedded AWS or a function's Runtime API, under whatever name and from whatever site."""

import asyncio
import http.client
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from local.aws.own_host import for_this_machine
from local.aws.runtime_api import Happened, Invocation, RuntimeApi

OURS = [
    {"Host": "127.0.0.1:4566"},
    {"Host": "127.0.0.1"},
    {"Host": "localhost:4566"},
    {"Host": "bucket.s3.localhost:4566"},
    {"Host": "[::1]:4566"},
]
THEIRS = [
    {},
    {"Host": ""},
    {"Host": "evil.example"},
    {"Host": "evil.example:4566"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "localhost.evil.example"},
    {"Host": "evil-localhost"},
    {"Host": "127.0.0.1@evil.example"},
    {"Host": "[::1"},
    {"Host": "192.168.1.1:4566"},
    {"Host": "127.0.0.1:4566", "Origin": "https://evil.example"},
    {"Host": "127.0.0.1:4566", "Origin": "null"},
    {"Host": "127.0.0.1:4566", "Origin": "http://127.0.0.1:4566"},
    {"Host": "127.0.0.1:4566", "ORIGIN": "http://localhost"},
]


def asked(headers: dict[str, str], *, kind: str = "http") -> list[dict[str, Any]]:
    """Return what an application that says hello sends, behind the guard."""
    sent: list[dict[str, Any]] = []

    async def hello(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "hello"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": kind, "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}
    asyncio.run(for_this_machine(hello)(scope, None, send))
    return sent


@pytest.mark.parametrize("headers", OURS)
def test_this_machine_is_served(headers: dict[str, str]) -> None:
    assert asked(headers) == [{"type": "hello"}]


@pytest.mark.parametrize("headers", THEIRS)
def test_others_are_not(headers: dict[str, str]) -> None:
    assert [message.get("status") for message in asked(headers)] == [403, None]
    assert asked(headers, kind="websocket") == [{"type": "websocket.close"}]


def test_the_start_is_nobodys_request() -> None:
    assert asked({}, kind="lifespan") == [{"type": "hello"}]


@pytest.fixture
def api() -> Iterator[RuntimeApi]:
    served = RuntimeApi()
    threading.Thread(target=served.serve_forever, args=(0.01,), daemon=True).start()
    yield served
    served.close()


def posted(api: RuntimeApi, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(api.address, timeout=5)
    connection.putrequest("POST", "/2018-06-01/runtime/invocation/1/response", skip_host=True)
    for name, value in {"Content-Length": "2", **headers}.items():
        connection.putheader(name, value)
    connection.endheaders(b"{}")
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("headers", THEIRS)
def test_no_page_answers_for_a_function(api: RuntimeApi, headers: dict[str, str]) -> None:
    assert posted(api, headers) == 403
    assert api.events.empty()


def test_no_page_takes_a_functions_invocation(api: RuntimeApi) -> None:
    api.invocations.put(Invocation(request_id="1", function_arn="f", trace_id="t", deadline=0, payload=b"secret"))
    connection = http.client.HTTPConnection(api.address, timeout=5)
    connection.request("GET", "/2018-06-01/runtime/invocation/next", headers={"Origin": "https://evil.example"})
    assert connection.getresponse().status == 403
    connection.close()
    assert api.events.empty()


def test_the_runtime_answers_for_its_function(api: RuntimeApi) -> None:
    assert posted(api, {"Host": api.address}) == 202
    assert api.events.get(timeout=5).what is Happened.RETURNED
