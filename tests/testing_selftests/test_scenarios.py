"""The sample definition does what it is for, and the lint has nothing against it."""

import pytest

from tests.testing.machine.lint import lint
from tests.testing.machine.sample import INPUT_KEYS, OUTPUTS, VALUES, definition
from tests.testing.machine.scenarios import SCENARIOS, play


@pytest.mark.usefixtures("in_aws")
@pytest.mark.parametrize("name", SCENARIOS)
def test_an_outcome(name: str) -> None:
    assert play(definition(), SCENARIOS[name].script) == SCENARIOS[name].expected


def test_the_scenarios_enter_every_state() -> None:
    entered = {state for scenario in SCENARIOS.values() for state in scenario.expected.states}
    assert entered == set(definition()["States"])


def test_the_sample_is_clean() -> None:
    assert lint(definition(), input_keys=INPUT_KEYS, outputs=OUTPUTS, values=VALUES) == []
