"""What a local run is asked for, and what follows from it: the executions to start, the stack's configuration."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lambdas.schedules.report_config import ReportConfig
from local.scenarios import SCENARIOS, Scenario


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a run is asked for; None stands for the simulator and its scenarios."""

    requests: Sequence[Any] | None
    sp_api: str | None
    lwa: str | None
    speed: float
    keep: bool
    open_it: bool
    config: Path | None = None
    """A reports.toml with the schedules to fire, instead of requests."""
    report_config: ReportConfig | None = None
    """What it says."""
    notifications: bool = False
    """Whether the simulated Amazon tells when a report has ended."""

    @property
    def has_tables(self) -> bool:
        """Whether what lands becomes rows as well; of hundreds of scheduled reports that would take too long."""
        return self.report_config is None and self.sp_api is None

    @property
    def ends_with_a_query(self) -> bool:
        """Whether it is the demonstration, of which it is known what the tables have."""
        return self.has_tables and self.requests is None

    @property
    def scenarios(self) -> Sequence[Scenario]:
        """What is started, and how it ends where that is known; nothing where schedules start the executions."""
        if self.report_config:
            return []
        if self.requests is None:
            # How another server ends the demonstration's requests is that server's to say.
            ours = [replace(one, ends=None, weeks_before=0) for one in SCENARIOS if one.script]
            return ours if self.sp_api else SCENARIOS
        return [
            Scenario(name=f"{number} {_type(given)}", input=given, script=None, ends=None)
            for number, given in enumerate(self.requests, start=1)
        ]

    @property
    def context(self) -> dict[str, str]:
        """The CDK context that it takes, beside that of Amazon's endpoints."""
        chosen = {"notifications": self.notifications, "tables": self.has_tables}
        return {key: "true" for key, wanted in chosen.items() if wanted} | (
            {"reportsFile": str(self.config.resolve())} if self.config else {}
        )


def _type(given: Any) -> str:
    return str(given.get("reportType", "request"))[:80] if isinstance(given, dict) else "request"
