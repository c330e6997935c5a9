"""What the sample definition does, outcome by outcome: played against it and against its mutations."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.testing.machine.engine import Machine
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.machine.stub_functions import InvalidRequest, SpApiThrottled, SpApiUnavailable, StubFunctions

CREATED = ("Create report", "Creation outcome")
POLL = ("Wait", "Get report", "Report status")
DONE = ("Handle done", "Report landed")
OVERDUE = ("Handle overdue", "Report overdue")
LANDED = {"outcome": "LANDED", "bytes": 7}
THROTTLED, UNAVAILABLE = SpApiThrottled("slow down"), SpApiUnavailable("come back")
Pause = tuple[str, str, float, bool]


class Seen(NamedTuple):
    """The parts of an end that a scenario is about; `seconds` are those from start to end."""

    status: str
    states: tuple[str, ...]
    waits: tuple[float, ...]
    seconds: float
    output: Any = None
    error: str | None = None
    cause: str | None = None
    pauses: tuple[Pause, ...] = ()


class Scenario(NamedTuple):
    """What the functions answer, and what must come of it."""

    script: Mapping[str, Any]
    expected: Seen


def _failed(
    *states: str, waits: tuple[float, ...] = (), error: str, cause: str, pauses: tuple[Pause, ...] = ()
) -> Seen:
    seconds = sum(waits) + sum(pause[2] for pause in pauses)
    return Seen("FAILED", states, waits, seconds, None, error, cause, pauses)


def _succeeded(*states: str, waits: tuple[float, ...] = (), output: Any, pauses: tuple[Pause, ...] = ()) -> Seen:
    return Seen("SUCCEEDED", states, waits, sum(waits) + sum(pause[2] for pause in pauses), output, pauses=pauses)


def _creating(*seconds: float, error: str = "SpApiThrottled") -> tuple[Pause, ...]:
    return tuple(("Create report", error, pause, True) for pause in seconds)


def _polling(*seconds: float, error: str = "SpApiThrottled") -> tuple[Pause, ...]:
    return tuple(("Get report", error, pause, False) for pause in seconds)


SCENARIOS = {
    "done at once": Scenario({}, _succeeded(*CREATED, *POLL, *DONE, waits=(30,), output=LANDED)),
    "adopted, done at the third poll": Scenario(
        {"outcomes": ["ADOPTED"], "statuses": ["IN_QUEUE", "IN_PROGRESS", "DONE"]},
        _succeeded(*CREATED, *POLL * 3, *DONE, waits=(30, 45, 60), output=LANDED),
    ),
    "done after a wait for quota": Scenario(
        {"outcomes": ["WAIT", "CREATED"]},
        _succeeded(*CREATED, "Wait for quota", *CREATED, *POLL, *DONE, waits=(30, 30), output=LANDED),
    ),
    "landed already": Scenario(
        {"outcomes": ["ALREADY_LANDED"]},
        _succeeded(*CREATED, "Already landed", output={"outcome": "ALREADY_LANDED"}),
    ),
    "an unexpected outcome": Scenario(
        {"outcomes": ["MAYBE"]},
        _failed(*CREATED, "Unexpected outcome", error="UnexpectedOutcome", cause="MAYBE"),
    ),
    "no data": Scenario(
        {"statuses": ["CANCELLED"]},
        _succeeded(*CREATED, *POLL, "Handle cancelled", "No data", waits=(30,), output={"outcome": "NO_DATA"}),
    ),
    "fatal": Scenario(
        {"statuses": ["IN_QUEUE", "FATAL"]},
        _failed(
            *(*CREATED, *POLL * 2, "Handle fatal", "Report fatal"),
            waits=(30, 45),
            error="ReportFatal",
            cause="Amazon refused R1.",
        ),
    ),
    "overdue in the queue": Scenario(
        {"statuses": ["IN_QUEUE"], "overdue_after": 1},
        _failed(*CREATED, *POLL * 2, *OVERDUE, waits=(30, 45), error="ReportOverdue", cause="Gave up at poll 2."),
    ),
    "overdue in progress": Scenario(
        {"statuses": ["IN_PROGRESS"], "overdue_after": 0},
        _failed(*CREATED, *POLL, *OVERDUE, waits=(30,), error="ReportOverdue", cause="Gave up at poll 1."),
    ),
    "done though overdue": Scenario(
        {"overdue_after": 0}, _succeeded(*CREATED, *POLL, *DONE, waits=(30,), output=LANDED)
    ),
    "an unexpected status, overdue": Scenario(
        {"statuses": ["LOST"], "overdue_after": 0},
        _failed(*CREATED, *POLL, "Unexpected status", waits=(30,), error="UnexpectedStatus", cause="LOST"),
    ),
    "an invalid request": Scenario(
        {"outcomes": [InvalidRequest("no such type")]},
        _failed("Create report", "Read refusal", "Invalid request", error="InvalidRequest", cause="no such type"),
    ),
    "creation throttled for ever": Scenario(
        {"outcomes": [THROTTLED]},
        _failed("Create report", error="SpApiThrottled", cause="slow down", pauses=_creating(10, 25, 60, 60, 60)),
    ),
    "Amazon unavailable once at creation": Scenario(
        {"outcomes": [UNAVAILABLE, "ALREADY_LANDED"]},
        _succeeded(
            *(*CREATED, "Already landed"),
            output={"outcome": "ALREADY_LANDED"},
            pauses=_creating(10, error="SpApiUnavailable"),
        ),
    ),
    "polling throttled for ever": Scenario(
        {"statuses": [THROTTLED]},
        _failed(
            *(*CREATED, "Wait", "Get report"),
            waits=(30,),
            error="SpApiThrottled",
            cause="slow down",
            pauses=_polling(4, 6),
        ),
    ),
    "Amazon unavailable once at a poll": Scenario(
        {"statuses": [UNAVAILABLE, "DONE"]},
        _succeeded(*CREATED, *POLL, *DONE, waits=(30,), output=LANDED, pauses=_polling(4, error="SpApiUnavailable")),
    ),
    "in the queue until the machine's timeout": Scenario(
        {"statuses": ["IN_QUEUE"]},
        Seen("TIMED_OUT", (*CREATED, *POLL * 20, "Wait"), tuple(30 + 15 * poll for poll in range(21)), 3_600),
    ),
}


def play(definition: Mapping[str, Any], script: Mapping[str, Any]) -> Seen:
    """Execute a definition once, inside `aws()`, with functions that follow a script."""
    lines: dict[str, Any] = {key: [*value] if isinstance(value, list) else value for key, value in script.items()}
    ended = Machine(definition, StubFunctions(**lines).handlers()).execute({"reportType": "T"})
    return Seen(
        ended.status,
        tuple(ended.states),
        tuple(ended.waits),
        ended.seconds,
        ended.output,
        ended.error,
        _message(ended),
        tuple((pause.state, pause.error, pause.seconds, pause.jitter) for pause in ended.retries),
    )


def _message(ended: ExecutionResult) -> str | None:
    """Return the cause, or the message in it where it is a function's error."""
    if ended.cause is None or not ended.cause.startswith("{"):
        return ended.cause
    return str(json.loads(ended.cause)["errorMessage"])
