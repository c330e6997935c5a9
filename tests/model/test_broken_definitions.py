"""The checker finds what it is for: each definition is the machine's own, broken in one place."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.testing.model.answers import ANSWERS, Data, ModelWorld, create_report
from tests.testing.model.explorer import explore
from tests.testing.template import Template

States = dict[str, dict[str, Any]]


def _change(state: str, **fields: Any) -> Callable[[States], None]:
    return lambda states: states[state].update(fields)


def _without(state: str, field: str) -> Callable[[States], None]:
    def remove(states: States) -> None:
        del states[state][field]

    return remove


def _constant_wait(states: States) -> None:
    del states["Wait"]["SecondsPath"]
    states["Wait"]["Seconds"] = 1


def _retry_without_end(states: States) -> None:
    (retry,) = (retry for retry in states["Get report"]["Retry"] if "SpApiThrottled" in retry["ErrorEquals"])
    retry["MaxAttempts"] = 99_999_999


def _retry_everything(states: States) -> None:
    states["Get report"]["Retry"].append({"ErrorEquals": ["States.ALL"], "MaxAttempts": 3})


BROKEN: dict[str, tuple[Callable[[States], None], tuple[str, str, str]]] = {
    "a loop without a wait": (
        _change(
            "Wait",
            Type="Pass",
            Parameters={"request.$": "$.request", "result.$": "$.result", "report.$": "$.report", "poll.$": "$.poll"},
        ),
        ("tight loop", "Wait", "without a wait"),
    ),
    "a loop with a constant wait": (_constant_wait, ("tight loop", "Wait", "without a wait")),
    "a loop around one wait": (_change("Wait", Next="Wait"), ("endless", "Wait", "nothing changed")),
    "a document asked for again at once": (
        _change("Landing outcome", Default="Handle done", Choices=[]),
        ("tight loop", "Handle done", "without a wait"),
    ),
    "a wait of what is not there": (
        _change("Wait to request again", SecondsPath="$.result.seconds"),
        ("path", "Wait to request again", "$.result.seconds is not in the data"),
    ),
    "a wait of words": (_change("Wait", SecondsPath="$.poll.reportId"), ("wait", "Wait", "is 'R1', and no wait")),
    "a Fail without a cause": (_without("Report fatal", "CausePath"), ("fail", "Report fatal", "needs a CausePath")),
    "a Fail without an error": (_without("Report fatal", "Error"), ("fail", "Report fatal", "needs an Error")),
    "a cause that is no text": (
        _change("Report overdue", CausePath="$.request.restricted"),
        ("fail", "Report overdue", "and no cause"),
    ),
    "a cause that is empty": (
        _change("Unexpected status", CausePath="States.Format('{}', $.result.reason)"),
        ("fail", "Unexpected status", "is '', and no cause"),
    ),
    "a Choice without a default": (_without("Report status", "Default"), ("no way on", "Report status", "no Default")),
    "an outcome's output that is not there": (
        _change("Already landed", OutputPath="$.report"),
        ("path", "Already landed", "$.report is not in the data"),
    ),
    "an outcome that leads into the loop": (
        _change("Creation outcome", Default="Wait", Choices=[]),
        ("path", "Wait", "$.poll.waitSeconds is not in the data"),
    ),
    "an error that nobody catches": (_without("Create report", "Catch"), ("error", "Create report", "is not caught")),
    "a fault that is not retried": (
        _without("Handle overdue", "Retry"),
        ("error", "Handle overdue", "SpApiThrottled is not retried"),
    ),
    "a retry without an end": (_retry_without_end, ("error", "Get report", "SpApiThrottled is not retried from 1")),
    "a retry of what does not pass": (_retry_everything, ("error", "Get report", "KeyError is retried")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_definition(template: Template, name: str) -> None:
    definition = template.definition()
    break_it, (kind, state, message) = BROKEN[name]
    break_it(definition["States"])
    findings = explore(definition).findings
    assert [found for found in findings if found[:2] == (kind, state) and message in found.problem]


def test_a_function_that_always_says_wait(template: Template) -> None:
    def never(event: Data, _world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
        yield next((data, _world) for data, _ in create_report(event, ModelWorld()))

    (found,) = explore(template.definition(), answers={**ANSWERS, "create_report": never}).findings
    assert (found.rule, found.where) == ("endless", "Creation outcome")


def test_an_outcome_that_the_machine_does_not_know(template: Template) -> None:
    def answer(_event: Data, world: ModelWorld) -> Iterator[tuple[Data, ModelWorld]]:
        yield {"outcome": "POSTPONED"}, world

    explored = explore(template.definition(), answers={**ANSWERS, "handle_done": answer})
    assert "Unexpected outcome" in explored.ends
    assert explored.findings == set()
