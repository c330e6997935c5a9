"""The part of the lint that looks at Choice states: which rules can ever be entered, and by which values."""

import json
from collections.abc import Iterator, Mapping, Set
from itertools import product
from typing import Any, NamedTuple

from tests.testing.machine.findings import Finding, State

Rule = Mapping[str, Any]
COMBINATIONS = ("And", "Or", "Not")
TESTS = (
    {"IsBoolean", "IsNull", "IsNumeric", "IsPresent", "IsString", "IsTimestamp", "StringMatches"}
    | {
        f"{kind}{comparison}{path}"
        for kind in ("String", "Numeric", "Timestamp")
        for comparison in ("Equals", "GreaterThan", "GreaterThanEquals", "LessThan", "LessThanEquals")
        for path in ("", "Path")
    }
    | {"BooleanEquals", "BooleanEqualsPath"}
)


class Test(NamedTuple):
    """One comparison, or a whole Not."""

    variable: str
    operator: str
    value: str


def check_choice(name: str, state: State, values: Set[str] | None) -> Iterator[Finding]:
    """Yield what is wrong with a Choice. `values` are all that its StringEquals may come upon, where they are known."""
    rules = state.get("Choices", [])
    if not rules or "Default" not in state:
        yield Finding("default", name, "a Choice needs Choices and a Default.")
    malformed = [problem for rule in rules for problem in _problems(rule, outermost=True)]
    yield from (Finding("choice", name, problem) for problem in malformed)
    if malformed:
        return
    yield from _check_entered(name, rules)
    if values is not None:
        yield from _check_values(name, rules, values)


def _problems(rule: Rule, *, outermost: bool) -> Iterator[str]:
    if ("Next" in rule) != outermost:
        yield f"Next belongs to the outermost level of a rule, and there only: {json.dumps(rule)}"
    combined = [part for part in COMBINATIONS if part in rule]
    tests = set(rule) - {"Next", "Comment", "Variable"}
    if combined:
        if len(tests) > 1 or "Variable" in rule or not rule[combined[0]]:
            yield f"{combined[0]} must stand alone and hold something: {json.dumps(rule)}"
        for part in _parts(rule):
            yield from _problems(part, outermost=False)
    elif len(tests) != 1 or not tests <= TESTS or "Variable" not in rule:
        yield f"a rule needs a Variable and one comparison: {json.dumps(rule)}"


def _parts(rule: Rule) -> list[Rule]:
    return [rule["Not"]] if "Not" in rule else [*rule.get("And", []), *rule.get("Or", [])]


def _cases(rule: Rule) -> list[frozenset[Test]]:
    """Return the ways to fulfil a rule; each is a set of tests that must all hold."""
    if "Or" in rule:
        return [case for part in rule["Or"] for case in _cases(part)]
    if "And" in rule:
        return [frozenset[Test]().union(*way) for way in product(*(_cases(part) for part in rule["And"]))]
    return [frozenset({_test(rule)})]


def _test(rule: Rule) -> Test:
    operator = next(key for key in rule if key in TESTS or key == "Not")
    return Test(rule.get("Variable", ""), operator, json.dumps(rule[operator], sort_keys=True))


def _check_entered(name: str, rules: list[Rule]) -> Iterator[Finding]:
    earlier: list[frozenset[Test]] = []
    for rule in rules:
        for case in _cases(rule):
            wording = " and ".join(f"{test.variable} {test.operator} {test.value}" for test in sorted(case))
            if any(before <= case for before in earlier):
                yield Finding("entered", name, f"an earlier rule takes every {wording}.")
            elif _contradicts_itself(case):
                yield Finding("entered", name, f"nothing can be {wording}.")
            earlier.append(case)


def _contradicts_itself(case: frozenset[Test]) -> bool:
    equalities = [test[:2] for test in case if test.operator in {"StringEquals", "NumericEquals", "BooleanEquals"}]
    return len(equalities) != len(set(equalities))


def _check_values(name: str, rules: list[Rule], values: Set[str]) -> Iterator[Finding]:
    tested = {value for rule in rules for value in _tested(rule)}
    for value in sorted(tested - values):
        yield Finding("entered", name, f"{value!r} is never come upon; {', '.join(sorted(values))} are.")
    for value in sorted(values - tested):
        yield Finding("values", name, f"no rule is for {value!r}.")


def _tested(rule: Rule) -> Iterator[str]:
    if "StringEquals" in rule:
        yield rule["StringEquals"]
    for part in _parts(rule):
        yield from _tested(part)
