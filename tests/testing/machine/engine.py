"""Executes a Step Functions definition on moto, with Python handlers for its functions and in virtual time.

JSONPath only, and no Map, Parallel or Timestamp waits (refused). Functions take no virtual time. Known to differ from
AWS: a target that does not exist and some malformed fields are found when they are reached, if at all (lint them); a
task's own TimeoutSeconds is real time; $$.State.EnteredTime and the history's times are now; a failing intrinsic
function and a ResultPath into what is no object are States.Runtime, which nothing catches; a string that holds JSON
reaches a function parsed; a stopped execution goes on to the end of its Wait first; a redriven one has a history of its
own, and no $$.Execution.RedriveCount; there is no limit on events and no log of the machine.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import boto3

from tests.testing.machine import execution_result, moto_patches
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.machine.lambda_function import Handler, name_of
from tests.testing.machine.run import Run, RunStage
from tests.testing.machine.virtual_time import VirtualTime

if TYPE_CHECKING:
    from types_boto3_stepfunctions import SFNClient

Definition = Mapping[str, Any]


class OutsideAws(Exception):
    """A machine was made where the calls would have gone to AWS."""


class UnsupportedDefinition(Exception):
    """The definition holds what this engine does not execute as AWS does."""


class NoHandler(Exception):
    """A task's function has no handler."""


class StillRunning(Exception):
    """An execution did not end in the real time it was given."""


class Machine:
    """A definition, ready to be executed inside `aws()`.

    `handlers` by the function's ARN or name. `wait` is told each step of virtual time in seconds, so that a test's
    clock can follow it; `now` reads that clock, for $$.Execution.StartTime. An execution gets `limit` real seconds.
    """

    def __init__(
        self,
        definition: Definition,
        handlers: Mapping[str, Handler],
        *,
        wait: Callable[[float], object] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        limit: float = 120,
    ) -> None:
        if not moto_patches.are_installed():
            raise OutsideAws("A Machine must be made inside `with aws():`.")
        _refuse_unsupported(definition)
        stage = RunStage(handlers=_by_arn(definition, handlers), time=VirtualTime(wait), now=now)
        self.limit = limit
        self.client: SFNClient = boto3.client("stepfunctions")
        self.arn = self.client.create_state_machine(
            name=f"machine-{uuid4()}",
            definition=json.dumps(definition),
            roleArn="arn:aws:iam::123456789012:role/machine",
        )["stateMachineArn"]
        moto_patches.STAGES[self.arn] = stage

    def start(self, execution_input: Any, *, name: str | None = None) -> "Execution":
        """Start an execution; virtual time passes only while a result is awaited."""
        named = {"name": name} if name else {}
        text = json.dumps(execution_input)
        return self.execution(
            self.client.start_execution(stateMachineArn=self.arn, input=text, **named)["executionArn"]
        )

    def execute(self, execution_input: Any, *, name: str | None = None) -> ExecutionResult:
        """Start an execution and await its end."""
        return self.start(execution_input, name=name).result()

    def execution(self, arn: str) -> "Execution":
        """Return an execution of this machine, whoever started it: boto3's StartExecution will do."""
        return Execution(arn=arn, run=moto_patches.RUNS[arn], machine=self)


@dataclass(frozen=True, kw_only=True)
class Execution:
    """One execution, under way or ended."""

    arn: str
    run: Run
    machine: Machine

    def result(self) -> ExecutionResult:
        """Await the end, while virtual time passes.

        Raises:
            StillRunning: it did not come within the machine's limit of real seconds.
            Abandoned: another execution of the machine did not.
            AssertionError: a stub handler's own.
        """
        self.run.awaited = True
        self.run.stage.time.await_end(self.run)
        self.run.thread.join(self.machine.limit)
        if self.run.thread.is_alive():
            self._give_up()
        if self.run.broken:
            raise self.run.broken
        return execution_result.read(arn=self.arn, run=self.run)

    def stop(self) -> None:
        """Stop it, as StopExecution does."""
        self.machine.client.stop_execution(executionArn=self.arn)

    def redrive(self) -> "Execution":
        """Let it go on from the state in which it failed or was stopped, with that state's input."""
        return replace(self, run=moto_patches.redrive(self.arn))

    def _give_up(self) -> None:
        self.stop()
        self.run.stage.time.abandon()
        states = execution_result.states_entered(self.run.history())
        where = f"in {states[-1]!r}, its state number {len(states)}," if states else "before its first state"
        raise StillRunning(f"{self.arn} was still running {where} after {self.machine.limit} real seconds.")


def _refuse_unsupported(definition: Definition) -> None:
    for name, state in definition["States"].items():
        if state["Type"] in {"Map", "Parallel"}:
            raise UnsupportedDefinition(f"{name}: {state['Type']} states are not executed here.")
        if {"Timestamp", "TimestampPath"} & set(state):
            raise UnsupportedDefinition(f"{name}: a Wait for a timestamp would be real time; use Seconds, SecondsPath.")
    if "JSONata" in {level.get("QueryLanguage") for level in (definition, *definition["States"].values())}:
        raise UnsupportedDefinition("JSONata is not executed here, only JSONPath.")


def _by_arn(definition: Definition, handlers: Mapping[str, Handler]) -> dict[str, Handler]:
    functions = {
        state["Resource"] for state in definition["States"].values() if ":lambda:" in state.get("Resource", "")
    }
    missing = sorted(arn for arn in functions if arn not in handlers and name_of(arn) not in handlers)
    if missing:
        raise NoHandler(f"No handler for {', '.join(missing)}; there are {', '.join(sorted(handlers))}.")
    return {arn: handlers.get(arn) or handlers[name_of(arn)] for arn in functions}
