"""Where Amazon's runtime client is not to be had, functions fail by the same names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local.aws import EmbeddedAws
from tests.testing.deployed_probe import Deployed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def plain(probe_assembly: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Deploy the probe stack into an embedded AWS that runs functions in plain subprocesses."""
    with EmbeddedAws(directory=tmp_path_factory.mktemp("plain"), speed=1000, plain_runtime=True) as aws:
        yield Deployed(aws, aws.deploy(probe_assembly, stack_name="probe"))


@pytest.mark.parametrize(
    ("function", "event", "name"),
    [
        ("Prober", {"do": "raise", "message": "16 reports are open"}, "QuotaReached"),
        ("Prober", {"do": "exit", "status": 3}, "Runtime.ExitError"),
        ("Outsider", {"do": "sleep", "seconds": 60}, "Sandbox.Timedout"),
        ("Broken", {}, "Runtime.ImportModuleError"),
    ],
)
def test_a_failure_has_its_name(plain: Deployed, function: str, event: dict[str, object], name: str) -> None:
    error, failed = plain.invoke(function, **event)
    assert failed
    assert error["errorType"] == name
    assert plain.invoke("Prober", do="echo") == ({"do": "echo"}, False)


def test_a_function_knows_where_it_is(plain: Deployed) -> None:
    described = plain.invoke("Prober", do="describe").payload
    assert described["context"]["function_name"] == plain.name("Prober")
    assert 9_000 < described["remaining"] <= 10_000
    assert described["path"][0] == described["environment"]["LAMBDA_TASK_ROOT"]
    assert "_X_AMZN_TRACE_ID" in described["environment"]


def test_all_that_it_prints_is_in_its_log(plain: Deployed) -> None:
    plain.invoke("Prober", do="print", lines=3)
    lines = [message.split(" x")[0] for message in plain.log("Prober")[-6:-2]]
    assert lines == ["line 0", "line 1", "line 2", "from a subprocess"]


def test_a_machine_catches_its_exceptions(plain: Deployed) -> None:
    ended = plain.run(plain.name("Machine"), seconds=0, event={"do": "raise", "message": "16 reports are open"})
    assert (ended["status"], ended["error"], ended["cause"]) == ("FAILED", "QuotaReached", "16 reports are open")
