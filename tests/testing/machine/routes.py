"""Goes every way through a definition (JSONPath), and reads what each state reads from the data that came that way.

It knows no Map and Parallel and no variables. The lint knows of a function's result only which paths it has; the model
(model/explorer.py) overrides what functions answer, and with it where Choices lead.
"""

import json
from collections.abc import Hashable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Any

from tests.testing.machine import interpreter
from tests.testing.machine.fields import FIELDS
from tests.testing.machine.findings import Finding, State, targets
from tests.testing.machine.interpreter import ANYTHING, Broken
from tests.testing.machine.references import read_by

Outputs = Mapping[str, Set[str]]
NONE: Outputs = {}
CONTEXT = {
    "Execution": ("Id", "Name", "RedriveCount", "RoleArn", "StartTime"),
    "State": ("EnteredTime", "Name", "RetryCount"),
    "StateMachine": ("Id", "Name"),
    "Task": ("Token",),  # of a Task that waits for one
}
DEEPEST = 8  # a Pass that nests its own input under itself in a loop would go on for ever


@dataclass(frozen=True)
class Place:
    """Where an execution is: about to enter a state. `since`: the states since its last wait."""

    state: str
    data: Any
    world: Hashable
    since: frozenset[str]

    def key(self) -> Hashable:
        """Return what tells places apart."""
        return self.state, json.dumps(_shallow(self.data, DEEPEST), sort_keys=True), self.world, self.since


class Routes:
    """Every route, whatever functions answer: a path may be read only if every route to the state has written it.

    `input_keys` are those every execution's input has; `outputs` by state what a task's function returns always, as
    dotted paths. A function that is not declared answers with anything; where that replaces the data, nothing is known.
    Routes that meet in the same place go on together: what follows depends on nothing else.
    """

    def __init__(
        self, definition: Mapping[str, Any], *, input_keys: Set[str] = frozenset(), outputs: Outputs = NONE
    ) -> None:
        self.states: Mapping[str, State] = definition["States"]
        self.start: str = definition["StartAt"]
        self.outputs = outputs
        self.input: dict[str, Any] = dict.fromkeys(input_keys, ANYTHING)
        self.context: dict[str, dict[str, Any]] = {part: dict.fromkeys(has, ANYTHING) for part, has in CONTEXT.items()}
        self.findings: set[Finding] = set()
        self.entered: set[str] = set()
        self.ends: set[str] = set()
        self._left: set[Hashable] = set()
        self._open: set[Hashable] = set()

    def answers(self, name: str, _event: Any, world: Any) -> Iterator[tuple[Any, Hashable]]:
        """Yield what a Task's function may answer, and what the world is like afterwards."""
        state = self.states[name]
        kept = "ResultSelector" in state or state.get("ResultPath", "$") != "$"
        result: Any = ANYTHING if kept and name not in self.outputs else {}
        for path in sorted(self.outputs.get(name, ())):
            result = interpreter.place(result, f"$.{path}", ANYTHING)
        yield result, world

    def catchers(self, state: State) -> Iterator[tuple[State, Any]]:
        """Yield the catchers that a Task's errors lead to, with the error as data."""
        yield from ((catcher, {"Error": ANYTHING, "Cause": ANYTHING}) for catcher in state.get("Catch", []))

    def branches(self, state: State, _data: Any) -> Iterator[str]:
        """Yield where a Choice leads."""
        yield from targets(state)

    def waits(self, state: State) -> bool:
        """Say whether time passes: in a Wait, and where a task token is awaited."""
        return state["Type"] == "Wait" or str(state.get("Resource")).endswith(".waitForTaskToken")

    def check(self, name: str, data: Any) -> None:
        """Look at a state with the data that it gets, beyond that its paths are there."""

    def comes_back(self, name: str) -> None:
        """Look at a state to which an execution comes back with nothing changed, after a wait."""

    def find(self, rule: str, name: str, problem: str) -> None:
        """Note a finding."""
        self.findings.add(Finding(rule, name, problem))

    def go(self, world: Hashable = None) -> None:
        """Go every way of an execution with this input."""
        self.context["Execution"]["Input"] = dict(self.input)
        self._left.clear()
        self._enter(Place(self.start, dict(self.input), world, frozenset()))

    def _enter(self, place: Place) -> None:
        key = place.key()
        if key in self._open:
            self.comes_back(place.state)
        elif place.state in place.since:
            self.find("tight loop", place.state, "an execution comes back here without a wait.")
        elif key not in self._left:
            self._open.add(key)
            self.entered.add(place.state)
            try:
                for following in self._following(place, self.states[place.state]):
                    self._enter(following)
            except Broken as broken:
                self.find(broken.kind, place.state, str(broken))
            self._open.remove(key)
            self._left.add(key)

    def _following(self, place: Place, state: State) -> Iterator[Place]:
        name, world, context = place.state, place.world, self.context
        if state["Type"] not in FIELDS:
            raise Broken("type", f"a {state['Type']} is unknown here.")
        since = frozenset() if self.waits(state) else place.since | {name}
        data = interpreter.effective(state, place.data, context)
        for path in read_by(state):
            interpreter.read(path, data, context)
        self.check(name, data)
        given = interpreter.fill(state["Parameters"], data, context) if "Parameters" in state else data
        if state["Type"] == "Choice":
            left = interpreter.left(state, data, data, context)
            yield from (Place(branch, left, world, since) for branch in self.branches(state, data))
            return
        results = self.answers(name, given, world) if state["Type"] == "Task" else [(state.get("Result", given), world)]
        for result, after in results:
            left = interpreter.left(state, data, result, context)
            if "Next" in state:
                yield Place(state["Next"], left, after, since)
            else:
                self.ends.add(name)
        for catcher, error in self.catchers(state):
            caught = interpreter.place(place.data, catcher.get("ResultPath", "$"), error)
            yield Place(catcher["Next"], caught, world, since)


def _shallow(data: Any, levels: int) -> Any:
    if not isinstance(data, Mapping):
        return data
    return {key: _shallow(value, levels - 1) for key, value in data.items()} if levels else None
