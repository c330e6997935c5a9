"""Handle cancelled: records why there is no document.

In: messages.Turn. Out: messages.NoDocument. Amazon cancels a report by itself when there is no data, and does not say
so; somebody may also have cancelled it while it was in the queue. A cancelled report is never recorded as zero rows.
"""

from datetime import datetime

import polling
from journal import line
from ledger import Ledger
from messages import NoDocument, Turn, window_of
from services import services


def handle_cancelled(turn: Turn, *, ledger: Ledger, now: datetime) -> NoDocument:
    """Return the reason, as far as the evidence allows."""
    report = turn["report"]
    # Only a report in the queue can be cancelled by request; one that has no data is processed before Amazon knows.
    never_started = "processingEndTime" in report and "processingStartTime" not in report
    result: NoDocument = {
        **window_of(turn),
        "outcome": "CANCELLED_ELSEWHERE" if never_started else "NO_DATA",
        "reason": (
            "Amazon ended the report in the queue, before processing it: somebody cancelled it"
            if never_started
            else "Amazon cancelled the report, as it does when there is no data for what was asked"
        ),
    }
    ledger.ended(turn["request"], status=result["outcome"], report_id=result["reportId"], now=now, result=result)
    return result


def handler(event: Turn, _context: object) -> NoDocument:
    """Run handle_cancelled as the state Handle cancelled."""
    with line("Handle cancelled", event):
        return handle_cancelled(event, ledger=services().ledger, now=polling.clock())
