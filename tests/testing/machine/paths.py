"""The part of the lint that follows the data: a path may be read only if every route to the state has written it.

What is known of a state's input is a set of paths that are there, each with anything below it: {("report",)} stands for
`$.report` and all its members, {("poll", "overdue")} for that member alone.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from tests.testing.machine.findings import Finding, State
from tests.testing.machine.references import Path, in_template, literals, members, read_by

Known = frozenset[Path]
NOTHING: Known = frozenset()
ANYTHING: Known = frozenset({()})
CONTEXT: Known = frozenset(
    {("Execution", member) for member in ("Id", "Name", "RedriveCount", "RoleArn", "StartTime")}
    | {("State", member) for member in ("EnteredTime", "Name", "RetryCount")}
    | {("StateMachine", member) for member in ("Id", "Name")}
    | {("Task", "Token")}  # of a Task that waits for one
)
DEEPEST = 8  # a Pass that nests its own input under itself in a loop would go on for ever


class Flow:
    """The data's way through a definition, whose targets must exist.

    `input_keys` are those every execution's input has; `outputs` by state what a task's function returns always, as
    dotted paths. Of a function that is not declared, nothing is known but that ResultPath, if it has one, is there.
    """

    def __init__(self, definition: Mapping[str, Any], *, input_keys: Set[str], outputs: Mapping[str, Set[str]]) -> None:
        self.states: Mapping[str, State] = definition["States"]
        self.outputs = {name: frozenset(tuple(path.split(".")) for path in paths) for name, paths in outputs.items()}
        self.input: Known = frozenset((key,) for key in input_keys)
        self.at: dict[str, Known] = {definition["StartAt"]: self.input}
        pending = [definition["StartAt"]]
        while pending:
            name = pending.pop()
            for target, known in self._exits(name):
                met = meet(self.at[target], known) if target in self.at else known
                if met != self.at.get(target):
                    self.at[target] = met
                    pending.append(target)

    def findings(self) -> Iterator[Finding]:
        """Yield what is read and may not be there."""
        for name in sorted(set(self.outputs) - {n for n, state in self.states.items() if state["Type"] == "Task"}):
            yield Finding("outputs", name, "outputs are declared for it, and it is no task.")
        for name, known in self.at.items():
            state = self.states[name]
            for literal in literals(state.get("Parameters", {})):
                yield Finding("path", name, f"{literal} stands in a field whose name does not end with .$")
            for path, there in self._reads(name, state, known):
                if problem := self._problem(path, there):
                    yield Finding("path", name, problem)

    def _reads(self, name: str, state: State, known: Known) -> Iterator[tuple[str, Known]]:
        """Yield each path the state reads, with what is known where it looks."""
        if state.get("InputPath") is not None:
            yield state["InputPath"], known
        yield from ((path, self._effective(state, known)) for path in read_by(state))
        if "ResultSelector" in state:
            yield from ((path, self.outputs.get(name, ANYTHING)) for path in in_template(state["ResultSelector"]))
        if isinstance(state.get("ResultPath"), str):
            yield state["ResultPath"], ANYTHING
        for catcher in state.get("Catch", []):
            yield catcher.get("ResultPath") or "$", ANYTHING
        if state.get("OutputPath") is not None:
            yield state["OutputPath"], self._result(name, state, known)

    def _problem(self, path: str, there: Known) -> str | None:
        read = members(path)
        if read is None:
            return f"{path} is no path that can be followed here."
        if path.startswith("$$"):
            there = CONTEXT | {("Execution", "Input", *key) for key in self.input}
        if path == "$$.Execution.Input" or covers(there, read):
            return None
        return f"{path} may not be there: not every route has written it."

    def _exits(self, name: str) -> Iterator[tuple[str, Known]]:
        state, known = self.states[name], self.at[name]
        for catcher in state.get("Catch", []):
            error = frozenset({("Error",), ("Cause",)})
            yield catcher["Next"], _place(known, catcher.get("ResultPath", "$"), error)
        leaving = _filter(self._result(name, state, known), state.get("OutputPath", "$"))
        for branch in (state, *state.get("Choices", [])):
            yield from ((branch[field], leaving) for field in ("Next", "Default") if field in branch)

    def _effective(self, state: State, known: Known) -> Known:
        return _filter(known, state.get("InputPath", "$"))

    def _result(self, name: str, state: State, known: Known) -> Known:
        """Return what is known after ResultPath, before OutputPath."""
        effective = self._effective(state, known)
        if state["Type"] not in {"Task", "Pass"}:
            return effective
        path = state.get("ResultPath", "$")
        if "ResultSelector" in state:
            result = shape(state["ResultSelector"])
        elif state["Type"] == "Task":
            result = self.outputs.get(name, NOTHING)
        elif "Result" in state:
            result = shape(state["Result"])
        else:
            result = shape(state["Parameters"]) if "Parameters" in state else effective
        return _place(known, path, result)


def covers(known: Known, path: Path) -> bool:
    """Tell whether a path is there: the whole, a known one, something below or above one."""
    return not path or any(path[: len(k)] == k or k[: len(path)] == path for k in known)


def meet(one: Known, other: Known) -> Known:
    """Return what is known either way."""

    def below(path: Path, known: Known) -> bool:
        return any(path[: len(k)] == k for k in known)

    return frozenset({p for p in one if below(p, other)} | {p for p in other if below(p, one)})


def shape(template: object) -> Known:
    """Return the paths of what a template, or a literal, makes."""
    if not isinstance(template, Mapping):
        return NOTHING
    return frozenset(
        (key.removesuffix(".$"), *below) for key, value in template.items() for below in shape(value) or ANYTHING
    )


def _filter(known: Known, path: str | None) -> Known:
    """Return what is known below a path; null makes an empty object."""
    read = members(path) if path else None
    if read is None:
        return NOTHING
    return frozenset(k[len(read) :] for k in known if k[: len(read)] == read or read[: len(k)] == k)


def _place(known: Known, path: str | None, result: Known) -> Known:
    """Return what is known once a result stands at a path; null throws it away."""
    written = members(path) if path else None
    if written is None:
        return known
    if not written:
        return result
    kept = {k for k in known if k[: len(written)] != written}
    return frozenset(kept | {(*written, *below)[:DEEPEST] for below in result or ANYTHING})
