"""Fixtures of the whole suite: the cloud assemblies, which are synthesized once. And which tests are the slow ones."""

import gc
import os
import re
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from hypothesis import settings

from tests.assemblies import Assemblies
from tests.testing.template import Template

ASSEMBLIES = pytest.StashKey[Assemblies]()
HERE = Path(__file__).parent
# What is not even imported, since that takes its time too, unless it is asked for by its mark. Only tests that do so
# may import aws_cdk: it starts a node of its own in each process, for seconds.
SLOW = {
    "e2e": [HERE / "e2e", HERE / "local" / "aws"],
    "exhaustive": [
        HERE / "infra" / "test_lambda_asset.py",
        HERE / "infra" / "test_template_checks.py",
        HERE / "local" / "bench" / "test_bench.py",
        HERE / "local" / "bench" / "test_polling_bench.py",
        HERE / "model" / "test_broken_definitions.py",
        HERE / "testing_selftests" / "test_mutations.py",
    ],
}
COUNTED = {"crash points": "::test_a_process_that_dies_", "faults": "::test_a_fault_has_its_outcome"}
TOTALS = pytest.StashKey[dict[str, int]]()
# Of a process that runs tests, the most that was resident, in bytes; getrusage says it in KiB, but in bytes on macOS.
PEAKS = pytest.StashKey[list[int]]()
RESIDENT_UNIT = 1 if sys.platform == "darwin" else 1024
# A busy machine must not fail a property. Where more depend on it than who wants to know soon, HYPOTHESIS_PROFILE=ci.
settings.register_profile("quick", deadline=None, max_examples=12, derandomize=True)
settings.register_profile("ci", deadline=None, max_examples=60)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


def pytest_configure(config: pytest.Config) -> None:
    """Give the assemblies a folder that all processes of this run know: xdist's workers are told it by the first."""
    folder = getattr(config, "workerinput", {}).get("assemblies")
    if not folder:
        temporary = TemporaryDirectory(prefix="reportflow-assemblies-")
        config.add_cleanup(temporary.cleanup)
        folder = f"{temporary.name}/all"
        config.add_cleanup(Assemblies(Path(folder)).end)
    config.stash[ASSEMBLIES] = Assemblies(Path(folder))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the assemblies are."""
    node.workerinput["assemblies"] = str(node.config.stash[ASSEMBLIES].folder)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Have the assemblies made as soon as a test is found that reads one, so that they are there when tests begin."""
    if "assemblies" in getattr(item, "fixturenames", ()) and (wait := item.config.stash[ASSEMBLIES].begin()):
        item.config.add_cleanup(wait)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the slow ones whose mark is not asked for."""
    marks = config.option.markexpr
    asked = {mark for mark in SLOW if not marks or re.search(rf"(?<!not ){mark}", marks)}
    return any(collection_path in paths for mark, paths in SLOW.items() if mark not in asked) or None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the slow ones, and count what is counted before any of it is left out."""
    slow = [(f"{path}", mark) for mark, paths in SLOW.items() for path in paths]
    for item in items:
        for path, mark in slow:
            if f"{item.path}".startswith(path):
                item.add_marker(mark)
    totals = {what: sum(test in item.nodeid for item in items) for what, test in COUNTED.items()}
    config.stash[TOTALS] = getattr(config, "workeroutput", {})["totals"] = totals


def pytest_collection_finish() -> None:
    """Spare the collector of garbage what stays for good: modules and tests, more than all that a test makes."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Note the memory that this process has taken."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RESIDENT_UNIT
    session.config.stash.setdefault(PEAKS, []).append(peak)
    getattr(session.config, "workeroutput", {})["peak"] = peak


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of xdist has counted."""
    counted = getattr(node, "workeroutput", {})
    node.config.stash[TOTALS] = counted.get("totals", {})
    node.config.stash.setdefault(PEAKS, []).append(counted.get("peak", 0))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, exitstatus: pytest.ExitCode, config: pytest.Config
) -> None:
    """Say how many crash points and faults the machine has come through, the memory that this took, and a bad order.

    xdist reads no conftest deeper than this.
    """
    passed = [report.nodeid for report in terminalreporter.getreports("passed")]
    for what, test in COUNTED.items():
        if count := sum(test in nodeid for nodeid in passed):
            total = config.stash[TOTALS].get(what, 0)
            terminalreporter.write_line(f"{what}: {count}" + (f" of {total}" if count != total else ""))
    if exitstatus and (seed := config.getoption("randomly_seed", None)):
        terminalreporter.write_line(f"order: --randomly-seed={seed}")
    peaks: list[int] = config.stash.setdefault(PEAKS, [0])
    terminalreporter.write_line(f"memory: {max(peaks) / 1e6:.0f} MB at most in a process that runs tests")


@pytest.fixture(scope="session")
def assemblies(pytestconfig: pytest.Config) -> Assemblies:
    """Return the assemblies of the project, by the names of their variants. To be asked for as an argument."""
    return pytestconfig.stash[ASSEMBLIES]


@pytest.fixture(scope="session")
def assembly(assemblies: Assemblies) -> Path:
    """Return the cloud assembly of the project as it stands."""
    return assemblies.wait_for("default")


@pytest.fixture(scope="session")
def template(assembly: Path) -> Template:
    """Return that assembly's template."""
    return Template.read(assembly)


@pytest.fixture(scope="session", autouse=True)
def _small_parts() -> Iterator[None]:
    """Have documents of several parts that are small."""
    from tests.testing.small_parts import (  # here: its imports are not for xdist's first
        CHUNK_BYTES,
        PART_BYTES,
        parts_of,
    )

    with parts_of(PART_BYTES, chunk_bytes=CHUNK_BYTES):
        yield


@pytest.fixture(scope="session", autouse=True)
def _moto_takes_buffers() -> Iterator[None]:
    """Let moto take a bytearray for a request's body, as HTTP does: it knows bytes only."""
    from moto.core.botocore_stubber import BotocoreStubber  # here: it takes its time, and xdist's first needs none

    call = BotocoreStubber.__call__

    def with_bytes(stubber: BotocoreStubber, event_name: str, request: Any, **more: Any) -> Any:
        if isinstance(request.body, bytearray):
            request.body = bytes(request.body)
        return call(stubber, event_name, request, **more)

    with mock.patch.object(BotocoreStubber, "__call__", with_bytes):
        yield
