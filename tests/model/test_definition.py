"""Whatever the functions answer, an execution of the machine ends, waits between its turns, and says why it failed."""

from itertools import product
from typing import Any

import pytest

from tests.testing.model.answers import CAUGHT, LASTING, PASSING, POLLS, STATUSES
from tests.testing.model.explorer import Explorer, explore
from tests.testing.template import Template

FAILS = {
    "Invalid request",
    "Report fatal",
    "Report overdue",
    "Report too soon",
    "Unexpected status",
}
SUCCEEDS = {"Already landed", "Report landed", "No data", "Cancelled elsewhere"}


@pytest.fixture(scope="module")
def definition(template: Template) -> dict[str, Any]:
    return template.definition()


@pytest.fixture(scope="module")
def explored(definition: dict[str, Any]) -> Explorer:
    return explore(definition)


def test_no_way_through_the_machine_is_broken(explored: Explorer) -> None:
    assert sorted(explored.findings) == []


def test_executions_end_in_every_end_but_the_one_that_no_answer_leads_to(explored: Explorer) -> None:
    assert {end for end in explored.ends if " " in end} == FAILS | SUCCEEDS
    assert {*PASSING, *LASTING} <= explored.ends
    assert not {error for errors in CAUGHT.values() for error in errors} & explored.ends


def test_every_state_is_entered_but_the_one_that_no_answer_leads_to(
    definition: dict[str, Any], explored: Explorer
) -> None:
    assert set(definition["States"]) - explored.entered == {"Unexpected outcome"}


def test_every_status_was_answered_at_every_poll(explored: Explorer) -> None:
    assert explored.statuses == set(product(range(1, POLLS + 1), STATUSES))
