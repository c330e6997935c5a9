"""Goes every way through a definition, each function replaced by all that it may answer."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.testing.machine import interpreter
from tests.testing.machine.findings import State
from tests.testing.machine.interpreter import Broken
from tests.testing.machine.routes import Routes
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

CAUSE = json.dumps({"errorMessage": "reportType is missing", "errorType": "InvalidRequest"})


class Explorer(Routes):
    """Every answer of every function, and every error that it may raise. A constant wait ends no loop."""

    def __init__(self, definition: Mapping[str, Any], functions: Mapping[str, Answers]) -> None:
        super().__init__(definition)
        self.functions = functions
        self.statuses: set[tuple[int, str]] = set()
        """Which processingStatus was answered at which poll."""

    def answers(self, name: str, event: Any, world: ModelWorld) -> Iterator[tuple[Any, ModelWorld]]:
        """Yield what the function of that name may answer."""
        function = _function(self.states[name])
        for result, after in self.functions[function](event, world):
            if function == "get_report":
                self.statuses.add((after.polls, result["report"]["processingStatus"]))
            yield result, after

    def catchers(self, state: State) -> Iterator[tuple[State, Any]]:
        """Yield the catchers of the errors that must be caught; raise Broken where there is none."""
        for error in CAUGHT.get(_function(state), ()):
            catcher = next(interpreter.handling(state.get("Catch", []), error), None)
            if catcher is None:
                raise Broken("error", f"{error} is not caught.")
            yield catcher, {"Error": error, "Cause": CAUSE}

    def branches(self, state: State, data: Any) -> Iterator[str]:
        """Yield the one that its rules choose."""
        yield interpreter.chosen(state, data)

    def waits(self, state: State) -> bool:
        """Say whether it is a Wait of computed seconds."""
        return state["Type"] == "Wait" and "SecondsPath" in state

    def comes_back(self, name: str) -> None:
        """Nothing ends this way: the world is the same too."""
        self.find("endless", name, "an execution comes back here with nothing changed.")

    def check(self, name: str, data: Any) -> None:
        """Look at how long it waits, what its failure says, and how its function's errors are retried."""
        state = self.states[name]
        match state["Type"]:
            case "Task":
                self._check_errors(state, name)
            case "Wait":
                interpreter.seconds(state, data, self.context)
            case "Fail":
                interpreter.cause(state, data, self.context)

    def _check_errors(self, state: State, name: str) -> None:
        passing = (*PASSING, *PASSING_ONLY.get(_function(state), ()))
        for error in (*passing, *LASTING):
            retrier = next(interpreter.handling(state.get("Retry", []), error), None)
            if error in passing and not (retrier and 0 < retrier.get("MaxAttempts", 3) <= MOST_ATTEMPTS):
                self.find("error", name, f"{error} is not retried from 1 to {MOST_ATTEMPTS} times.")
            if error in LASTING and retrier:
                self.find("error", name, f"{error} is retried, and does not pass.")
            if any(interpreter.handling(state.get("Catch", []), error)):
                self.find("error", name, f"{error} is caught, and does not fail the execution.")
            self.ends.add(error)


def _function(state: State) -> str:
    return str(state.get("Resource")).rpartition(":")[2]


def explore(definition: Mapping[str, Any], *, answers: Mapping[str, Answers] = ANSWERS) -> Explorer:
    """Return what is found on all ways, for a restricted report and for another."""
    explorer = Explorer(definition, answers)
    for restricted in (False, True):
        explorer.input["restricted"] = restricted
        explorer.go(ModelWorld())
    return explorer
