"""One execution as it moves: what DescribeExecution says of it, its steps, its calls to SP-API."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Any

from cli.console_page.advice import advice
from cli.console_page.calls import CallLog
from cli.console_page.history import ExecutionHistory
from cli.console_page.quotas import buckets
from cli.console_page.report_contents import contents_of
from lambdas.spapi.foreign import parsed_or_text
from lambdas.spapi.regions import region_of

if TYPE_CHECKING:
    from datetime import datetime

    from cli.console_page.advice import Advice
    from cli.console_page.commands import Where
    from cli.console_page.machine import Machine
    from cli.console_page.quotas import Bucket
    from cli.console_page.report_contents import ReportContents
    from cli.stack import DeployedStack
    from local.fast_clock import Clock


class FollowedExecution:
    """One execution; once it has ended, nothing of it is read again but log lines that are late."""

    def __init__(self, deployed: DeployedStack, machine: Machine, *, execution: str, clock: Clock) -> None:
        """Follow `execution`."""
        self.history = ExecutionHistory(deployed.stepfunctions, execution=execution)
        self._deployed = deployed
        self._machine = machine
        self._arn = execution
        self._clock = clock
        # Pages that are open together ask together.
        self._lock = Lock()
        self._seen: dict[str, Any] = {}
        self._journal: CallLog | None = None

    def look(self) -> dict[str, Any]:
        """Return the execution: what DescribeExecution says, and its steps."""
        with self._lock:
            return self._look()

    def _look(self) -> dict[str, Any]:
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

    def quotas(self) -> list[Bucket]:
        """Return the buckets of the selling partner in the region of the input's marketplaces."""
        given = (self._seen or self.look())["input"]
        try:
            partner, region = str(given["sellingPartnerId"]), region_of(given["marketplaceIds"])
        except (KeyError, TypeError, ValueError):
            return []  # an input that was refused
        table = self._deployed.ledger
        return buckets(self._deployed.dynamodb, table=table, selling_partner_id=partner, region=region)

    def advice(self, *, now: datetime) -> Advice:
        """Return what `reportflow explain` says of it."""
        return advice(self._deployed, self._arn, now=now)

    def landed(self, where: Where) -> ReportContents:
        """Return its tables and the first rows of what it has landed."""
        return contents_of(self._deployed, self.look()["output"], where)

    def step(self, number: int) -> dict[str, Any]:
        """Return what went into and came out of a step. Raises IndexError if there is no such step."""
        return {name: parsed_or_text(text) for name, text in self.history.data(number).items()}
