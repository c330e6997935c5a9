"""The pictures in docs/ are the machines as they are synthesized: every state, every transition."""

import os
import re

import pytest

from cli.console_page.drawing import STYLE, draw
from tests.testing.repository import DOCS
from tests.testing.template import Template

PICTURES = {"Workflow": DOCS / "machine.svg", "Backfill": DOCS / "backfill.svg"}


@pytest.mark.parametrize("machine", PICTURES)
def test_the_picture_is_the_machine_s(template: Template, machine: str) -> None:
    drawn = draw(template.definition(machine), style=STYLE.read_text())
    if os.environ.get("UPDATE_SNAPSHOT"):
        PICTURES[machine].write_text(drawn)
    assert PICTURES[machine].read_text() == drawn, "the machine has changed; UPDATE_SNAPSHOT=1 make test redraws it"


@pytest.mark.parametrize("machine", PICTURES)
def test_every_state_and_every_transition_is_drawn_once(template: Template, machine: str) -> None:
    definition = template.definition(machine)
    drawn = draw(definition)
    assert sorted(re.findall(r'data-state="(.*?)"', drawn)) == sorted(definition["States"])
    led = {("", definition["StartAt"])}
    for name, state in definition["States"].items():
        rules = [*state.get("Choices", []), *state.get("Catch", []), state, {"Next": state.get("Default")}]
        led |= {(name, rule["Next"]) for rule in rules if rule.get("Next")}
    edges = re.findall(r'data-from="(.*?)" data-to="(.*?)"', drawn)
    assert len(edges) == len(led)
    assert set(edges) == led
