"""Whether a report is requested before its data exists, and what to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING

from lambdas.request import report_types
from lambdas.schedules.scheduled_executions import window_of

if TYPE_CHECKING:
    from lambdas.schedules.report_config import ConfiguredReport

HOUR = timedelta(hours=1)
LONGEST_DELAY = 120


def missing(report: ConfiguredReport, due: Sequence[datetime]) -> timedelta:
    """Return by how much the data of these due times is there too late, at most; negative if it is there in time."""
    hours = report_types.get(report.report_type).lag_hours or 0
    return max(
        (window_of(report, due=moment)["dataEndTime"] + HOUR * hours - moment for moment in due), default=timedelta()
    )


def too_early(report: ConfiguredReport, due: Sequence[datetime]) -> str | None:
    """Return what is wrong with asking at these due times, if anything is."""
    hours = report_types.get(report.report_type).lag_hours
    if report.period is None or not hours:
        return None
    late = missing(report, due)
    if late <= timedelta():
        return None
    mend = f"a schedule that is due {ceil(late / HOUR)} hours later"
    for days in range(report.delay_days + 1, LONGEST_DELAY):
        if missing(replace(report, delay_days=days), due) <= timedelta():
            mend += f", or delayDays = {days}"
            break
    return (
        f"is {report.timing.schedule!r}, too early: the data of {report.report_type} is there {hours} hours after "
        f"the period's end; give {mend}"
    )
