"""All executions of the stack's machines, the newest first: listed in the background, described as they are needed."""

from __future__ import annotations

import time
from threading import RLock, Thread
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.console_page.executions import described, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from types_boto3_stepfunctions import SFNClient

    from cli.console_page.executions import ExecutionRow, Kind

PAGE = 1000
NEWEST = 60
# Of each machine: half a kilobyte each.
MOST = 50_000
# ListExecutions and DescribeExecution refill by 5 and by 15 a second, and the functions need some of that.
PAUSE_SECONDS = 0.5
# Of those that still run.
LONG_SECONDS = 5.0


class ExecutionIndex:
    """Knows every execution by what ListExecutions says, and some by what DescribeExecution says."""

    def __init__(self, stepfunctions: SFNClient, *, machines: Mapping[Kind, str]) -> None:
        """List the executions of these machines."""
        self._stepfunctions = stepfunctions
        self._machines = machines
        self._rows: dict[str, ExecutionRow] = {}
        self._lock = RLock()
        self._reader: Thread | None = None
        self._awaited_at = 0.0
        self.trouble: str | None = None
        self.is_cut = False
        """Whether there are more than MOST, of which the oldest ones are left out."""

    @property
    def is_complete(self) -> bool:
        """Whether all that AWS has was listed."""
        return self._reader is not None and not self._reader.is_alive() and not self.trouble

    def look(self) -> list[ExecutionRow]:
        """See what is new, and return the rows that have changed since the last look, described."""
        changed = []
        for kind, machine in self._machines.items():
            page = self._stepfunctions.list_executions(stateMachineArn=machine, maxResults=NEWEST)["executions"]
            changed += [listed(item, kind=kind) for item in page if self._is_news(listed(item, kind=kind))]
        with self._lock:
            first = not self._rows
            self._rows.update({row["arn"]: row for row in changed})
        changed += self._ended_meanwhile()
        if self._reader is None:
            self._reader = Thread(target=self._read_all, daemon=True)
            self._reader.start()
        return [] if first else self.described(changed[:NEWEST])

    def rows(self) -> list[ExecutionRow]:
        """Return all rows, the newest first."""
        with self._lock:
            return sorted(self._rows.values(), key=lambda row: (-row["started"], row["arn"]))

    def counts(self) -> dict[str, Any]:
        """Return how many executions there are, how many of them run, and whether that is all of them."""
        with self._lock:
            count, running = len(self._rows), sum(row["status"] == "RUNNING" for row in self._rows.values())
        return {"executions": count, "running": running, "complete": self.is_complete and not self.is_cut}

    def started(self, arn: str) -> float | None:
        """Return when an execution began, if it is listed."""
        with self._lock:
            return self._rows[arn]["started"] if arn in self._rows else None

    def described(self, rows: Sequence[ExecutionRow]) -> list[ExecutionRow]:
        """Return these rows with all that is to be known of them."""
        return [self._described(row) for row in rows]

    def find(self, name: str) -> ExecutionRow | None:
        """Return the execution of a name, asked for if it is not listed; None if there is none."""
        with self._lock:
            known = next((row for row in self._rows.values() if name in (row["name"], row["arn"])), None)
        if known:
            return self._described(known)
        for kind, machine in self._machines.items():
            arn = f"{machine.replace(':stateMachine:', ':execution:')}:{name}"
            try:
                answer = self._stepfunctions.describe_execution(executionArn=arn)
            except ClientError as error:
                if error.response["Error"].get("Code") not in ("ExecutionDoesNotExist", "InvalidArn"):
                    raise
                continue
            return described(answer, kind=kind)
        return None

    def _is_news(self, row: ExecutionRow) -> bool:
        with self._lock:
            known = self._rows.get(row["arn"])
        return known is None or known["status"] != row["status"]

    def _ended_meanwhile(self) -> list[ExecutionRow]:
        """Return those that ran when they were last seen and that are over by now, although they are no new ones."""
        if time.monotonic() - self._awaited_at < LONG_SECONDS:
            return []
        self._awaited_at = time.monotonic()
        with self._lock:
            running = {row["arn"]: row for row in self._rows.values() if row["status"] == "RUNNING"}
        for kind in {row["kind"] for row in running.values()}:
            for item in self._pages(self._machines[kind], statusFilter="RUNNING"):
                running.pop(item["executionArn"], None)
        return [{**row, "reportType": None} for row in list(running.values())[:NEWEST]]

    def _described(self, row: ExecutionRow) -> ExecutionRow:
        if row["reportType"] is not None:
            return row
        answer = self._stepfunctions.describe_execution(executionArn=row["arn"])
        found = described(answer, kind=row["kind"])
        with self._lock:
            self._rows[row["arn"]] = found
        return found

    def _read_all(self) -> None:
        try:
            for kind, machine in self._machines.items():
                for number, item in enumerate(self._pages(machine)):
                    if number == MOST:
                        self.is_cut = True
                        break
                    with self._lock:
                        self._rows.setdefault(item["executionArn"], listed(item, kind=kind))
        except (BotoCoreError, ClientError) as error:
            self.trouble = f"not all executions could be listed: {error}"

    def _pages(self, machine: str, **more: Any) -> Iterator[Any]:
        pages = self._stepfunctions.get_paginator("list_executions").paginate(
            stateMachineArn=machine, **more, PaginationConfig={"PageSize": PAGE}
        )
        for number, page in enumerate(pages):
            if number:
                time.sleep(PAUSE_SECONDS)
            yield from page["executions"]
