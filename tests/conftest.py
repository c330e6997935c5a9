"""Fixtures of the whole suite: the cloud assembly is synthesized once. And which tests are the slow ones."""

import fcntl
from pathlib import Path

import pytest

from local.assembly import synthesize
from tests.template import Template

SLOW = [Path(__file__).parent / folder for folder in ("e2e", "embedded")]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what runs on the embedded AWS: `make e2e` runs it, `make test` does not."""
    for item in items:
        if any(folder in item.path.parents for folder in SLOW):
            item.add_marker(pytest.mark.e2e)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many crash points and faults the machine has come through. xdist reads no conftest deeper than this."""
    passed = [report.nodeid for report in terminalreporter.getreports("passed")]
    for what, test in (("crash points", "test_a_process_that_dies_"), ("faults", "test_a_fault_has_its_ending")):
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
