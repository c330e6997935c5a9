"""Records how a report has ended: in the ledger, and as experience for the reports of its type to come."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from lambdas.polling import poll_schedule

if TYPE_CHECKING:
    from lambdas.ledger.item import Outcome
    from lambdas.ledger.report_statistics import ReportStatistics
    from lambdas.ledger.table import Ledger
    from lambdas.payloads import Failure, Landed, NoDocument, StateData


def record(
    turn: StateData,
    result: Landed | NoDocument | Failure,
    *,
    status: Outcome,
    rows: int | None = None,
    ledger: Ledger,
    experience: ReportStatistics,
    now: datetime,
) -> None:
    """Record an outcome. The ledger comes last: what it has is over, and not done again."""
    experience.add_sample(turn["request"], seconds=_seconds(turn, now=now), rows=rows, now=now)
    ledger.record_outcome(turn["request"], status=status, report_id=turn["poll"]["reportId"], now=now, result=result)


def _seconds(turn: StateData, *, now: datetime) -> int:
    """Return how long Amazon took; by our own clock where it does not say."""
    created, ended = (turn["report"].get(key) for key in ("createdTime", "processingEndTime"))
    if created and ended:
        seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(created)).total_seconds()
        return max(0, int(seconds))
    return poll_schedule.elapsed_seconds(turn["poll"], now=now)
