"""Executions as a person reads them: durations, stays in states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local.fast_clock import now

if TYPE_CHECKING:
    from datetime import datetime

    from cli.step_history import Step

# What they choose by stands with the state before.
SILENT = ("outcome", "status")


def duration(start: datetime, end: datetime | None) -> str:
    """Return the time from start to end, or to what AWS calls now, in its two largest units."""
    return seconds(((end or now()) - start).total_seconds())


def seconds(count: float) -> str:
    """Return a number of seconds in its two largest units: `4 h 10 min`."""
    left, said = max(0, round(count)), []
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1)):
        whole, left = divmod(left, size)
        said += [f"{whole} {unit}"] if whole else []
    return " ".join(said[:2]) or "0 s"


def stay(step: Step) -> str:
    """Return what happened in a state, in a line; empty for a choice."""
    if step.state.endswith(SILENT):
        return ""
    result = step.output.get("result", {}) if isinstance(step.output, dict) else {}
    told = [step.state]
    if step.state.startswith("Wait") and step.left:
        told.append(duration(step.entered, step.left))
    elif step.state == "Get report" and step.output:
        told.append(str(step.output["report"].get("processingStatus")))
    elif step.left and "outcome" in result:
        reason = result.get("cause") or result.get("reason") or result.get("key") or ""
        told.append(f"{result['outcome']}: {reason}" if reason else result["outcome"])
    failed = [f"{fault.error}: {fault.cause}" for fault in step.faults]
    if failed:
        times = f"{len(failed)} attempts failed, the last with " if len(failed) > 1 else ""
        told.append(f"{times}{failed[-1]}")
    return "  ".join(told)
