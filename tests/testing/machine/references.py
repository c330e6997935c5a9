"""Finds the paths that a state reads, and says what a path means."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.testing.machine.findings import State

STEP = re.compile(r"\.([A-Za-z_]\w*)|\['([^']+)'\]")
NAMED = re.compile(rf"\$\$?({STEP.pattern})*")
WHOLE = re.compile(r"\$\$?(\.[A-Za-z_]\w*|\['[^']+'\]|\[[-\d:*,]+\])*")
QUOTED = re.compile(r"'(?:\\.|[^'\\])*'")
IN_CALL = re.compile(r"\$[^\s,()]*")
OF_THE_INPUT = ("SecondsPath", "TimestampPath", "TimeoutSecondsPath", "HeartbeatSecondsPath", "CausePath", "ErrorPath")


def members(path: str) -> tuple[str, ...] | None:
    """Return a path's members, up to the first that is not named (an index, say); None if it is no path."""
    if not WHOLE.fullmatch(path):
        return None
    steps: list[str] = []
    position = len(path) - len(path.lstrip("$"))
    while step := STEP.match(path, position):
        steps.append(step[1] or step[2])
        position = step.end()
    return tuple(steps)


def is_named(path: str) -> bool:
    """Say whether all steps of a path are names: no index, no slice."""
    return bool(NAMED.fullmatch(path))


def read_by(state: State) -> Iterator[str]:
    """Yield the paths a state reads from its input: in Parameters, in Choices, in fields that are named for it."""
    yield from in_template(state.get("Parameters", {}))
    for rule in state.get("Choices", []):
        yield from _in_rule(rule, set())
    for field in OF_THE_INPUT:
        yield from in_text(state[field]) if field in state else ()


def in_template(template: object) -> Iterator[str]:
    """Yield the paths in a template's fields, those whose names end with `.$`."""
    if isinstance(template, list):
        for item in template:
            yield from in_template(item)
    if isinstance(template, Mapping):
        for key, value in template.items():
            yield from in_text(value) if key.endswith(".$") else in_template(value)


def in_text(text: Any) -> Iterator[str]:
    """Yield a path itself, or those that an intrinsic function is called with."""
    if isinstance(text, str) and text.startswith("States."):
        yield from IN_CALL.findall(QUOTED.sub("", text))
    else:
        yield str(text)


def literals(template: object) -> Iterator[str]:
    """Yield the strings in a template that look like paths or calls, where the field's name does not end with `.$`."""
    if isinstance(template, list):
        for item in template:
            yield from literals(item)
    if isinstance(template, Mapping):
        for key, value in template.items():
            if isinstance(value, str) and not key.endswith(".$") and value.startswith(("$", "States.")):
                yield value
            yield from literals(value)


def _in_rule(rule: State, present: set[str]) -> Iterator[str]:
    """Yield the variables that a rule needs to be there: not IsPresent's, nor what an And has asked for before."""
    for part in rule.get("And", []):
        yield from _in_rule(part, present)
        if part.get("IsPresent") is True:
            present = present | {part["Variable"]}
    for part in [*rule.get("Or", []), *([rule["Not"]] if "Not" in rule else [])]:
        yield from _in_rule(part, present)
    if "Variable" in rule and "IsPresent" not in rule and rule["Variable"] not in present:
        yield rule["Variable"]
    yield from (value for field, value in rule.items() if field.endswith("Path"))
