"""Where the two engines differ, as the table in docs/decisions.md says: what only one of them shows is proved there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.testing.machine.embedded_aws import aws
from tests.testing.machine.engine import Machine
from tests.testing.repository import DOCS

if TYPE_CHECKING:
    from tests.testing.deployed_probe import Deployed

DECISIONS = DOCS / "decisions.md"
RAISE = {"do": "raise", "message": "16 reports are open"}
RETRY = {"ErrorEquals": ["QuotaReached"], "IntervalSeconds": 10, "BackoffRate": 10, "MaxAttempts": 3}


class Difference(NamedTuple):
    """A machine of one state, and how it ends: its status, and how many seconds it took."""

    what: str
    state: dict[str, Any]
    moto: tuple[str, int]
    ministack: tuple[str, int]
    fields: dict[str, Any] = {}  # noqa: RUF012 - a default that nobody changes


DIFFERENCES = (
    Difference(
        "the machine's `TimeoutSeconds`",
        {"Type": "Wait", "Seconds": 300, "End": True},
        ("TIMED_OUT", 60),
        ("SUCCEEDED", 300),
        {"TimeoutSeconds": 60},
    ),
    Difference(
        "a `SecondsPath` to a field that is missing",
        {"Type": "Wait", "SecondsPath": "$.missing", "End": True},
        ("FAILED", 0),
        ("SUCCEEDED", 0),
    ),
    Difference(
        "a retry's `MaxDelaySeconds`, of 20 after pauses of 10, 100 and 1,000",
        {
            "Type": "Task",
            "Parameters": {"do": "raise", "message": "16 are open"},
            "Retry": [{**RETRY, "MaxDelaySeconds": 20}],
            "End": True,
        },
        ("FAILED", 10 + 20 + 20),
        ("FAILED", 10 + 60 + 60),
    ),
)


def on_moto(state: dict[str, Any], fields: dict[str, Any]) -> tuple[str, int]:
    """Execute a machine of one state."""

    class QuotaReached(Exception):
        """What the probe raises."""

    def probe(_event: object, _context: object) -> None:
        raise QuotaReached

    definition = {"StartAt": "A", "States": {"A": state}, **fields}
    with aws():
        ended = Machine(definition, {state.get("Resource", ""): probe}).execute({})
    return ended.status, round(ended.seconds)


def on_ministack(deployed: Deployed, state: dict[str, Any], fields: dict[str, Any]) -> tuple[str, float]:
    """Execute it on the embedded AWS, whose seconds are short and all counted."""
    ended = deployed.run(deployed.machine(state, **fields))
    return ended["status"], (ended["stopDate"] - ended["startDate"]).total_seconds()


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.what)
def test_the_engines_differ_as_the_table_says(deployed: Deployed, difference: Difference) -> None:
    state = difference.state
    if state["Type"] == "Task":
        state = {**state, "Resource": deployed.arn("Prober")}
    assert on_moto(state, difference.fields) == difference.moto
    status, seconds = on_ministack(deployed, state, difference.fields)
    assert status == difference.ministack[0]
    assert seconds >= difference.ministack[1]


def test_each_difference_stands_in_the_table() -> None:
    rows = [line for line in DECISIONS.read_text().splitlines() if line.startswith("| ")]
    for what, _, moto, ministack, _ in DIFFERENCES:
        ends = " | ".join(f"`{status}` after {seconds} s" for status, seconds in (moto, ministack))
        assert any(row.startswith(f"| {what} | {ends} |") for row in rows), what
