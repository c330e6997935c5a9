"""Where the account runs few functions at once, executions wait for each other, and none ends red for it."""

import heapq
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.testing.template import Template

ERROR = "Lambda.TooManyRequestsException"
SLOTS, RUNS, RUN_SECONDS = 10, 5, 3.0


def tasks(template: Template) -> dict[str, dict[str, Any]]:
    """Return the states that invoke a function, of all machines."""
    states = {name: state for of in ("Workflow", "Discovery", "Backfill") for name, state in machine(template, of)}
    return {name: state for name, state in states.items() if ":function:" in str(state.get("Resource"))}


def machine(template: Template, of: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the states of a machine."""
    return list(template.definition(of)["States"].items())


def test_each_function_is_retried_for_it_first_and_on_its_own(template: Template) -> None:
    found = tasks(template)
    assert len(found) > 8
    for name, state in found.items():
        first, *others = state["Retry"]
        assert first["ErrorEquals"] == [ERROR], name
        assert ERROR not in str(others), name


@pytest.mark.parametrize("executions", [500, 2000])
def test_no_execution_is_given_up_for_ten_slots(template: Template, executions: int) -> None:
    """Simulate them in virtual time: each is to run five functions of three seconds, all start at once."""
    retry = tasks(template)["Create report"]["Retry"][0]
    random, order = Random(1), count()  # noqa: S311 - the same each time
    # When, a tie-breaker, runs to do, refusals of this run.
    waiting = [(0.0, next(order), RUNS, 0) for _ in range(executions)]
    busy: list[float] = []
    most = 0
    while waiting:
        now, _, runs, refusals = heapq.heappop(waiting)
        while busy and busy[0] <= now:
            heapq.heappop(busy)
        if len(busy) < SLOTS:
            heapq.heappush(busy, now + RUN_SECONDS)
            if runs > 1:
                heapq.heappush(waiting, (now + RUN_SECONDS, next(order), runs - 1, 0))
            continue
        longest = min(retry["IntervalSeconds"] * retry["BackoffRate"] ** refusals, retry["MaxDelaySeconds"])
        heapq.heappush(waiting, (now + random.uniform(0, longest), next(order), runs, refusals + 1))
        most = max(most, refusals + 1)
    assert 10 < most <= retry["MaxAttempts"]


@pytest.mark.parametrize(
    ("function", "most"), [("ReceiveNotification", 5), ("Tabulate", 10), ("TabulateRestricted", 10)]
)
def test_functions_behind_queues_take_few_of_them(every_option: Path, function: str, most: int) -> None:
    mappings = Template.read(every_option).of_type("AWS::Lambda::EventSourceMapping")
    (mapping,) = (one for name, one in mappings.items() if name.startswith(f"Functions{function}SqsEventSource"))
    assert mapping["Properties"]["ScalingConfig"] == {"MaximumConcurrency": most}
