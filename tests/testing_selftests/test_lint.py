"""Every rule of the lint has a sample that breaks it and nothing else, and what is right passes."""

from typing import Any

import pytest

from tests.testing.machine.broken_samples import BROKEN, WAIT, WORK, choice, is_, machine, retry
from tests.testing.machine.findings import Finding
from tests.testing.machine.lint import lint


def check(definition: dict[str, Any], **given: Any) -> list[Finding]:
    return lint(definition, **{"input_keys": {"a", "b"}, **given})


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_sample(name: str) -> None:
    rule, definition, problem = BROKEN[name]
    findings = check(definition)
    assert {finding.rule for finding in findings} == {rule}
    assert problem in findings[0].problem


@pytest.mark.parametrize(
    ("values", "rule", "problem"),
    [
        ({"Start": {"x"}}, "entered", "'y' is never come upon"),
        ({"Start": {"x", "y", "z"}}, "values", "no rule is for 'z'"),
        ({"Strat": {"x", "y"}}, "values", "it is no Choice"),
    ],
)
def test_a_choice_has_a_rule_for_each_value_and_for_no_other(
    values: dict[str, set[str]], rule: str, problem: str
) -> None:
    definition = machine(choice(is_("x"), {"Or": [is_("y")]}), Wait=WAIT)
    assert check(definition) == check(definition, values={"Start": {"x", "y"}}) == []
    findings = check(definition, values=values)
    assert [finding.rule for finding in findings] == [rule]
    assert problem in findings[0].problem


def test_every_rule_has_a_broken_sample() -> None:
    rules = (
        "choice default entered field flow handler no way out path resource target tight loop timeout type unreachable"
    )
    assert " ".join(sorted({rule for rule, _, _ in BROKEN.values()})) == f"{rules} wait"


@pytest.mark.parametrize(
    "definition",
    [
        machine(WORK),
        machine({**WORK, "End": False}),
        machine(retry(IntervalSeconds=9, MaxAttempts=0, BackoffRate=1, MaxDelaySeconds=9, JitterStrategy="NONE")),
        machine({**WORK, "Retry": [{"ErrorEquals": ["A", "States.Timeout"]}, {"ErrorEquals": ["States.ALL"]}]}),
        machine({**WAIT, "Next": "More"}, More={**WAIT, "Seconds": 0}),
        machine(WORK) | {"QueryLanguage": "JSONPath"},
        machine(choice(is_("x")), Wait={**WAIT, "Next": "Start"}),
        machine(choice({"And": [is_("x"), {"Variable": "$.b", "IsNull": True}]}, is_("x")), Wait=WAIT),
        machine(choice({"Not": is_("x")}, is_("x")), Wait=WAIT),
    ],
)
def test_a_sound_sample(definition: dict[str, Any]) -> None:
    assert check(definition) == []
