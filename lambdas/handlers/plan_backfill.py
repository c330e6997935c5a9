"""Plan backfill: slices the span into windows, and leaves out those that are complete in the ledger.

In: payloads.BackfillStart. Out: payloads.BackfillPlan. Raises: parsing.InvalidRequest.
"""

import re
from datetime import datetime

from lambdas.dependencies import dependencies
from lambdas.ledger.completeness import incomplete
from lambdas.observability.invocation_log import log_invocation
from lambdas.payloads.backfill import BackfillPlan, BackfillStart
from lambdas.request import backfill


def handler(event: BackfillStart, _context: object) -> BackfillPlan:
    """Run as the state Plan backfill."""
    with log_invocation("Plan backfill", event):
        requests = backfill.parse_backfill(event["input"], now=datetime.fromisoformat(event["startTime"]))
        partner = re.sub(r"[^A-Za-z0-9_-]", "-", event["input"]["sellingPartnerId"][:20])
        return {
            "name": f"backfill-{partner}",
            "given": backfill.execution_input(event["input"]),
            "windows": [
                backfill.window_input(request) for request in incomplete(requests, ledger=dependencies().ledger)
            ],
        }
