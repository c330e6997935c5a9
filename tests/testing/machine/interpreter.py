"""What a state does with given data: paths, templates, rules and ends of a definition (JSONPath).

Where data are not known, ANYTHING stands for them: each path below it is there.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from tests.testing.machine.findings import State
from tests.testing.machine.references import in_text, is_named, members

ANYTHING = "<anything>"
CALL = re.compile(r"States\.(Format|StringToJson)\((.*)\)")
ARGUMENT = re.compile(r"'((?:\\.|[^'\\])*)'|(\$[^\s,()]*)")


class Broken(Exception):
    """A state cannot do its work with the data that is there: its kind of problem, and a sentence."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def read(text: str, data: Any, context: Mapping[str, Any]) -> Any:
    """Return what a path, or a call of an intrinsic function, stands for; raise Broken if it is not there."""
    if text.startswith("States."):
        return _call(text, data, context)
    steps = members(text)
    found = context if text.startswith("$$") else data
    if steps is None:
        raise Broken("path", f"{text} is no path that can be followed here.")
    for step in steps:
        if found == ANYTHING:
            return ANYTHING
        if not isinstance(found, Mapping) or step not in found:
            raise Broken("path", f"{text} is not in the data.")
        found = found[step]
    return found if is_named(text) else ANYTHING


def _call(text: str, data: Any, context: Mapping[str, Any]) -> Any:
    call = CALL.fullmatch(text)
    if ANYTHING in [read(path, data, context) for path in in_text(text)] or not call:
        return ANYTHING
    arguments = [quoted or read(path, data, context) for quoted, path in ARGUMENT.findall(call[2])]
    if call[1] == "StringToJson":
        return json.loads(arguments[0])
    return arguments[0].replace("{}", "%s") % tuple(arguments[1:])


def fill(template: Any, data: Any, context: Mapping[str, Any]) -> Any:
    """Return a template with its paths read."""
    if isinstance(template, list):
        return [fill(item, data, context) for item in template]
    if not isinstance(template, Mapping):
        return template
    return {
        key.removesuffix(".$"): read(value, data, context) if key.endswith(".$") else fill(value, data, context)
        for key, value in template.items()
    }


def effective(state: State, data: Any, context: Mapping[str, Any]) -> Any:
    """Return what a state takes of its input; null takes nothing."""
    return _taken(state.get("InputPath", "$"), data, context)


def left(state: State, data: Any, result: Any, context: Mapping[str, Any]) -> Any:
    """Return what a state leaves: its result selected, put into its effective input, and what its OutputPath takes."""
    if "ResultSelector" in state:
        result = fill(state["ResultSelector"], result, context)
    if state["Type"] in {"Task", "Pass"}:
        data = place(data, state.get("ResultPath", "$"), result)
    return _taken(state.get("OutputPath", "$"), data, context)


def _taken(path: str | None, data: Any, context: Mapping[str, Any]) -> Any:
    return {} if path is None else read(path, data, context)


def place(data: Any, path: str | None, result: Any) -> Any:
    """Return the data with a result at a path; null throws it away."""
    steps = members(path) if path else ()
    if steps is None or (path or "").startswith("$$"):
        raise Broken("path", f"{path} is no path that can be followed here.")
    if not steps:
        return result if path else data
    if data == ANYTHING:
        return ANYTHING
    if not isinstance(data, Mapping):
        raise Broken("path", f"{path} cannot be written into {json.dumps(data)}.")
    below = place(data.get(steps[0], {}), "".join(["$", *(f".{step}" for step in steps[1:])]), result)
    return {**data, steps[0]: below}


def chosen(state: State, data: Any) -> str:
    """Return where a Choice leads; raise Broken if it leads nowhere."""
    for rule in state["Choices"]:
        if _holds(rule, data):
            return str(rule["Next"])
    if "Default" not in state:
        raise Broken("no way on", "no rule is for this data, and there is no Default.")
    return str(state["Default"])


def _holds(rule: State, data: Any) -> bool:
    if "And" in rule:
        return all(_holds(part, data) for part in rule["And"])
    if "Or" in rule:
        return any(_holds(part, data) for part in rule["Or"])
    if "Not" in rule:
        return not _holds(rule["Not"], data)
    for comparison, kind in (("StringEquals", str), ("BooleanEquals", bool)):
        if comparison in rule:
            value = read(rule["Variable"], data, {})
            return isinstance(value, kind) and bool(value == rule[comparison])
    raise Broken("choice", f"the model does not know {json.dumps(rule)}.")


def seconds(state: State, data: Any, context: Mapping[str, Any]) -> None:
    """Check that a Wait's seconds, where they come from a path, are a whole number above 0."""
    if "SecondsPath" in state:
        value = read(state["SecondsPath"], data, context)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise Broken("wait", f"{state['SecondsPath']} is {value!r}, and no wait.")


def cause(state: State, data: Any, context: Mapping[str, Any]) -> None:
    """Check that a Fail says what it is, and why in words from the data."""
    if not state.get("Error"):
        raise Broken("fail", "a Fail needs an Error.")
    if "CausePath" not in state:
        raise Broken("fail", "a Fail needs a CausePath.")
    words = read(state["CausePath"], data, context)
    if not isinstance(words, str) or not words.strip():
        raise Broken("fail", f"{state['CausePath']} is {words!r}, and no cause.")


def handling(handlers: list[State], error: str) -> Iterator[State]:
    """Yield the retriers, or catchers, that an error's name matches; the first is the one that counts."""
    for handler in handlers:
        if {error, "States.ALL", "States.TaskFailed"} & set(handler["ErrorEquals"]):
            yield handler
