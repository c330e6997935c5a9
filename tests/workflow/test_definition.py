"""The definition: clean by lint, and every branch of it is missed when it is gone."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from local.scenarios import Scenario
from tests.machine.lint import lint
from tests.template import Template
from tests.workflow.stage import TABLE, Stage
from tests.workflow.test_endings import BY_NAME, CREATED

LOOP = {
    "request",
    "request.restricted",
    "result",
    "result.outcome",
    "report",
    "report.processingStatus",
    "poll",
    "poll.waitSeconds",
    "poll.overdue",
}
OUTPUTS = {
    "Create report": LOOP,
    "Get report": LOOP,
    "Handle done": {"outcome"},
    "Handle restricted": {"outcome"},
    "Handle cancelled": {"outcome", "reason"},
    "Handle fatal": {"outcome", "cause"},
    "Handle overdue": {"outcome", "cause"},
}
VALUES = {
    "Creation outcome": {"WAIT", "ALREADY_LANDED", "CREATED", "ADOPTED"},
    "Report status": {"DONE", "CANCELLED", "FATAL", "IN_QUEUE", "IN_PROGRESS"},
}
DONE = BY_NAME["done, JSON in UTF-8"]


def test_the_definition_is_clean(template: Template) -> None:
    assert lint(template.definition(), outputs=OUTPUTS, values=VALUES) == []


def last(scenario: Scenario, state: str) -> Callable[[Stage, dict[str, Any]], bool]:
    """Return whether a scenario ends in this state."""
    return lambda stage, definition: stage.run(scenario, definition).states[-1] == state


def another_start_finds_it_landed(stage: Stage, definition: dict[str, Any]) -> bool:
    stage.run(DONE)
    return stage.run(DONE, definition).states[-1] == "Already landed"


def a_claim_of_another_is_waited_for(stage: Stage, definition: dict[str, Any]) -> bool:
    stage.run(DONE)
    (entry,) = [item for item in stage.dynamodb.scan(TableName=TABLE)["Items"] if "claimedAt" in item]
    del entry["result"]
    claimed_by_another = {"status": {"S": "CLAIMED"}, "execution": {"S": "another"}}
    claimed_at = {"claimedAt": {"S": stage.clock.now.isoformat()}}
    stage.dynamodb.put_item(TableName=TABLE, Item={**entry, **claimed_by_another, **claimed_at})
    # It is dead, in fact: after half an hour its claim is taken over.
    ended = stage.machine(definition).execute(DONE.input)
    return ended.status == "SUCCEEDED" and ended.states[:4] == [*CREATED, "Wait for quota", "Create report"]


BRANCHES = {
    ("Creation outcome", 0): a_claim_of_another_is_waited_for,
    ("Creation outcome", 1): another_start_finds_it_landed,
    ("Creation outcome", 2): last(DONE, "Report landed"),
    ("Report status", 0): lambda stage, definition: (
        "Handle restricted" in stage.run(BY_NAME["done, with personal data"], definition).states
    ),
    ("Report status", 1): last(DONE, "Report landed"),
    ("Report status", 2): last(BY_NAME["cancelled, no data"], "No data"),
    ("Report status", 3): last(BY_NAME["fatal, with a document"], "Report fatal"),
    ("Report status", 4): last(BY_NAME["stuck in the queue"], "Report overdue"),
    ("Report status", 5): last(DONE, "Report landed"),
    ("Cancellation outcome", 0): last(BY_NAME["cancelled, no data"], "No data"),
}


def branches(definition: dict[str, Any]) -> set[tuple[str, int]]:
    """Return every rule of every Choice."""
    choices = ((name, state["Choices"]) for name, state in definition["States"].items() if state["Type"] == "Choice")
    return {(name, number) for name, rules in choices for number in range(len(rules))}


def test_every_branch_has_a_scenario_that_takes_it(template: Template) -> None:
    assert branches(template.definition()) == set(BRANCHES)


@pytest.mark.parametrize("branch", BRANCHES, ids=lambda branch: f"{branch[0]} {branch[1]}")
def test_a_branch_that_leads_astray_is_missed(stage: Stage, template: Template, branch: tuple[str, int]) -> None:
    choice, number = branch
    mutated = copy.deepcopy(template.definition())
    # It now leads where everything unforeseen does.
    mutated["States"][choice]["Choices"][number]["Next"] = mutated["States"][choice]["Default"]
    assert not BRANCHES[branch](stage, mutated)


@pytest.mark.parametrize("branch", BRANCHES, ids=lambda branch: f"{branch[0]} {branch[1]}")
def test_a_branch_that_is_there_is_taken(stage: Stage, template: Template, branch: tuple[str, int]) -> None:
    assert BRANCHES[branch](stage, template.definition())
