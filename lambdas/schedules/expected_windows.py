"""The windows that a configuration makes one expect: what its schedules should have asked for by now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from lambdas.request import parsing as requests
from lambdas.request.identity import fingerprint
from lambdas.schedules.due_times import RATE, due_times, skipped_times
from lambdas.schedules.scheduled_executions import ScheduledExecution, scheduled_executions

if TYPE_CHECKING:
    from lambdas.payloads.request import Request
    from lambdas.schedules.report_config import ConfiguredReport, ReportConfig

# A schedule fires within a minute, and its executions begin soon after.
GRACE = timedelta(minutes=15)


class ExpectedWindow(NamedTuple):
    """A window that should be there: how it was started, and the request by which the ledger knows it."""

    start: ScheduledExecution
    request: Request
    skipped: str | None
    """Why no schedule has asked for it; None where one has."""


def expected_windows(report_config: ReportConfig, *, since: datetime, now: datetime) -> Iterator[ExpectedWindow]:
    """Yield each window that was due from `since` on, once, whatever asks for it and however often.

    A snapshot at a rate is not among them: its requests differ only by when they were due, which only AWS knows.
    Nor is what Amazon makes by itself: a discovery takes what there is. What was due within GRACE before `now`, and the
    schedule's flexible minutes, is not expected yet.
    """
    seen: set[tuple[str, ...]] = set()
    for report in (each for reports in report_config.timings.values() for each in reports):
        if report.discovered or (report.period is None and RATE.fullmatch(report.timing.schedule)):
            continue
        for start, skipped in _starts(report, since, now):
            # As of when it was due: what was right then need not be so now.
            request = requests.parse_request(start.input, now=datetime.fromisoformat(start.input["scheduledTime"]))
            key = (request["sellingPartnerId"], request["reportType"] + fingerprint(request))
            if key not in seen:
                seen.add(key)
                yield ExpectedWindow(start, request, skipped)


def _starts(
    report: ConfiguredReport, since: datetime, now: datetime
) -> Iterator[tuple[ScheduledExecution, str | None]]:
    until = now - GRACE - timedelta(minutes=report.timing.flexible_minutes)
    due: list[tuple[datetime, str | None]] = [(at, None) for at in due_times(report.timing, since=since, until=until)]
    if report.period:
        due += [
            (at, f"clocks were set forward over {wall:%Y-%m-%d %H:%M}, which EventBridge Scheduler skips")
            for wall, at in skipped_times(report.timing, since=since, until=until)
        ]
    for at, skipped in due:
        starts = scheduled_executions(report, due=at)
        yield from ((start, skipped) for start in starts if "refresh" not in start.input)
