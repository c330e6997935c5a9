"""Records how a report has ended: as a sample for the later reports of its type, and in the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from lambdas.polling import poll_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.ledger.item import Outcome
    from lambdas.ledger.report_statistics import ReportStatistics
    from lambdas.ledger.table import Ledger
    from lambdas.payloads.results import Failure, Landed, NoDocument
    from lambdas.payloads.state_data import StateData


@dataclass(frozen=True)
class Outcomes:
    """Where outcomes are recorded."""

    ledger: Ledger
    statistics: ReportStatistics

    def record(
        self,
        state_data: StateData,
        result: Landed | NoDocument | Failure,
        *,
        now: datetime,
        columns: Sequence[str] | None = None,
    ) -> None:
        """Record the outcome of a state's result; rows and columns of a document are a part of the sample.

        Raises:
            ClaimLost: another execution wrote the request's item in between.
        """
        request, report_id = state_data["request"], state_data["poll"]["reportId"]
        rows = cast("Landed", result).get("rows")
        seconds = _processing_seconds(state_data, now=now)
        no_data = result["outcome"] == "NO_DATA"
        self.statistics.add_sample(request, seconds=seconds, rows=rows, now=now, columns=columns, no_data=no_data)
        # In the ledger it is LANDED either way: another report of the same document is no other outcome.
        status = cast("Outcome", "LANDED" if result["outcome"] == "ALREADY_LANDED" else result["outcome"])
        # Written last: what the ledger has is over, and a retry does not repeat what precedes it.
        self.ledger.record_outcome(request, status=status, report_id=report_id, now=now, result=result)


def _processing_seconds(state_data: StateData, *, now: datetime) -> int:
    """Return how many seconds Amazon took; by our own clock where it does not say."""
    created, ended = (state_data["report"].get(key) for key in ("createdTime", "processingEndTime"))
    if created and ended:
        seconds = (datetime.fromisoformat(ended) - datetime.fromisoformat(created)).total_seconds()
        return max(0, int(seconds))
    return poll_schedule.elapsed_seconds(state_data["poll"], now=now)
