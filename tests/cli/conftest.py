"""A deployed stack on moto whose executions have ended in every way, and the command line in this process."""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest
import typer.main

from cli import follow, main
from cli import stack as deployed
from tests.testing.harness import BUCKET, TABLE, Harness, staged
from tests.testing.machine.engine import Machine
from tests.testing.moto_aws import session
from tests.testing.small_parts import SCENARIOS
from tests.testing.template import Template

# The parsers of all commands: to make them takes longer than most commands.
get_command = cache(typer.main.get_command)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


class Said(NamedTuple):
    """What a command ended with, and what it printed."""

    exit_code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, read by a program."""
        return json.loads(self.out)


@dataclass
class Account:
    """An AWS account with the stack in it; `executions` by what a scenario is called."""

    stage: Harness
    machine: Machine
    executions: dict[str, str] = field(default_factory=dict)
    more_outputs: dict[str, str] = field(default_factory=dict)

    def execute(self, scenario: str) -> None:
        """Take a scenario to its end."""
        wanted = BY_NAME[scenario]
        if wanted.script:
            self.stage.simulator.script(wanted.input["reportType"], wanted.script)
        self.stage.authorize(wanted.input["sellingPartnerId"])
        name = "".join(letter if letter.isalnum() else "-" for letter in scenario)
        self.executions[scenario] = self.machine.start(wanted.input, name=name).arn
        self.machine.execution(self.executions[scenario]).result()


@pytest.fixture(scope="module")
def account(template: Template) -> Iterator[Account]:
    """Make what the stack has."""
    with staged(template) as stage:
        machine = stage.machine()
        yield Account(stage, machine)


@pytest.fixture
def reportflow(
    account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Said]:
    """Return the command line, in an empty folder. Where it would sleep, virtual time passes to the execution's end."""

    def to_the_end(_: float) -> None:
        for execution in account.machine.client.list_executions(stateMachineArn=account.machine.arn)["executions"]:
            account.machine.execution(execution["executionArn"]).result()

    own = boto3.Session

    def shared(*, profile_name: str | None, region_name: str | None) -> Any:
        return own(profile_name=profile_name, region_name=region_name) if profile_name else session("us-east-1")

    def run(*arguments: str) -> Said:
        monkeypatch.setattr(sys, "argv", ["reportflow", *arguments])
        with pytest.raises(SystemExit) as exited:
            main.main()
        return Said(int(exited.value.code or 0), *capsys.readouterr())

    def outputs(_: object, stack: str) -> dict[str, str]:
        # moto's CloudFormation takes packages that nothing else here needs.
        assert stack == "reportflow"
        named = {"StateMachineArn": account.machine.arn, "ReportBucketName": BUCKET, "LedgerTableName": TABLE}
        return named | account.more_outputs

    monkeypatch.setattr(typer.main, "get_command", get_command)
    monkeypatch.setattr(boto3, "Session", shared)
    monkeypatch.setattr(deployed, "outputs_of", outputs)
    monkeypatch.setattr(follow, "sleep", to_the_end)
    monkeypatch.chdir(tmp_path)
    return run
