"""Fixtures of the whole suite: the cloud assembly is synthesized once. And which tests are the slow ones."""

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from moto.core.botocore_stubber import BotocoreStubber

from local.synthesis import synthesize
from tests.testing.template import Template

SLOW = [Path(__file__).parent / folder for folder in ("e2e", "local/aws")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on the embedded AWS: `make e2e` runs it, `make test` does not."""
    for item in items:
        if any(folder in item.path.parents for folder in SLOW):
            item.add_marker(pytest.mark.e2e)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many crash points and faults the machine has come through. xdist reads no conftest deeper than this."""
    passed = [report.nodeid for report in terminalreporter.getreports("passed")]
    for what, test in (("crash points", "test_a_process_that_dies_"), ("faults", "test_a_fault_has_its_outcome")):
        if count := sum(f"::{test}" in nodeid for nodeid in passed):
            terminalreporter.write_line(f"{what}: {count}")


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the cloud assembly of the project as it stands; of xdist's workers the first to come makes it for all."""
    own = tmp_path_factory.getbasetemp()
    directory = (own if worker_id == "master" else own.parent) / "assembly"
    with directory.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return directory if directory.exists() else synthesize(directory, context={})


@pytest.fixture(scope="session")
def template(assembly: Path) -> Template:
    """Return that assembly's template."""
    return Template.read(assembly)


@pytest.fixture(scope="session", autouse=True)
def _moto_takes_buffers() -> Iterator[None]:
    """Let moto take a bytearray for a request's body, as HTTP does: it knows bytes only."""
    call = BotocoreStubber.__call__

    def with_bytes(stubber: BotocoreStubber, event_name: str, request: Any, **more: Any) -> Any:
        if isinstance(request.body, bytearray):
            request.body = bytes(request.body)
        return call(stubber, event_name, request, **more)

    with mock.patch.object(BotocoreStubber, "__call__", with_bytes):
        yield
