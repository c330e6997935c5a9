"""Everything that the page shows, read politely: once a second at most, however many pages are open."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import RLock
from typing import TYPE_CHECKING, Any

from cli.console_page import commands, links
from cli.console_page.commands import Where
from cli.console_page.daily_counts import DailyCounts
from cli.console_page.execution_index import NEWEST, ExecutionIndex
from cli.console_page.execution_search import parent_of
from cli.console_page.fleet import Fleet
from cli.console_page.followed_execution import FollowedExecution
from cli.console_page.machine import Machine
from lambdas.schedules.report_config import ReportConfig

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cli.console_page.report_contents import ReportContents
    from cli.stack import DeployedStack
    from local.fast_clock import Clock

INTERVAL = 1.0
# Of the executions that have been looked at, so many histories are kept.
KEPT = 20
# A clock that differs from the true one by so much is another clock.
SIMULATED_SECONDS = 2.0
HERE = Where()
NOBODY = ReportConfig(selling_partners=(), reports=())


class Watch:
    """One stack, watched. What AWS refuses is raised as botocore raises it."""

    def __init__(
        self,
        deployed: DeployedStack,
        *,
        clock: Clock,
        report_config: ReportConfig = NOBODY,
        where: Where = HERE,
    ) -> None:
        """Watch a stack; `clock` is the time of its executions, `report_config` has its schedules."""
        self.machine = Machine(deployed)
        self.index = ExecutionIndex(deployed.stepfunctions, machines=self.machine.machines)
        self.fleet = Fleet(deployed, report_config, clock=self.now, where=where)
        self._deployed = deployed
        self._clock = clock
        self._where = where
        # The logs go by the true clock.
        started = self.index.started if self.is_simulated else None
        self._daily = DailyCounts(deployed, clock=self.now, started=started)
        self._followed: dict[str, FollowedExecution] = {}
        self._read: dict[str, tuple[float, Any]] = {}
        self._lock = RLock()
        self._version = 0

    def now(self) -> datetime:
        """Return what time it is there."""
        return datetime.fromtimestamp(self._clock(), UTC)

    @property
    def is_simulated(self) -> bool:
        """Whether the clock shows another time than the true one, or passes it at another speed."""
        return self._clock.speed != 1 or abs(self._clock() - time.time()) > SIMULATED_SECONDS

    def stack(self) -> dict[str, Any]:
        """Return what is watched."""
        return {**self.machine.where, "names": self.fleet.names}

    def time(self) -> dict[str, Any]:
        """Return what time it is there, in seconds since the epoch, and whether that is simulated."""
        now = self._clock()
        return {"now": now, "speed": self._clock.speed, "simulated": self.is_simulated}

    def followed(self, execution: str) -> FollowedExecution:
        """Return what is known of an execution; the latest ones are kept."""
        with self._lock:
            if execution not in self._followed:
                self._followed = dict(list(self._followed.items())[1 - KEPT :])
                self._followed[execution] = FollowedExecution(
                    self._deployed, self.machine, execution=execution, clock=self._clock
                )
            return self._followed[execution]

    def pulse(self) -> Any:
        """Return a number that grows with every change of an execution, and how many there are in which state."""
        return self._fresh("pulse", self._look)

    def parts(self, execution: str) -> Mapping[str, Callable[[], Any]]:
        """Return how to read each part of what is shown of one execution."""
        return {
            "execution": lambda: self._fresh(f"execution {execution}", lambda: self._shown(execution)),
            "calls": lambda: self._fresh(f"calls {execution}", self.followed(execution).calls),
            "quotas": lambda: self._fresh(f"quotas {execution}", self.followed(execution).quotas),
        }

    def landed(self, execution: str) -> ReportContents:
        """Return what an execution has landed."""
        return self.followed(execution).landed(self._where)

    def daily(self) -> Any:
        """Return what the functions have counted by the day: daily_counts.Daily."""
        return self._daily.latest()

    def _look(self) -> dict[str, Any]:
        changed = self.index.look()
        self._version += bool(changed)
        if len(changed) >= NEWEST:
            # There may be more than these.
            self.fleet.ledger.forget_all()
        for row in changed:
            if row["sellingPartnerId"] and row["reportType"]:
                self.fleet.ledger.forget(row["sellingPartnerId"], row["reportType"])
                self.fleet.rows.add(row["sellingPartnerId"], row["reportType"])
        return {"version": self._version, **self.index.counts()}

    def _shown(self, execution: str) -> dict[str, Any]:
        seen = {**self.followed(execution).look(), "kind": self.machine.kind_of(execution)}
        row = self.index.find(execution)
        region = self.machine.where["region"]
        return {
            **seen,
            "row": row,
            "partner": self.fleet.names.get((row and row["sellingPartnerId"]) or ""),
            "parent": parent_of(self.index, row) if row else None,
            "commands": commands.of_execution(seen, self._where, region=region),
            "links": links.of_execution(self.machine, seen),
        }

    def _fresh(self, what: str, read: Callable[[], Any]) -> Any:
        with self._lock:
            at, value = self._read.get(what, (0.0, None))
            if not at or time.monotonic() - at >= INTERVAL * 0.9:
                value = read()
                fresh = {key: kept for key, kept in self._read.items() if time.monotonic() - kept[0] < INTERVAL * 60}
                self._read = {**fresh, what: (time.monotonic(), value)}
            return value
