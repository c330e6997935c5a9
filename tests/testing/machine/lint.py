"""Lints a Step Functions definition (JSONPath), state by state, and goes every route where each state is in order."""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from tests.testing.machine.choice_rules import check_choice
from tests.testing.machine.fields import check_machine, check_state
from tests.testing.machine.findings import MACHINE, Finding, targets
from tests.testing.machine.routes import NONE, Outputs, Routes


def lint(
    definition: Mapping[str, Any],
    *,
    input_keys: Set[str] = frozenset(),
    outputs: Outputs = NONE,
    values: Outputs = NONE,
) -> list[Finding]:
    """Return what is wrong with a definition; nothing when it is clean.

    Args:
        definition: as CreateStateMachine takes it, parsed; functions' ARNs as `Resource`.
        input_keys: the keys that every execution's input has.
        outputs: by task, the dotted paths that its function's result always has; a path stands for all below it.
        values: by Choice, all the values that its StringEquals may come upon; each must have a rule.
    """
    findings = [*check_machine(definition)]
    if not {"StartAt", "States"} <= set(definition):
        return findings
    for name, state in definition["States"].items():
        findings += check_state(name, state)
        if state.get("Type") == "Choice":
            findings += check_choice(name, state, values.get(name))
    findings += _misplaced("values", "Choice", set(values), definition)
    findings += _misplaced("outputs", "Task", set(outputs), definition)
    if dangling := [*_dangling(definition)]:
        return findings + dangling
    if not findings:
        routes = Routes(definition, input_keys=input_keys, outputs=outputs)
        routes.go()
        findings = sorted(routes.findings)
    return [*findings, *_check_routes(definition)]


def _misplaced(rule: str, kind: str, declared: Set[str], definition: Mapping[str, Any]) -> Iterator[Finding]:
    for name in sorted(name for name in declared if definition["States"].get(name, {}).get("Type") != kind):
        yield Finding(rule, name, f"{rule} are declared for it, and it is no {kind}.")


def _dangling(definition: Mapping[str, Any]) -> Iterator[Finding]:
    states = definition["States"]
    leads = [(MACHINE, definition["StartAt"]), *((name, to) for name in states for to in targets(states[name]))]
    for name, target in leads:
        if target not in states:
            yield Finding("target", name, f"there is no state {target!r}.")


def _check_routes(definition: Mapping[str, Any]) -> Iterator[Finding]:
    states = definition["States"]
    onward = {name: set(targets(state)) for name, state in states.items()}
    for name in sorted(set(states) - _reached(onward, {definition["StartAt"]})):
        yield Finding("unreachable", name, "no route leads to it.")
    back = {name: {before for before in states if name in onward[before]} for name in states}
    ends = {name for name in states if not onward[name] or states[name].get("End")}
    for name in sorted(set(states) - _reached(back, ends)):
        yield Finding("no way out", name, "no route leads from it to an end.")


def _reached(leads: Mapping[str, Set[str]], start: Set[str]) -> set[str]:
    """Return the states that can be reached from some, these included."""
    reached: set[str] = set()
    pending = [*start]
    while pending:
        name = pending.pop()
        if name not in reached:
            reached.add(name)
            pending += leads[name]
    return reached
