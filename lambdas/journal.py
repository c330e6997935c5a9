"""One log line per handler run: the ids that join it to the execution, the SP-API calls it made, and how it ended."""

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from spapi.reports import Call

logger = logging.getLogger("reportflow")


@contextmanager
def line(state: str, event: Mapping[str, Any]) -> Iterator[list[Call]]:
    """Log `state` when the run is over; yield the list that its SP-API calls are to be added to.

    Of the event only ids are logged: the execution's, the selling partner's, the report's.
    """
    calls: list[Call] = []
    started = time.monotonic()
    request = event.get("request") or event.get("input")
    request = request if isinstance(request, dict) else {}
    fields: dict[str, Any] = {
        "executionArn": event["executionArn"],
        "sellingPartnerId": request.get("sellingPartnerId"),
        "reportType": request.get("reportType"),
        "reportId": event.get("poll", {}).get("reportId"),
        "calls": calls,
    }
    try:
        yield calls
    except Exception as error:
        fields["error"] = type(error).__name__
        raise
    finally:
        fields["seconds"] = round(time.monotonic() - started, 3)
        logger.info(state, extra=fields)
