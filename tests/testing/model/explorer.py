"""Goes every way through a definition, each function replaced by all that it may answer."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.testing.machine.findings import Finding, State
from tests.testing.model import interpreter
from tests.testing.model.answers import (
    ANSWERS,
    CAUGHT,
    LASTING,
    MOST_ATTEMPTS,
    PASSING,
    PASSING_ONLY,
    Answers,
    ModelWorld,
)
from tests.testing.model.interpreter import Broken

CAUSE = json.dumps({"errorMessage": "reportType is missing", "errorType": "InvalidRequest"})


@dataclass(frozen=True)
class Place:
    """Where an execution is: about to enter a state. `since`: the states since its last wait of computed seconds."""

    state: str
    data: Any
    world: ModelWorld
    since: frozenset[str]

    def key(self) -> tuple[str, str, ModelWorld, frozenset[str]]:
        """Return what tells places apart."""
        return self.state, json.dumps(self.data, sort_keys=True), self.world, self.since


@dataclass
class Explored:
    """What was found on all the ways together."""

    findings: set[Finding] = field(default_factory=set)
    ends: set[str] = field(default_factory=set)
    """The states that executions have ended in, and the names of errors that have ended them."""
    entered: set[str] = field(default_factory=set)
    statuses: set[tuple[int, str]] = field(default_factory=set)
    """Which processingStatus was answered at which poll."""


class Explorer:
    """One exploration. The ways that meet in the same place go on together: what follows depends on nothing else."""

    def __init__(self, definition: Mapping[str, Any], answers: Mapping[str, Answers]) -> None:
        self.states: Mapping[str, State] = definition["States"]
        self.start: str = definition["StartAt"]
        self.answers = answers
        self.explored = Explored()
        self._left: set[object] = set()
        self._open: set[object] = set()
        self._context: Mapping[str, Any] = {}

    def run(self, execution_input: Any) -> None:
        """Go every way of one execution."""
        execution = {"Input": execution_input, "Id": "arn", "StartTime": "2026-07-01T00:00:00Z"}
        self._context = {"Execution": execution, "State": {"RetryCount": 0}}
        self._left, self._open = set(), set()
        self._enter(Place(self.start, execution_input, ModelWorld(), frozenset()))

    def _enter(self, place: Place) -> None:
        key = place.key()
        if key in self._open:
            self._find("endless", place.state, "an execution comes back here with nothing changed.")
        elif place.state in place.since:
            self._find("tight loop", place.state, "an execution comes back here without a wait of computed seconds.")
        elif key not in self._left:
            self._open.add(key)
            self.explored.entered.add(place.state)
            try:
                for following in self._following(place, self.states[place.state]):
                    self._enter(following)
            except Broken as broken:
                self._find(broken.kind, place.state, str(broken))
            self._open.remove(key)
            self._left.add(key)

    def _find(self, kind: str, state: str, message: str) -> None:
        self.explored.findings.add(Finding(kind, state, message))

    def _following(self, place: Place, state: State) -> Iterator[Place]:
        data, world, since = place.data, place.world, place.since | {place.state}
        match state["Type"]:
            case "Task":
                yield from self._task(place, state, since)
                return
            case "Pass":
                result = state.get("Result", interpreter.fill(state["Parameters"], data, self._context))
                data = interpreter.place(data, state.get("ResultPath", "$"), result)
            case "Wait":
                interpreter.seconds(state, data, self._context)
                since = frozenset() if "SecondsPath" in state else since
            case "Choice":
                yield Place(interpreter.chosen(state, data), data, world, since)
                return
            case "Fail":
                interpreter.cause(state, data, self._context)
            case "Succeed":
                interpreter.read(state.get("OutputPath", "$"), data, self._context)
            case other:
                raise Broken("type", f"the model does not know {other}.")
        if "Next" in state:
            yield Place(state["Next"], data, world, since)
        else:
            self.explored.ends.add(place.state)

    def _task(self, place: Place, state: State, since: frozenset[str]) -> Iterator[Place]:
        function = state["Resource"].rpartition(":")[2]
        event = interpreter.fill(state.get("Parameters", place.data), place.data, self._context)
        for result, world in self.answers[function](event, place.world):
            data = interpreter.place(place.data, state.get("ResultPath", "$"), result)
            if function == "get_report":
                self.explored.statuses.add((world.polls, data["report"]["processingStatus"]))
            yield Place(state["Next"], data, world, since)
        for error in CAUGHT.get(function, ()):
            catcher = next(interpreter.handling(state.get("Catch", []), error), None)
            if catcher is None:
                raise Broken("error", f"{error} is not caught.")
            data = interpreter.place(place.data, catcher.get("ResultPath", "$"), {"Error": error, "Cause": CAUSE})
            yield Place(catcher["Next"], data, place.world, since)
        self._fails(state, place.state, (*PASSING, *PASSING_ONLY.get(function, ())))

    def _fails(self, state: State, name: str, passing: tuple[str, ...]) -> None:
        for error in (*passing, *LASTING):
            retrier = next(interpreter.handling(state.get("Retry", []), error), None)
            if error in passing and not (retrier and 0 < retrier.get("MaxAttempts", 3) <= MOST_ATTEMPTS):
                self._find("error", name, f"{error} is not retried from 1 to {MOST_ATTEMPTS} times.")
            if error in LASTING and retrier:
                self._find("error", name, f"{error} is retried, and does not pass.")
            if any(interpreter.handling(state.get("Catch", []), error)):
                self._find("error", name, f"{error} is caught, and does not fail the execution.")
            self.explored.ends.add(error)


def explore(definition: Mapping[str, Any], *, answers: Mapping[str, Answers] = ANSWERS) -> Explored:
    """Return what is found on all ways, for a restricted report and for another."""
    explorer = Explorer(definition, answers)
    for restricted in (False, True):
        explorer.run({"restricted": restricted})
    return explorer.explored
