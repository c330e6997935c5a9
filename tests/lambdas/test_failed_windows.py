"""What Find gaps does about windows that have failed, on many of them: bounded, the latest first, and said."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from lambdas import failed_windows
from lambdas.failed_windows import Repeated, repeat_failed
from lambdas.gaps import Unfinished
from lambdas.ledger.item import Entry
from lambdas.schedules.scheduled_executions import ScheduledExecution
from tests.testing.samples import Context

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PARTNER: Any = None


class Executions:
    """Executions that all failed with one error a day ago."""

    def __init__(self, error: str, *, count: int = 0, redrivable: bool = True) -> None:
        self.done: list[str] = []
        self.failing: dict[str, Exception] = {}
        self.redrivable = redrivable
        self.described = {"status": "FAILED", "error": error, "redriveCount": count, "stopDate": NOW}

    def describe(self, arn: str) -> Any:
        if arn in self.failing:
            raise self.failing[arn]
        return {**self.described, "executionArn": arn}

    def arn_of(self, name: str) -> str:
        return f"arn:of:{name}"

    def redrive(self, arn: str) -> bool:
        if self.redrivable:
            self.done.append(arn)
        return self.redrivable

    def start(self, name: str, execution_input: Any) -> None:
        assert execution_input["background"]
        self.done.append(name)


def unfinished(number: int, *, due: datetime = NOW) -> Unfinished:
    """Return a window that was last written so many hours ago."""
    given = {"scheduledTime": due.isoformat()}
    then = NOW - timedelta(hours=number)
    entry = Entry(status="REQUESTED", execution=f"arn:{number}", claimed_at=then, updated_at=then, version=1)
    return Unfinished(ScheduledExecution("acme-0123456789", given, PARTNER, "report"), entry)


def repeated(executions: Any, *windows: Unfinished) -> list[Repeated]:
    return repeat_failed(windows, executions=executions, now=NOW, context=Context(900))


def test_what_failed_last_has_its_turn_before_what_nothing_helps() -> None:
    executions = Executions("SpApiUnavailable")
    with mock.patch.object(failed_windows, "MOST_A_DAY", 3):
        repeated(executions, *(unfinished(number) for number in (0, 9, 4, 7, 2, 8)))
    # Of the one that was written a moment ago the execution may run.
    assert executions.done == ["arn:2", "arn:4", "arn:7"]


@pytest.mark.parametrize(
    ("executions", "days", "said"),
    [
        (Executions("SpApiForbidden"), 12, ["REDRIVEN"]),
        (Executions("SpApiForbidden", redrivable=False), 2, ["STARTED"]),
        (Executions("SpApiForbidden", redrivable=False), 3, []),
        (Executions("SpApiForbidden", count=3), 0, []),
        (Executions("SpApiForbidden", count=3, redrivable=False), 0, []),
        (Executions("ReportOverdue"), 2, ["STARTED"]),
        (Executions("ReportOverdue"), 3, []),
        (Executions("LwaRefused"), 0, []),
        (Executions("SpApiAccessMissing", redrivable=False), 0, []),
    ],
)
def test_what_is_done_is_bounded(executions: Executions, days: int, said: list[str]) -> None:
    done = repeated(executions, unfinished(2, due=NOW - timedelta(days=days)))
    assert [each[2] for each in done] == said
    assert len(executions.done) == len(said)


def test_one_that_cannot_be_had_is_told_and_keeps_no_other_from_it() -> None:
    executions = Executions("SpApiUnavailable")
    gone = ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
    executions.failing = {"arn:2": gone, "arn:3": EndpointConnectionError(endpoint_url="https://aws.example")}
    done = repeated(executions, *map(unfinished, (2, 3, 4)))
    assert len(done) == 3
    assert done[0] == ("arn:2", "", "ExecutionDoesNotExist")
    assert done[1][:2] == ("arn:3", "")
    assert done[2] == ("arn:4", "SpApiUnavailable", "REDRIVEN")


def test_what_failed_before_the_ledger_knew_of_it_goes_on_and_what_nobody_asked_for_is_left() -> None:
    executions = Executions("AwsUnavailable")
    executions.failing["arn:of:none"] = ClientError({"Error": {"Code": "ExecutionDoesNotExist"}}, "DescribeExecution")
    early = unfinished(0, due=NOW - timedelta(hours=6)).start
    windows = [Unfinished(early._replace(name=name), None) for name in ("failed", "none")]
    assert repeated(executions, *windows) == [("arn:of:failed", "AwsUnavailable", "REDRIVEN")]
    assert executions.done == ["arn:of:failed"]
