"""Stands in for AWS around a test: moto in this process, with an interpreter of Step Functions that runs handlers."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from moto.stepfunctions.parser.utils import TMP_THREADS

from tests.testing.machine import moto_patches
from tests.testing.moto_aws import empty_aws

if TYPE_CHECKING:
    from moto.core.config import DefaultConfig


class NeverAwaited(Exception):
    """An execution was started, and its result not asked for."""


@contextmanager
def aws(*, region: str = "eu-west-1") -> Iterator[None]:
    """Stand in for AWS, empty at first, whatever profiles, endpoints and credentials the environment holds.

    S3, DynamoDB, Secrets Manager and so on are moto's; HTTP by urllib3 goes where it says. To be the outermost of
    moto's mocks. Raise NeverAwaited at the end when an execution was started whose end was not; leave no thread.
    """
    config: DefaultConfig = {"stepfunctions": {"execute_state_machine": True}, "lambda": {"use_docker": False}}
    with empty_aws(region=region, config=config), moto_patches.installed(), _quiet():
        try:
            yield
            _insist_on_ends()
        finally:
            _leave_no_threads()


@contextmanager
def _quiet() -> Iterator[None]:
    """Spare the test's log moto's account of each failing state, several thousand characters long."""
    log = logging.getLogger("moto.stepfunctions")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _insist_on_ends() -> None:
    if forgotten := [arn for arn, run in moto_patches.RUNS.items() if not run.awaited]:
        raise NeverAwaited(f"Nobody awaited the result of {', '.join(forgotten)}.")


def _leave_no_threads() -> None:
    for stage in moto_patches.STAGES.values():
        stage.time.abandon()
    for thread in [*(run.thread for run in moto_patches.RUNS.values()), *TMP_THREADS]:
        thread.join(timeout=30)
    TMP_THREADS.clear()  # moto keeps the thread of every task there, for ever
    moto_patches.RUNS.clear()
    moto_patches.STAGES.clear()
