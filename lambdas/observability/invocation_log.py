"""One log line per handler run: the ids that join it to the execution, the SP-API calls it made, how it ended.

The line has the run's metrics too: docs/metrics.md.
"""

import logging
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.credentials import CredentialsMissing
from lambdas.observability import metrics
from lambdas.spapi.errors import LwaRefused, SpApiForbidden

if TYPE_CHECKING:
    from lambdas.spapi.client import Call

Answer = TypeVar("Answer", bound=Mapping[str, Any])

logger = logging.getLogger("reportflow")
# Frames of an error that are logged.
INNERMOST = 8


class InvocationLog:
    """What a run leaves for its line: the `calls` it made, its `outcome`, what it `measured`, `notes` for people."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.outcome: str | None = None
        self.measured: dict[str, float] = {}
        self.notes: list[str] = []

    def record_outcome(self, answer: Answer) -> Answer:
        """Note the outcome of an answer, and the wait for a turn that it may be; return it."""
        # Create report answers with all of the machine's data, the handlers with its result.
        result = answer.get("result", answer)
        self.outcome = result["outcome"]
        if self.outcome == "WAIT":
            self.measured["WaitSeconds"] = (answer.get("poll") or result)["waitSeconds"]
        return answer

    def metrics(self, error: Exception | None) -> dict[str, float]:
        """Return the run's metrics, given the error it ended with."""
        statuses = [call["status"] for call in self.calls]
        return {
            **Counter(call["operation"] for call in self.calls),
            "Throttled": statuses.count(429),
            "Refused": sum(status is not None and 400 <= status < 500 and status != 429 for status in statuses),
            "Unavailable": sum(status is None or status >= 500 for status in statuses),
            "CredentialsRefused": int(isinstance(error, (LwaRefused, CredentialsMissing, SpApiForbidden))),
            "AwsErrors": int(isinstance(error, (BotoCoreError, ClientError))),
            **self.measured,
        }


@contextmanager
def log_invocation(state: str, event: Mapping[str, Any]) -> Iterator[InvocationLog]:
    """Log `state` when the run is over; yield what the run is to be noted in.

    Of the event only ids are logged: the execution's, the selling partner's, the report's.
    """
    run, ended_with, started = InvocationLog(), None, time.monotonic()
    request = event.get("request") or event.get("input")
    request = request if isinstance(request, dict) else {}
    try:
        yield run
    except Exception as error:
        ended_with = error
        # Of an error the runtime makes the execution's cause: its sentence, and as much of the stack as this allows.
        # The cause is for people, who need the sentence; the stack is in the line below.
        sys.tracebacklimit = 0
        raise
    finally:
        fields: dict[str, Any] = {
            "executionArn": event["executionArn"],
            "sellingPartnerId": request.get("sellingPartnerId"),
            "reportType": request.get("reportType"),
            "reportId": event.get("poll", {}).get("reportId"),
            "attempt": event.get("attempt"),
            "calls": run.calls,
            "outcome": run.outcome,
            "error": type(ended_with).__name__ if ended_with else None,
            "stack": traceback.format_tb(ended_with.__traceback__, limit=-INNERMOST) if ended_with else None,
            "notes": run.notes or None,
            "seconds": round(time.monotonic() - started, 3),
        }
        logger.info(state, extra={**fields, **metrics.fields(run.metrics(ended_with))})
