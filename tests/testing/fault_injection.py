"""What goes wrong beside Amazon's answers: the login, a call without an answer, AWS, the clock."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import Any, cast
from unittest import mock

import boto3
import urllib3
from botocore.client import BaseClient

from local.simulator import Fault, Script
from tests.testing.harness import Harness
from tests.testing.machine.lambda_function import ServiceFault
from tests.testing.scenario_steps import ORDERS, play

Arrange = Callable[[Harness], None]
PARTNER = ORDERS.input["sellingPartnerId"]


def lwa(*faults: Fault, always: bool = False) -> Arrange:
    """Let Login with Amazon fail."""
    return lambda stage: stage.simulator.fail("LWA", faults[0] if always else [*faults])


def before(function: str, do: Arrange, *, run: int = 1) -> Arrange:
    """Do something before one run of a function."""

    def arrange(stage: Harness) -> None:
        runs: list[str] = []

        def count(running: str) -> None:
            runs.append(running)
            if running == function and runs.count(function) == run:
                do(stage)

        stage.before = count

    return arrange


def lambda_fails(error: str) -> Arrange:
    """Return what lets a run fail before its handler began."""

    def fail(_: Harness) -> None:
        raise ServiceFault(error)

    return fail


def silent(function: str, path: str, *, after: bool = False) -> Arrange:
    """Let a call go without an answer once, before it had its effect or `after`."""

    def arrange(stage: Harness) -> None:
        urlopen, calls = urllib3.PoolManager.urlopen, list[str]()

        def call(self: urllib3.PoolManager, method: str, url: str, *rest: Any, **more: Any) -> Any:
            if path not in url or calls:
                return urlopen(self, method, url, *rest, **more)
            calls.append(url)
            if after:
                urlopen(self, method, url, *rest, **more)
            raise urllib3.exceptions.ReadTimeoutError(cast("Any", self), url, "scripted")

        stage.around = during(function, urllib3.PoolManager, "urlopen", call)

    return arrange


def during(function: str, owner: Any, name: str, replacement: Any) -> Callable[[str], AbstractContextManager[None]]:
    """Return what replaces something while a function runs."""

    @contextmanager
    def around(running: str) -> Iterator[None]:
        with mock.patch.object(owner, name, replacement) if running == function else nullcontext():
            yield

    return around


def outage(operation: str, fault: Fault, *, minutes: float) -> Arrange:
    """Let every call of an operation go wrong for so long from now on, whoever makes it."""

    def arrange(stage: Harness) -> None:
        over = stage.clock.now + timedelta(minutes=minutes)
        stage.before = lambda _: stage.simulator.fail(operation, fault if stage.clock.now < over else [])

    return arrange


def aws_fails(function: str, operation: str, error: str | Exception, *, times: int = 1, after: int = 0) -> Arrange:
    """Let an AWS call of a function fail `times` times, `after` some that do not: see `aws_failing`."""

    def arrange(stage: Harness) -> None:
        client: Any = BaseClient
        call = _failing_call(operation, error, times=times, after=after)
        stage.around = during(function, client, "_make_api_call", call)

    return arrange


@contextmanager
def aws_failing(operation: str, error: str | Exception, *, times: int = 1, after: int = 0) -> Iterator[None]:
    """Let an AWS call of this process fail `times` times, `after` some that do not.

    `error` is a code of its service, or an exception of botocore's.
    """
    call = _failing_call(operation, error, times=times, after=after)
    with mock.patch.object(BaseClient, "_make_api_call", call):
        yield


def _failing_call(operation: str, error: str | Exception, *, times: int, after: int) -> Callable[..., Any]:
    client: Any = BaseClient
    made = client._make_api_call
    calls: list[str] = []

    def call(self: BaseClient, name: str, parameters: Any) -> Any:
        calls.append(name)
        if name != operation or not after < calls.count(operation) <= after + times:
            return made(self, name, parameters)
        if isinstance(error, Exception):
            raise error.with_traceback(None)  # each raise would keep one more test's frames alive
        failure: Any = self.exceptions.from_code(error)
        raise failure({"Error": {"Code": error, "Message": "scripted"}}, name)

    return call


def rotate(stage: Harness) -> None:
    """Rotate the application's secret, at Amazon and in Secrets Manager."""
    stage.simulator.rotate_secret()
    stage.simulator.expire_access_tokens()
    stage.authorize(PARTNER)


def lose_the_secret(stage: Harness) -> None:
    """Delete the selling partner's secret."""
    name = f"reportflow/selling-partners/{PARTNER}"
    boto3.client("secretsmanager").delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def revoke(stage: Harness) -> None:
    """Withdraw the selling partner's authorization."""
    stage.simulator.revoke(PARTNER)


def set_the_clock_back(stage: Harness) -> None:
    """Set it back by an hour."""
    stage.clock.now -= timedelta(hours=1)


def set_the_clock_forward(stage: Harness) -> None:
    """Set it forward by an hour."""
    stage.clock.now += timedelta(hours=1)


def short_deadline(stage: Harness) -> None:
    """Make the deadline six minutes."""
    stage.environment = {"REPORT_DEADLINE_SECONDS": "360"}


def together(*arranges: Arrange) -> Arrange:
    """Let several things be so."""

    def arrange(stage: Harness) -> None:
        for each in arranges:
            each(stage)

    return arrange


def landed_yesterday(stage: Harness) -> None:
    """Let the same window have landed a day ago."""
    play(stage, ORDERS.input, Script())
    stage.clock.pass_by(86_400)
