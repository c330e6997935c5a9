"""A definition broken in any small way is caught: by the lint, or else by a scenario that no longer ends as it did."""

from typing import Any

import pytest

from tests.testing.machine.lint import lint
from tests.testing.machine.mutations import mutations
from tests.testing.machine.sample import INPUT_KEYS, OUTPUTS, VALUES, definition
from tests.testing.machine.scenarios import SCENARIOS, Scenario, play

MUTATIONS = dict(mutations(definition()))


def _is_clean(mutated: dict[str, Any]) -> bool:
    return not lint(mutated, input_keys=INPUT_KEYS, outputs=OUTPUTS, values=VALUES)


LINT_LETS_PASS = [name for name, mutated in MUTATIONS.items() if _is_clean(mutated)]


def _nearest_first(mutation: str) -> list[Scenario]:
    """Order the scenarios so that those come first that are about the mutated state and little else."""

    def distance(scenario: Scenario) -> tuple[bool, bool, int, int]:
        states = scenario.expected.states
        is_about = any(f"/ {state} /" in mutation for state in states)
        retries = any(f"/ {pause[0]} / Retry" in mutation for pause in scenario.expected.pauses)
        return not is_about, not retries, len(set(states)), len(states)

    return sorted(SCENARIOS.values(), key=distance)


def _ends_as_before(mutated: dict[str, Any], scenario: Scenario) -> bool:
    try:
        return play(mutated, scenario.script) == scenario.expected
    except Exception:  # an engine that refuses to run it, or a stub that objects to what it gets
        return False


@pytest.mark.usefixtures("in_aws")
@pytest.mark.parametrize("mutation", LINT_LETS_PASS)
def test_what_the_lint_lets_pass_changes_a_scenario(mutation: str) -> None:
    assert not all(_ends_as_before(MUTATIONS[mutation], scenario) for scenario in _nearest_first(mutation))


def test_the_lint_catches_most() -> None:
    assert len(MUTATIONS) > 300
    assert len(LINT_LETS_PASS) < len(MUTATIONS) / 4


@pytest.mark.parametrize(
    ("mutation", "rule"),
    {
        "States / Report status / Choices / 1 left out": "values",
        "States / Report status / Choices / 4 left out": None,
        "States / Creation outcome / Choices / 2 / Or / 0 left out": "values",
        "States / Report status / Default left out": "default",
        "States / Wait / Next is 'Get reportx'": "target",
        "States / Get report / Next leads to Get report": "tight loop",
        "States / Wait / Next leads to Wait": "no way out",
        "States / Handle done / Next and that of Handle cancelled exchanged": None,
        "States / Handle done / ResultPath left out": "path",
        "States / Create report / Catch / 0 / ResultPath left out": "path",
        "States / Create report / Catch left out": "unreachable",
        "States / Create report / Retry left out": None,
        "States / Get report / Retry / 0 / MaxAttempts left out": None,
        "States / Report landed / OutputPath is '$.resultx'": "path",
        "States / Report fatal / CausePath is '$.result.causex'": "path",
        "TimeoutSeconds left out": "timeout",
    }.items(),
)
def test_who_catches_what(mutation: str, rule: str | None) -> None:
    found = lint(MUTATIONS[mutation], input_keys=INPUT_KEYS, outputs=OUTPUTS, values=VALUES)
    assert (rule in {finding.rule for finding in found}) if rule else mutation in LINT_LETS_PASS
