"""RedriveExecution, which moto has not: boto3's call takes the engine's execution up again where it failed."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

from botocore.client import BaseClient

from tests.testing.machine.engine import Machine


@contextmanager
def redrivable(
    machine: Machine, *, refused: str = "", now: Callable[[], datetime] | None = None
) -> Iterator[Counter[str]]:
    """Let a machine's executions be redriven; yield how often each was, by its ARN.

    They stopped when they were looked at, by the clock `now`; without it, by moto's. The execution whose ARN ends with
    `refused` cannot be redriven, which only RedriveExecution says.
    """
    client: Any = BaseClient
    made, redriven = client._make_api_call, Counter[str]()

    def call(self: BaseClient, name: str, parameters: Any) -> Any:
        arn = parameters.get("executionArn", "")
        if name == "DescribeExecution":
            stopped = {"stopDate": now()} if now else {}
            return {**made(self, name, parameters), "redriveCount": redriven[arn], **stopped}
        if name != "RedriveExecution":
            return made(self, name, parameters)
        if refused and arn.endswith(refused):
            failure: Any = self.exceptions.from_code("ExecutionNotRedrivable")
            raise failure({"Error": {"Code": "ExecutionNotRedrivable", "Message": "scripted"}}, name)
        redriven[arn] += 1
        machine.execution(arn).redrive()
        return {}

    with mock.patch.object(client, "_make_api_call", call):
        yield redriven
