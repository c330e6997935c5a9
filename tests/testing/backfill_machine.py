"""A backfill on moto, which has no Map: a function in its place runs the report machine as the Map would."""

import copy
from collections.abc import Mapping
from typing import Any

from local.simulator import Document, Script
from tests.testing.harness import Harness
from tests.testing.machine.engine import Machine
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.scenario_steps import ORDERS
from tests.testing.template import function_arn

INPUT = {
    **{key: ORDERS.input[key] for key in ("sellingPartnerId", "reportType", "marketplaceIds")},
    "from": "2026-11-01",
    "to": "2026-11-05",
    "period": "DAY",
}
WHY = Script(statuses=("FATAL",), document=Document.error_details("why"))


def unfolded(definition: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a definition with a task in the Map's place, and what the Map runs for each item."""
    outer = copy.deepcopy(dict(definition))
    each = outer["States"]["Each window"]
    resource = function_arn("each_window")
    outer["States"]["Each window"] = {"Type": "Task", "Resource": resource, "ResultPath": None, "Next": each["Next"]}
    inner = {key: each["ItemProcessor"][key] for key in ("StartAt", "States")}
    return outer, {**inner, "TimeoutSeconds": 60}


def backfill_machine(stage: Harness, reports: Machine, windows: list[ExecutionResult], *, at_once: int = 60) -> Machine:
    """Return the machine that backfills by executions of `reports`; their outcomes go to `windows`.

    When it is redriven, the Map goes on with the windows whose executions have not succeeded.
    """
    succeeded: list[Any] = []

    def each_window(data: Any, _context: Any) -> list[Any]:
        wanted = [window for window in data["windows"] if window not in succeeded]
        for first in range(0, len(wanted), at_once):
            batch = wanted[first : first + at_once]
            started = [reports.start({**data["given"], **window}) for window in batch]
            outcomes = [execution.result() for execution in started]
            windows.extend(outcomes)
            succeeded.extend(window for window, ended in zip(batch, outcomes, strict=True) if ended.output)
            if any(ended.status == "ABORTED" for ended in outcomes):
                break
        return []

    outer, _ = unfolded(stage.template.definition("Backfill"))
    machine = stage.machine(outer, each_window=each_window)
    machine.limit = 120
    return machine
