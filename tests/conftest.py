"""Fixtures of the whole suite: the cloud assembly is synthesized once. And which tests are the slow ones."""

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
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the cloud assembly of the project as it stands, with its own configuration."""
    return synthesize(tmp_path_factory.mktemp("assembly"), context={})


@pytest.fixture(scope="session")
def template(assembly: Path) -> Template:
    """Return that assembly's template."""
    return Template.read(assembly)
