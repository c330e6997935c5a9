"""The definition: clean by lint, and every branch of it is missed when it is gone."""

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from local.scenarios import BUYERS as BUYERS_ROWS
from local.scenarios import Scenario
from local.simulator import Document, Script
from tests.testing.function_outputs import OUTPUTS, VALUES
from tests.testing.harness import Harness
from tests.testing.machine.lint import lint
from tests.testing.reports_by_id import DONE as DONE_BY_ID
from tests.testing.reports_by_id import input_of, made
from tests.testing.scenario_steps import (
    CANCELLED,
    COOLING,
    FATAL,
    ORDERS,
    beside,
    play,
    somebody_asked,
    somebody_cancels,
    somebody_is_always_sooner,
    use_up_documents,
)
from tests.testing.small_parts import BY_NAME
from tests.testing.template import Template

DONE = BY_NAME["done, JSON in UTF-8"]


def test_the_definition_is_clean(template: Template) -> None:
    assert lint(template.definition(), outputs=OUTPUTS, values=VALUES) == []


def last(scenario: Scenario, state: str) -> Callable[[Harness, dict[str, Any]], bool]:
    """Return whether a scenario ends in this state."""
    return lambda stage, definition: stage.run(scenario, definition).states[-1] == state


def another_start_finds_it_landed(stage: Harness, definition: dict[str, Any]) -> bool:
    stage.run(DONE)
    return stage.run(DONE, definition).states[-1] == "Already landed"


def both(
    scenario: Scenario, state: str, *, arrange: Callable[[Harness], None] = lambda _: None
) -> Callable[[Harness, dict[str, Any]], bool]:
    """Return whether two starts at once both end in this state, the second without a report of its own."""

    def play_both(stage: Harness, definition: dict[str, Any]) -> bool:
        assert scenario.script
        arrange(stage)
        asked, joined = beside(stage, scenario.input, scenario.script, definition=definition)
        return (asked.states[-1], joined.states[-1]) == (state, state) and "Get report" not in joined.states

    return play_both


def a_start_while_another_is_at_work_waits(stage: Harness, definition: dict[str, Any]) -> bool:
    asked, joined = beside(stage, ORDERS.input, Script(), definition=definition)
    return (asked.states[-1], joined.states[-1]) == ("Report landed", "Already landed")


def asked_too_soon(stage: Harness, definition: dict[str, Any]) -> bool:
    somebody_asked(stage, seconds_ago=300)
    return play(stage, COOLING.input, CANCELLED, Script(), definition=definition).states[-1] == "Report landed"


def always_too_soon(stage: Harness, definition: dict[str, Any]) -> bool:
    somebody_is_always_sooner(stage)
    return play(stage, COOLING.input, CANCELLED, definition=definition).states[-1] == "Report too soon"


def no_quota_for_documents(script: Script, *, at: str, state: str) -> Callable[[Harness, dict[str, Any]], bool]:
    """Return whether an execution that has to wait for its document ends in this state."""

    def run_short(stage: Harness, definition: dict[str, Any]) -> bool:
        use_up_documents(stage, ORDERS.input, at=at)
        return play(stage, ORDERS.input, script, definition=definition).states[-1] == state

    return run_short


def cancelled_in_the_queue(stage: Harness, definition: dict[str, Any]) -> bool:
    somebody_cancels(stage)
    return play(stage, ORDERS.input, IN_QUEUE, definition=definition).states[-1] == "Cancelled elsewhere"


def another_report_has_the_same_document(
    stage: Harness, definition: dict[str, Any], *, document: Document | None = None
) -> bool:
    shared = replace(DONE_BY_ID, document=document, report_document_id="amzn1.spdoc.1.4.eu.cached")
    play(stage, input_of(made(stage, shared)))
    return play(stage, input_of(made(stage, shared)), definition=definition).states[-1] == "Already landed"


IN_QUEUE = Script(statuses=("IN_QUEUE",))
WHY = Script(statuses=("FATAL",), document=Document.error_details("why"))
BUYERS = BY_NAME["done, with buyers' data"]
BUYERS_DOCUMENT = Document.tsv(BUYERS_ROWS)


def a_document_of_buyers_that_has_landed(stage: Harness, definition: dict[str, Any]) -> bool:
    return another_report_has_the_same_document(stage, definition, document=BUYERS_DOCUMENT)


NO_DATA, STUCK = BY_NAME["cancelled, no data"], BY_NAME["stuck in the queue"]


def scripted(scenario: Scenario, script: Script) -> Scenario:
    """Return the scenario with another script."""
    return replace(scenario, script=script)


BRANCHES = {
    ("Creation outcome", 0): a_start_while_another_is_at_work_waits,
    ("Creation outcome", 1): another_start_finds_it_landed,
    ("Creation outcome", 2): last(DONE, "Report landed"),
    ("Creation outcome", 3): both(NO_DATA, "No data"),
    ("Creation outcome", 4): both(scripted(ORDERS, IN_QUEUE), "Cancelled elsewhere", arrange=somebody_cancels),
    ("Creation outcome", 5): both(scripted(COOLING, CANCELLED), "Report too soon", arrange=somebody_is_always_sooner),
    ("Creation outcome", 6): both(scripted(ORDERS, WHY), "Report fatal"),
    ("Creation outcome", 7): both(STUCK, "Report overdue"),
    ("Report status", 0): lambda stage, definition: (
        "Handle restricted" in stage.run(BY_NAME["done, with personal data"], definition).states
    ),
    ("Report status", 1): last(DONE, "Report landed"),
    ("Report status", 2): last(NO_DATA, "No data"),
    ("Report status", 3): last(BY_NAME["fatal, with a document"], "Report fatal"),
    ("Report status", 4): last(STUCK, "Report overdue"),
    ("Report status", 5): last(DONE, "Report landed"),
    ("Landing outcome", 0): last(DONE, "Report landed"),
    ("Landing outcome", 1): another_report_has_the_same_document,
    ("Landing outcome", 2): no_quota_for_documents(Script(), at="handle_done", state="Report landed"),
    ("Landing outcome", 3): last(BUYERS, "Report landed"),
    ("Restricted landing outcome", 0): last(BY_NAME["done, with personal data"], "Report landed"),
    ("Restricted landing outcome", 1): a_document_of_buyers_that_has_landed,
    ("Restricted landing outcome", 2): no_quota_for_documents(
        Script(document=BUYERS_DOCUMENT), at="handle_restricted", state="Report landed"
    ),
    ("Cancellation outcome", 0): last(NO_DATA, "No data"),
    ("Cancellation outcome", 1): cancelled_in_the_queue,
    ("Cancellation outcome", 2): asked_too_soon,
    ("Cancellation outcome", 3): always_too_soon,
    ("Fatal outcome", 0): last(scripted(ORDERS, WHY), "Report fatal"),
    ("Fatal outcome", 1): lambda stage, definition: (
        play(stage, ORDERS.input, FATAL, Script(), definition=definition).states[-1] == "Report landed"
    ),
    ("Fatal outcome", 2): no_quota_for_documents(WHY, at="handle_fatal", state="Report fatal"),
}


def branches(definition: dict[str, Any]) -> set[tuple[str, int]]:
    """Return every rule of every Choice."""
    choices = ((name, state["Choices"]) for name, state in definition["States"].items() if state["Type"] == "Choice")
    return {(name, number) for name, rules in choices for number in range(len(rules))}


def test_every_branch_has_a_scenario_that_takes_it(template: Template) -> None:
    assert branches(template.definition()) == set(BRANCHES)


@pytest.mark.exhaustive
@pytest.mark.parametrize("branch", BRANCHES, ids=lambda branch: f"{branch[0]} {branch[1]}")
def test_a_branch_that_leads_astray_is_missed(stage: Harness, template: Template, branch: tuple[str, int]) -> None:
    choice, number = branch
    mutated = copy.deepcopy(template.definition())
    # It now leads where everything unforeseen does.
    mutated["States"][choice]["Choices"][number]["Next"] = mutated["States"][choice]["Default"]
    assert not BRANCHES[branch](stage, mutated)


@pytest.mark.exhaustive
@pytest.mark.parametrize("branch", BRANCHES, ids=lambda branch: f"{branch[0]} {branch[1]}")
def test_a_branch_that_is_there_is_taken(stage: Harness, template: Template, branch: tuple[str, int]) -> None:
    assert BRANCHES[branch](stage, template.definition())
