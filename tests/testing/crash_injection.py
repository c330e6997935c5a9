"""The calls that handlers make to the outside, counted, and a process that dies at one of them."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from unittest import mock

import urllib3
from botocore.client import BaseClient

from lambdas.landing.download import Download
from tests.testing.harness import Killed

OPERATIONS = ("/auth/o2/token", "/restrictedDataToken", "/2021-06-30/documents", "/2021-06-30/reports")


class Point(NamedTuple):
    """Where a process dies: just "before" or "after" which of the calls of a name, in which run of which function."""

    when: str
    call: str
    number: int
    function: str
    run: int


@dataclass
class Outside:
    """`runs` has each run of a function with the calls it made, by name.

    The process that reaches `point` is dead from then on: whatever it still tries to do outside does not happen.
    """

    point: Point | None = None
    runs: list[tuple[str, Counter[str]]] = field(default_factory=list)
    reached: bool = False
    _dead: bool = False
    _numbers: Counter[str] = field(default_factory=Counter)

    def begin(self, function: str) -> None:
        """Begin a run in a living process."""
        self._numbers[function] += 1
        self._dead = False
        self.runs.append((function, Counter()))

    def numbered(self) -> Iterator[tuple[str, int, Counter[str]]]:
        """Yield each run with its number among those of its function."""
        numbers: Counter[str] = Counter()
        for function, calls in self.runs:
            numbers[function] += 1
            yield function, numbers[function], calls

    def call(self, name: str, make: Callable[[], Any]) -> Any:
        """Make a call, unless the process is dead, or dies before or after it."""
        if self._dead:
            raise Killed
        function, calls = self.runs[-1]
        calls[name] += 1
        here = name, calls[name], function, self._numbers[function]
        self._die_at("before", *here)
        try:
            return make()
        finally:
            # Also after an answer that is an error.
            self._die_at("after", *here)

    def _die_at(self, *here: Any) -> None:
        if self.point == here:
            self._dead = self.reached = True
            raise Killed


@contextmanager
def watched(outside: Outside, function: str) -> Iterator[None]:
    """Let every call of a run go through `outside`: AWS's, SP-API's, Login with Amazon's and downloads'."""
    client: Any = BaseClient
    aws, http, get, read = client._make_api_call, urllib3.PoolManager.urlopen, Download._get, Download.readinto

    def aws_call(self: BaseClient, operation: str, parameters: Any) -> Any:
        name = f"{self.meta.service_model.service_name} {operation}"
        return outside.call(name, lambda: aws(self, operation, parameters))

    def http_call(self: urllib3.PoolManager, method: str, url: str, *rest: Any, **more: Any) -> Any:
        # Without the report's id.
        path = next(part for part in OPERATIONS if part in url)
        return outside.call(f"{method} {path}", lambda: http(self, method, url, *rest, **more))

    def download(self: Download, headers: Any) -> Any:
        return outside.call("GET document", lambda: get(self, headers))

    def readinto(self: Download, buffer: memoryview) -> int:
        return int(outside.call("read", lambda: read(self, buffer)))

    outside.begin(function)
    with ExitStack() as patched:
        for owner, name, replacement in (
            (client, "_make_api_call", aws_call),
            (urllib3.PoolManager, "urlopen", http_call),
            (Download, "_get", download),
            (Download, "readinto", readinto),
        ):
            patched.enter_context(mock.patch.object(owner, name, replacement))
        yield
