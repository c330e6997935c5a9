"""What each function may answer, in the shapes of lambdas/payloads/, and which errors it may raise."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lambdas.ledger.rerequest import ATTEMPTS

STATUSES = ("IN_QUEUE", "IN_PROGRESS", "DONE", "CANCELLED", "FATAL", "SUSPENDED")
POLLS = 6
WAITS = 1


@dataclass(frozen=True)
class ModelWorld:
    """What answers depend on, and what is not in the machine's data."""

    polls: int = 0
    """How often Amazon was asked for the status; at POLLS the report is overdue."""
    attempts: int = 0
    """Reports asked for, as the ledger counts them."""
    waits: int = 0
    """How often in a row there was no quota; WAITS times at most."""


Data = dict[str, Any]
Answers = Callable[[Data, ModelWorld], Iterator[tuple[Data, ModelWorld]]]
WINDOW: Data = {"sellingPartnerId": "A1", "reportType": "T", "marketplaceIds": ["M"], "reportOptions": {}}
REPORT_ID = "R1"


def create_report(event: Data, world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    """Yield what comes before a report, a report, and how another execution's report has ended."""
    request = {**WINDOW, "restricted": event["input"]["restricted"], "refresh": False}
    if world.waits < WAITS:
        waiting = {"outcome": "WAIT", "reason": "no quota"}
        yield _created(request, waiting, poll={"waitSeconds": 60}), replace(world, waits=world.waits + 1)
    if world.attempts < ATTEMPTS:
        report = {"reportId": REPORT_ID, "processingStatus": "IN_QUEUE"}
        for outcome in ("CREATED", "ADOPTED"):
            result = {"outcome": outcome, "reason": ""}
            created = _created(request, result, report=report, poll=_poll(0, overdue=False))
            yield created, replace(world, attempts=world.attempts + 1, waits=0)
    for result in (*OUTCOMES, {**LANDED, "outcome": "ALREADY_LANDED"}):
        yield _created(request, result), world


def get_report(event: Data, world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    """Yield every status, overdue or not; the last one that is asked for is overdue."""
    number = world.polls + 1
    turn = {"request": event["request"], "result": event["result"]}
    for status in STATUSES if number <= POLLS else STATUSES[:1]:
        for overdue in sorted({number >= POLLS, True}):
            report = {"reportId": REPORT_ID, "processingStatus": status}
            polled = replace(world, polls=min(number, POLLS))
            yield {**turn, "report": report, "poll": _poll(number, overdue=overdue)}, polled


def handle_done(event: Data, world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    """Yield the document, landed now or before, no quota for it, or that it is not this function's to land."""
    yield from handle_restricted(event, world)
    yield {"outcome": "PERSONAL_DATA", "reason": "why", "personalColumns": ["buyer-name"]}, world


def handle_restricted(event: Data, world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    """Yield the document, landed now or before, or no quota for it."""
    yield LANDED, world
    yield {**LANDED, "outcome": "ALREADY_LANDED"}, world
    yield from _no_quota(world)


def handle_cancelled(event: Data, world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    """Yield why there is none."""
    yield from ((result, world) for result in (NO_DATA, CANCELLED_ELSEWHERE, TOO_SOON))
    yield from _ask_again(world)


def handle_fatal(event: Data, world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    """Yield Amazon's words, no quota for them, or another attempt."""
    yield FATAL, world
    yield from _no_quota(world)
    yield from _ask_again(world)


def handle_overdue(event: Data, world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    """Yield the failure."""
    yield OVERDUE, world


def _no_quota(world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    if world.waits < WAITS:
        yield {"outcome": "WAIT", "reason": "no quota", "waitSeconds": 60}, replace(world, waits=world.waits + 1)


def _ask_again(world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
    if world.attempts < ATTEMPTS:
        yield _ended("ASK_AGAIN", waitSeconds=1800), replace(world, waits=0)


def _ended(outcome: str, **more: Any) -> Data:
    return {**WINDOW, "reportId": REPORT_ID, "outcome": outcome, "reason": "why", **more}


def _poll(number: int, *, overdue: bool) -> Data:
    return {"reportId": REPORT_ID, "number": number, "waitSeconds": 15, "overdue": overdue}


def _created(request: Data, result: Data, **more: Data) -> Data:
    return {"request": request, "result": result, **more}


LANDED = {**WINDOW, "reportId": REPORT_ID, "outcome": "LANDED", "bucket": "b", "key": "k"}
NO_DATA, CANCELLED_ELSEWHERE = _ended("NO_DATA"), _ended("CANCELLED_ELSEWHERE")
FATAL, OVERDUE, TOO_SOON = (_ended(outcome, cause="Amazon's words") for outcome in ("FATAL", "OVERDUE", "TOO_SOON"))
OUTCOMES = (NO_DATA, CANCELLED_ELSEWHERE, FATAL, OVERDUE, TOO_SOON)
ANSWERS: Mapping[str, Answers] = {
    "create_report": create_report,
    "get_report": get_report,
    "handle_done": handle_done,
    "handle_restricted": handle_restricted,
    "handle_cancelled": handle_cancelled,
    "handle_fatal": handle_fatal,
    "handle_overdue": handle_overdue,
}
# Caught: the error becomes an outcome of its own.
CAUGHT = {"create_report": ("InvalidRequest",)}
# They pass: retried so many times at most, then they fail the execution.
MOST_ATTEMPTS = 100
PASSING = (
    "SpApiThrottled",
    "NotAdmitted",
    "SpApiUnavailable",
    "SpApiUnreachable",
    "LwaUnavailable",
    "Lambda.Unknown",
    "ClaimLost",
)
PASSING_WITH_DOCUMENTS = ("DocumentTooSlow", "DocumentUrlExpired", "DocumentUnavailable", "DocumentIncomplete")
PASSING_ONLY = {
    "handle_done": (*PASSING_WITH_DOCUMENTS, "DocumentUnfinished", "LandedInBetween", "SpApiRejected"),
    "handle_restricted": (*PASSING_WITH_DOCUMENTS, "DocumentUnfinished", "LandedInBetween", "SpApiRejected"),
    "handle_fatal": PASSING_WITH_DOCUMENTS,
}
# They stay: they fail the execution at once.
LASTING = ("CredentialsMissing", "SpApiAccessMissing", "KeyError")
