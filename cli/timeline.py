"""What has happened in an execution, in the lines that a person wants: polls are one line, choices none."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from cli.formatting import duration, stay

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cli.step_history import Step

POLLING = ("Wait", "Get report", "Report status")


class TimelineEntry(NamedTuple):
    """When, and what."""

    at: datetime
    said: str


def timeline(steps: Sequence[Step]) -> list[TimelineEntry]:
    """Return the lines."""
    lines = []
    for polling, group in groupby(steps, key=lambda step: step.state in POLLING):
        together = list(group)
        if polling and (said := _polls(together)):
            lines.append(TimelineEntry(together[0].entered, said))
        else:
            lines += [TimelineEntry(step.entered, said) for step in together if (said := stay(step))]
    return lines


def _polls(steps: Sequence[Step]) -> str:
    polls = [step for step in steps if step.state == "Get report"]
    statuses = Counter(step.output["report"].get("processingStatus", "?") for step in polls if step.output)
    if not polls:
        return ""
    seen = ", ".join(f"{status} ×{count}" if count > 1 else status for status, count in statuses.items())
    faults = Counter(fault.error for step in polls for fault in step.faults)
    failed = "".join(f"; {count} attempts failed with {error}" for error, count in faults.items())
    end = steps[-1].left or steps[-1].entered
    return f"asked {len(polls)} times in {duration(steps[0].entered, end)}: {seen}{failed}"
