"""Executions of the state machines: Step Functions starts them, says how they are, and ends their waits."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.observability.aws_errors import code_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from types_boto3_stepfunctions import SFNClient

    from lambdas.environment import Environment
    from lambdas.payloads.state_data import Context
    from lambdas.schedules.scheduled_executions import ScheduledExecution

MachineName = Literal["report", "discovery"]
# What is left of an invocation's time when it starts no more executions, in milliseconds.
SPARE_MILLISECONDS = 10_000
# A start takes about 50 ms, and Step Functions takes 150 to 300 starts a second, depending on the region.
CONNECTIONS = 16


class NotAllStarted(Exception):
    """Some executions could not be started. The invocation is repeated as a whole, then kept as a dead letter."""


class Executions:
    """The executions of the report machine and of the discovery machine."""

    def __init__(self, *, stepfunctions: SFNClient, environment: Environment) -> None:
        """Use `stepfunctions`, and the machines that the `environment` names."""
        self._stepfunctions = stepfunctions
        self._environment = environment

    def start(self, name: str, execution_input: Mapping[str, Any], *, machine: MachineName = "report") -> None:
        """Start an execution of a machine, unless there is or was one of this name.

        Raises:
            ClientError: Step Functions refuses, or does not answer.
        """
        report = machine == "report"
        arn = self._environment.state_machine_arn if report else self._environment.discovery_machine_arn
        # Of an execution that still runs StartExecution answers the same again; of one that is over, this error.
        with suppress(self._stepfunctions.exceptions.ExecutionAlreadyExists):
            self._stepfunctions.start_execution(stateMachineArn=arn, name=name, input=json.dumps(execution_input))

    def start_all(self, scheduled: Iterable[ScheduledExecution], *, context: Context) -> int:
        """Start these executions, as far as they have not been started before; return how many there are.

        Raises:
            NotAllStarted: Step Functions refused some, or the time of the invocation is over.
        """
        pending = list(scheduled)
        total = len(pending)
        # An attempt that comes to its end early leaves other executions to the next than the one before did.
        random.shuffle(pending)
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            workers = [pool.submit(self._start_from, pending, context) for _ in range(CONNECTIONS)]
        failures = [code for worker in workers for code in worker.result()]
        if pending:
            raise NotAllStarted(f"there was no time for {len(pending)} of {total} executions")
        if failures:
            codes = ", ".join(sorted(set(failures)))
            raise NotAllStarted(f"{len(failures)} of {total} executions were not started: {codes}")
        return total

    def _start_from(self, pending: list[ScheduledExecution], context: Context) -> list[str]:
        """Take executions from `pending` and start them while there is time; return AWS's names of the failures."""
        failures: list[str] = []
        while context.get_remaining_time_in_millis() >= SPARE_MILLISECONDS:
            try:
                execution = pending.pop()
            except IndexError:
                break
            try:
                self.start(execution.name, execution.input, machine=execution.machine)
            except (BotoCoreError, ClientError) as error:
                # One that cannot be started must not keep the others from it.
                failures.append(str(code_of(error)))
        return failures

    def arn_of(self, name: str) -> str:
        """Return the ARN of an execution of the report machine."""
        return f"{self._environment.state_machine_arn.replace(':stateMachine:', ':execution:')}:{name}"

    def is_running(self, execution_arn: str) -> bool:
        """Say whether an execution runs; one that Step Functions does not know does not."""
        try:
            return bool(self.describe(execution_arn)["status"] == "RUNNING")
        except self._stepfunctions.exceptions.ExecutionDoesNotExist:
            return False

    def describe(self, execution_arn: str) -> Mapping[str, Any]:
        """Return DescribeExecution's answer.

        Raises:
            ClientError: Step Functions refuses, or does not answer.
        """
        return self._stepfunctions.describe_execution(executionArn=execution_arn)

    def redrive(self, execution_arn: str) -> bool:
        """Let an execution that failed go on from the state that it failed in; return False if it cannot.

        Raises:
            ClientError: Step Functions refuses, or does not answer.
        """
        try:
            self._stepfunctions.redrive_execution(executionArn=execution_arn)
        except self._stepfunctions.exceptions.ExecutionNotRedrivable:
            return False
        return True

    def resume(self, task_token: str, output: Mapping[str, Any]) -> bool:
        """End the wait that a task token is of; return False if the wait was over already."""
        over = self._stepfunctions.exceptions
        try:
            self._stepfunctions.send_task_success(taskToken=task_token, output=json.dumps(output))
        except (over.TaskTimedOut, over.TaskDoesNotExist, over.InvalidToken):
            return False
        return True
