"""The part of the lint that looks at one state alone: its fields, its Retry and Catch, its Wait."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.testing.machine.findings import MACHINE, Finding, State
from tests.testing.machine.references import literals

ALWAYS = {"Type", "Comment", "QueryLanguage"}
FILTERS = {"InputPath", "OutputPath"}
FLOW = {"Next", "End"}
WAITS = {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"}
TASK_TIMES = {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"}
RESULT = {"Parameters", "ResultPath"}
FIELDS = {
    "Task": ALWAYS | FILTERS | FLOW | RESULT | TASK_TIMES | {"Resource", "ResultSelector", "Retry", "Catch"},
    "Pass": ALWAYS | FILTERS | FLOW | RESULT | {"Result"},
    "Wait": ALWAYS | FILTERS | FLOW | WAITS,
    "Choice": ALWAYS | FILTERS | {"Choices", "Default"},
    "Succeed": ALWAYS | FILTERS,
    "Fail": ALWAYS | {"Error", "ErrorPath", "Cause", "CausePath"},
}
MACHINE_FIELDS = {"Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"}
RETRIER = {
    "ErrorEquals",
    "IntervalSeconds",
    "MaxAttempts",
    "BackoffRate",
    "MaxDelaySeconds",
    "JitterStrategy",
    "Comment",
}
CATCHER = {"ErrorEquals", "ResultPath", "Next", "Comment"}
LIMITS = {"IntervalSeconds": (1, 99_999_999), "MaxAttempts": (0, 99_999_999), "MaxDelaySeconds": (1, 31_622_399)}
RESERVED = {
    "States.ALL",
    "States.DataLimitExceeded",
    "States.HeartbeatTimeout",
    "States.IntrinsicFailure",
    "States.ParameterPathFailure",
    "States.Permissions",
    "States.ResultPathMatchFailure",
    "States.TaskFailed",
    "States.Timeout",
}


def check_machine(definition: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what is wrong at the top level, a missing timeout included."""
    for field in sorted({"StartAt", "States"} - set(definition)):
        yield Finding("field", MACHINE, f"{field} is needed.")
    for field in sorted(set(definition) - MACHINE_FIELDS):
        yield Finding("field", MACHINE, f"{field} is unknown here.")
    yield from _check_language(MACHINE, definition)
    if not _whole(definition.get("TimeoutSeconds"), 1, 99_999_999):
        yield Finding(
            "timeout", MACHINE, "TimeoutSeconds must be a whole number of seconds; without it a year goes by."
        )


def check_state(name: str, state: State) -> Iterator[Finding]:
    """Yield what is wrong with one state's fields."""
    kind = state.get("Type", "")
    if kind not in FIELDS:
        yield Finding("type", name, f"Type {kind!r} is unknown here; {', '.join(FIELDS)} are known.")
        return
    for field in sorted(set(state) - FIELDS[kind]):
        yield Finding("field", name, f"a {kind} has no {field}.")
    yield from _check_language(name, state)
    if {"Next", "End"} <= FIELDS[kind] and ("Next" in state) == (state.get("End") is True):
        yield Finding("flow", name, "exactly one of Next and End is needed.")
    if kind == "Task" and not isinstance(state.get("Resource"), str):
        yield Finding("resource", name, "Resource must be the ARN of a function.")
    if kind == "Wait":
        yield from _check_wait(name, state)
    for both in ({"Error", "ErrorPath"}, {"Cause", "CausePath"}):
        if both <= set(state):
            yield Finding("field", name, f"only one of {' and '.join(sorted(both))} is allowed.")
    yield from _check_literals(name, state)
    yield from _check_handlers(name, "Retry", state.get("Retry", []))
    yield from _check_handlers(name, "Catch", state.get("Catch", []))


def _check_language(where: str, level: Mapping[str, Any]) -> Iterator[Finding]:
    if level.get("QueryLanguage", "JSONPath") != "JSONPath":
        yield Finding("field", where, f"QueryLanguage {level['QueryLanguage']} is unknown here.")


def _check_wait(name: str, state: State) -> Iterator[Finding]:
    given = sorted(WAITS & set(state))
    if len(given) != 1:
        yield Finding("wait", name, f"exactly one of {', '.join(sorted(WAITS))} is needed, not {len(given)}.")
    if "Seconds" in state and not _whole(state["Seconds"], 0, 99_999_999):
        yield Finding("wait", name, f"Seconds must be a whole number of 0 or more, not {state['Seconds']!r}.")


def _check_literals(name: str, state: State) -> Iterator[Finding]:
    for literal in literals(state.get("Parameters", {})):
        yield Finding("path", name, f"{literal} stands in a field whose name does not end with .$")


def _check_handlers(name: str, field: str, handlers: list[Mapping[str, Any]]) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, handler in enumerate(handlers, start=1):
        errors = handler.get("ErrorEquals") or []
        where = f"{field} number {position}"
        for unknown in sorted(set(handler) - (RETRIER if field == "Retry" else CATCHER)):
            yield Finding("handler", name, f"{where} has no field {unknown}.")
        if not errors or (field == "Catch" and "Next" not in handler):
            yield Finding("handler", name, f"{where} needs ErrorEquals{', and Next' if field == 'Catch' else ''}.")
        if "States.ALL" in errors and (len(errors) > 1 or position < len(handlers)):
            yield Finding("handler", name, f"{where} has States.ALL, which must be alone and last.")
        for error in [error for error in errors if error in seen or errors.count(error) > 1]:
            yield Finding("handler", name, f"{where} names {error}, which is handled already.")
        for error in [error for error in errors if error.startswith("States.") and error not in RESERVED]:
            yield Finding("handler", name, f"{where} names {error}, which nothing that can be handled is called.")
        seen |= set(errors)
        if field == "Retry":
            yield from (Finding("handler", name, f"{where}: {problem}") for problem in _retrier_problems(handler))


def _retrier_problems(retrier: Mapping[str, Any]) -> Iterator[str]:
    for field, (least, most) in LIMITS.items():
        if field in retrier and not _whole(retrier[field], least, most):
            yield f"{field} must be a whole number from {least} to {most}, not {retrier[field]!r}."
    if not retrier.get("BackoffRate", 2) >= 1:
        yield f"BackoffRate must be 1 or more, not {retrier['BackoffRate']!r}."
    if retrier.get("JitterStrategy", "NONE") not in {"FULL", "NONE"}:
        yield f"JitterStrategy must be FULL or NONE, not {retrier['JitterStrategy']!r}."
    if retrier.get("MaxDelaySeconds", 31_622_399) < retrier.get("IntervalSeconds", 1):
        yield "MaxDelaySeconds is less than the first pause."


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
