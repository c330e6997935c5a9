"""One log line per invocation: the ids that join it to the execution, the SP-API calls it made, how it ended.

Every function logs by `log_invocation`, and only so. The line has the run's metrics too: docs/metrics.md.
"""

import logging
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from lambdas.credentials import CredentialsMissing
from lambdas.environment import Environment
from lambdas.observability import metrics
from lambdas.observability.aws_errors import code_of, renamed
from lambdas.spapi.errors import LwaRefused, SpApiAccessMissing

if TYPE_CHECKING:
    from lambdas.spapi.client import Call

Result = TypeVar("Result", bound=Mapping[str, Any])

logger = logging.getLogger("reportflow")
# Frames of an error that are logged.
INNERMOST = 8


class InvocationLog:
    """What a run leaves for its line.

    `message` is the line's; `calls` are those to SP-API; `outcome` is how the run ended; `measured` are metrics,
    `notes` are for people, and `fields` are more of the line, by their names.
    """

    def __init__(self, message: str) -> None:
        self.message = message
        self.calls: list[Call] = []
        self.outcome: str | None = None
        self.measured: dict[str, float] = {}
        self.fields: dict[str, Any] = {}
        self.notes: list[str] = []

    def record_outcome(self, result: Result) -> Result:
        """Note the outcome of a state's result, and the wait for a turn that it may be; return the result."""
        # Create report returns all of the machine's data, the other handlers its `result`.
        inner = result.get("result", result)
        self.outcome = inner["outcome"]
        if self.outcome == "WAIT":
            self.measured["WaitSeconds"] = (result.get("poll") or inner)["waitSeconds"]
        return result

    def log_findings(self, codes: Sequence[str]) -> None:
        """Log a line for each finding that has an alarm: a line has one value of a metric's dimension."""
        for code in codes:
            logger.info("Finding", extra={**self.fields, **metrics.fields_of_finding(code)})

    def metrics(self, error: Exception | None) -> dict[str, float]:
        """Return the run's metrics, given the error it ended with."""
        statuses = [call["status"] for call in self.calls]
        return {
            **Counter(call["operation"] for call in self.calls),
            "Throttled": statuses.count(429),
            "Refused": sum(status is not None and 400 <= status < 500 and status != 429 for status in statuses),
            "Unavailable": sum(status is None or status >= 500 for status in statuses),
            "CredentialsRefused": int(isinstance(error, (LwaRefused, CredentialsMissing, SpApiAccessMissing))),
            "AwsErrors": int(code_of(error) is not None),
            **self.measured,
        }


@contextmanager
def log_invocation(message: str, event: Mapping[str, Any] | None = None) -> Iterator[InvocationLog]:
    """Log a line with `message` when the run is over; yield what the run is to be noted in.

    Of the `event` only ids are logged: the execution's, the selling partner's, the report's. An error of AWS leaves the
    function under a name of ours; until then it is botocore's.

    Raises:
        AwsThrottled, AwsUnavailable, AwsDenied, AwsRejected: a call of AWS failed.
    """
    run, ended_with, started = InvocationLog(message), None, time.monotonic()
    # An earlier run of this process may have limited the stacks, for its own error only.
    vars(sys).pop("tracebacklimit", None)
    try:
        yield run
    except Exception as error:
        ended_with, leaving = error, renamed(error)
        if leaving is error:
            raise
        raise leaving from error
    finally:
        fields = {**_ids(event or {}), **_end(run, ended_with), "seconds": round(time.monotonic() - started, 3)}
        measured = metrics.fields(run.metrics(ended_with), detailed=Environment.from_environ().detailed_metrics)
        logger.info(run.message, extra={**fields, **run.fields, **measured})
        if ended_with:
            # Of an uncaught error Lambda's runtime makes the execution's cause: its sentence, and as much of the stack
            # as this allows. The cause is for people, who need the sentence; the stack is in the line above.
            sys.tracebacklimit = 0


def _ids(event: Mapping[str, Any]) -> dict[str, Any]:
    request = event.get("request") or event.get("input")
    request = request if isinstance(request, dict) else {}
    return {
        "executionArn": event.get("executionArn"),
        "sellingPartnerId": request.get("sellingPartnerId"),
        "reportType": request.get("reportType"),
        "reportId": event.get("poll", {}).get("reportId"),
        "attempt": event.get("attempt"),
    }


def _end(run: InvocationLog, error: Exception | None) -> dict[str, Any]:
    return {
        "calls": run.calls,
        "outcome": run.outcome,
        "error": type(renamed(error)).__name__ if error else None,
        "awsError": code_of(error),
        "notes": run.notes or None,
        "stack": traceback.format_tb(error.__traceback__, limit=-INNERMOST) if error else None,
    }
