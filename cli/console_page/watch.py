"""Everything that the page shows, read politely: once a second at most, however many pages are open."""

from __future__ import annotations

import time
from threading import RLock
from typing import TYPE_CHECKING, Any

from cli.console_page.calls import CallLog
from cli.console_page.executions import Executions
from cli.console_page.history import ExecutionHistory
from cli.console_page.machine import Machine
from cli.console_page.preview import preview
from cli.console_page.quotas import buckets
from lambdas.spapi.foreign import parsed_or_text
from lambdas.spapi.regions import region_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cli.stack import DeployedStack
    from local.fast_clock import Clock

INTERVAL = 1.0
# Of the executions that have been looked at, so many histories are kept.
KEPT = 20


class Watch:
    """One stack, watched. What AWS refuses is raised as botocore raises it."""

    def __init__(self, deployed: DeployedStack, *, clock: Clock) -> None:
        """Watch a stack whose executions go by `clock`."""
        self.machine = Machine(deployed)
        self._deployed = deployed
        self._clock = clock
        self._executions = Executions(deployed.stepfunctions, machine=deployed.machine)
        self._followed: dict[str, FollowedExecution] = {}
        self._read: dict[str, tuple[float, Any]] = {}
        self._lock = RLock()

    def stack(self) -> dict[str, Any]:
        """Return what is watched, and what time it is there."""
        return {**self.machine.where, "now": self._clock(), "speed": self._clock.speed}

    def executions(self) -> Any:
        """Return the list of executions: executions.Row each."""
        return self._fresh("executions", self._executions.newest)

    def parts(self, execution: str) -> Mapping[str, Callable[[], Any]]:
        """Return how to read each part of what is shown of one execution."""
        return {
            "execution": lambda: self._fresh(f"execution {execution}", self._follow(execution).look),
            "calls": lambda: self._fresh(f"calls {execution}", self._follow(execution).calls),
            "quotas": lambda: self._fresh(f"quotas {execution}", lambda: self._quotas(execution)),
        }

    def preview(self, execution: str) -> Mapping[str, Any]:
        """Return the first rows of what an execution has landed: preview.Preview."""
        output = self._follow(execution).output()
        if not isinstance(output, dict) or "key" not in output:
            return {"withheld": "Nothing has landed."}
        return preview(self._deployed.s3, output)

    def step(self, execution: str, number: int) -> Mapping[str, Any]:
        """Return what went into and came out of a step. Raises IndexError if there is no such step."""
        with self._lock:
            return {name: parsed_or_text(text) for name, text in self._follow(execution).history.data(number).items()}

    def _quotas(self, execution: str) -> Any:
        given = self._follow(execution).given()
        try:
            partner, region = str(given["sellingPartnerId"]), region_of(given["marketplaceIds"])
        except (KeyError, TypeError, ValueError):
            return []  # an input that was refused
        table = self._deployed.ledger
        return buckets(self._deployed.dynamodb, table=table, selling_partner_id=partner, region=region)

    def _follow(self, execution: str) -> FollowedExecution:
        with self._lock:
            if execution not in self._followed:
                self._followed = dict(list(self._followed.items())[1 - KEPT :])
                self._followed[execution] = FollowedExecution(
                    self._deployed, self.machine, execution=execution, clock=self._clock
                )
            return self._followed[execution]

    def _fresh(self, what: str, read: Callable[[], Any]) -> Any:
        with self._lock:
            at, value = self._read.get(what, (0.0, None))
            if time.monotonic() - at >= INTERVAL * 0.9:
                value = read()
                fresh = {key: kept for key, kept in self._read.items() if time.monotonic() - kept[0] < INTERVAL * 60}
                self._read = {**fresh, what: (time.monotonic(), value)}
            return value


class FollowedExecution:
    """One execution; once it has ended, nothing of it is read again but log lines that are late."""

    def __init__(self, deployed: DeployedStack, machine: Machine, *, execution: str, clock: Clock) -> None:
        """Follow `execution`."""
        self.history = ExecutionHistory(deployed.stepfunctions, execution=execution)
        self._deployed = deployed
        self._machine = machine
        self._arn = execution
        self._clock = clock
        self._seen: dict[str, Any] = {}
        self._journal: CallLog | None = None

    def look(self) -> dict[str, Any]:
        """Return the execution: what DescribeExecution says, and its steps."""
        if self._seen.get("status", "RUNNING") == "RUNNING" or not self.history.ended:
            described = self._deployed.stepfunctions.describe_execution(executionArn=self._arn)
            stopped = described.get("stopDate")
            self._seen = {
                "arn": self._arn,
                "name": described["name"],
                "status": described["status"],
                "started": described["startDate"].timestamp(),
                "stopped": stopped.timestamp() if stopped else None,
                "input": parsed_or_text(described.get("input")),
                "output": parsed_or_text(described.get("output")),
                "error": described.get("error"),
                "cause": described.get("cause"),
                "steps": self.history.look(),
            }
        return self._seen

    def calls(self) -> Any:
        """Return the calls to SP-API in each step: calls.Call."""
        seen = self._seen or self.look()
        if not self._journal:
            self._journal = CallLog(
                self._deployed.session.client("logs"),
                execution=self._arn,
                since=self._clock.true_before(seen["started"]) - 60,
                groups=self._machine.log_groups,
            )
        return self._journal.calls(seen["steps"])

    def given(self) -> Any:
        """Return the execution's input."""
        return (self._seen or self.look())["input"]

    def output(self) -> Any:
        """Return the execution's output, if it has one."""
        return self.look()["output"]
