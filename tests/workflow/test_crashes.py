"""A process that dies at any step costs nothing: no report is asked for twice, none is lost, none lands twice."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from local.scenarios import NOT_YET
from local.simulator import Document, Fault, Script
from tests.testing.crash_injection import Outside, Point, watched
from tests.testing.harness import SOON_OVERDUE, Harness, staged
from tests.testing.kinds import one_of_each
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.reports_by_id import DONE, PARTNER, SETTLEMENT, made
from tests.testing.scenario_steps import CANCELLED, COOLING, FATAL, ORDERS, play, somebody_asked, use_up_documents
from tests.testing.small_parts import SCENARIOS
from tests.testing.template import Template

POINTS = Path(__file__).with_name("crash_points.json")
# They change nothing outside: a process that dies after one leaves what it leaves that dies before.
READS = {
    "dynamodb GetItem",
    "dynamodb Query",
    "secretsmanager GetSecretValue",
    "s3 GetObject",
    "s3 ListObjectsV2",
    "POST /auth/o2/token",
    "GET /2021-06-30/reports",
    "GET /2021-06-30/documents",
    "GET document",
    "read",
}


@dataclass(frozen=True, kw_only=True)
class Play:
    """An execution with what came before it."""

    input: Mapping[str, Any]
    scripts: Sequence[Script]
    arrange: Callable[[Harness], object] = lambda _: None


def landed_before(stage: Harness) -> None:
    """Let the window have landed."""
    play(stage, ORDERS.input, Script())


def overdue_before(stage: Harness) -> None:
    """Let the report have been in progress when its deadline came."""
    play(stage, ORDERS.input, Script(statuses=(*["IN_PROGRESS"] * 11, "DONE")))


def another_with_the_same_document(stage: Harness) -> None:
    """Let two reports have one document, the other one landed before."""
    shared = Script(statuses=("DONE",), report_document_id="amzn1.spdoc.1.4.eu.cached")
    for report_id in ("another", "one"):
        made(stage, replace(shared, report_id=report_id))
    play(stage, {**BY_ID, "reportId": "another"})


BY_ID = {**PARTNER, "reportType": SETTLEMENT, "reportId": "one"}
NOT_THERE = Script(statuses=("FATAL",), document=Document.error_details(NOT_YET))
PLAYS = {
    **{each.name: Play(input=each.input, scripts=[each.script]) for each in SCENARIOS if each.script},
    "refreshed": Play(input={**ORDERS.input, "refresh": True}, scripts=[Script()], arrange=landed_before),
    "landed before": Play(input=ORDERS.input, scripts=[], arrange=landed_before),
    "overdue before": Play(input=ORDERS.input, scripts=[], arrange=overdue_before),
    "too soon at first": Play(
        input=COOLING.input, scripts=[CANCELLED, Script()], arrange=lambda stage: somebody_asked(stage, seconds_ago=300)
    ),
    "not there at first": Play(input=ORDERS.input, scripts=[NOT_THERE, Script()]),
    "fatal at first": Play(input=ORDERS.input, scripts=[FATAL, Script()]),
    "created without an answer": Play(
        input=ORDERS.input, scripts=[Script(faults={"createReport": [Fault(status=500, after=True)]})]
    ),
    "by its id": Play(input=BY_ID, scripts=[], arrange=lambda stage: made(stage, replace(DONE, report_id="one"))),
    "by its id, with another's document": Play(input=BY_ID, scripts=[], arrange=another_with_the_same_document),
    "no quota for the document": Play(
        input=ORDERS.input,
        scripts=[Script()],
        arrange=lambda stage: use_up_documents(stage, ORDERS.input, at="handle_done"),
    ),
}


def perform(stage: Harness, name: str, outside: Outside) -> ExecutionResult:
    """Execute a play."""
    stage.environment = SOON_OVERDUE
    played = PLAYS[name]
    played.arrange(stage)
    stage.around = partial(watched, outside)
    return play(stage, played.input, *played.scripts)


def effects(stage: Harness, ended: ExecutionResult) -> dict[str, Any]:
    """Return what an execution has brought about, without what differs from one time to the next."""
    entries = stage.entries()
    results: list[Any] = [entry.result for entry in entries if entry.result]
    landed = {key: body for key, body in stage.objects().items() if "reports/" in key}
    return {
        "outcome": (ended.output or {}).get("outcome", ended.error),
        "reports": [(report.specification.received, report.status) for report in stage.simulator.reports],
        "landed": sorted(landed.values()),
        "manifests": len(stage.objects()) - len(landed),
        "ledger": [(entry.status, entry.unanswered_calls, entry.attempts) for entry in entries],
        "landed where the ledger says": [result["key"] in landed for result in results if "key" in result],
    }


def recorded(template: Template) -> dict[str, list[list[Any]]]:
    """Return the points of all plays, but none in runs that make the same calls as an earlier one.

    In a run it is the points before its first call and after each: before any other is after the one before.
    """
    points: dict[str, list[list[Any]]] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    for name in PLAYS:
        outside = Outside()
        with staged(template) as stage:
            perform(stage, name, outside)
        points[name] = []
        for function, run, calls in outside.numbered():
            if (function, frozenset(calls)) in seen:
                continue
            seen.add((function, frozenset(calls)))
            points[name] += [["before", next(iter(calls)), 1, function, run]] if calls else []
            # Reads are many, and one is as good as another.
            ordered = [(call, 1 if call == "read" else count) for call, count in sorted(calls.items())]
            points[name] += [
                ["after", call, number + 1, function, run] for call, count in ordered for number in range(count)
            ]
    return points


def crashes() -> list[Any]:
    """Return each point of each play.

    `make test` takes one of each kind: a point after a read is as the point before, a function that dies before its
    first call has done nothing, whichever function that is, and the same call of the same code in a later play is as
    in the earlier one: Handle restricted is Handle done with another zone.
    """
    points = json.loads(POINTS.read_text())
    return one_of_each(((play, Point(*each)) for play in points for each in points[play]), kind_of, name=spelled)


def kind_of(crash: tuple[str, Point]) -> tuple[str, ...]:
    """Return what a crash has in common with those that are like it."""
    _, point = crash
    if point.when == "before" or point.call in READS:
        return ()
    return (point.function.replace("handle_restricted", "handle_done"), point.call, f"{point.number}")


def spelled(crash: tuple[str, Point]) -> str:
    play, point = crash
    return f"{play}: {point.when} {point.call} {point.number} of {point.function} {point.run}"


@pytest.fixture(scope="module")
def undisturbed(template: Template) -> Callable[[str], dict[str, Any]]:
    """Return what gives the effects of a play in which nothing dies."""
    known: dict[str, dict[str, Any]] = {}

    def of(name: str) -> dict[str, Any]:
        if name not in known:
            with staged(template) as stage:
                known[name] = effects(stage, perform(stage, name, Outside()))
        return known[name]

    return of


@pytest.mark.exhaustive
def test_the_points_are_those_of_the_plays(template: Template) -> None:
    """Rewrite them with UPDATE_SNAPSHOT=1 make exhaustive."""
    points = recorded(template)
    if os.environ.get("UPDATE_SNAPSHOT"):
        lines = ",\n".join(
            f"  {json.dumps(name)}: [\n" + ",\n".join(f"    {json.dumps(point)}" for point in of) + "\n  ]"
            for name, of in points.items()
        )
        POINTS.write_text(f"{{\n{lines}\n}}\n")
    assert points == json.loads(POINTS.read_text())


@pytest.mark.matrix
@pytest.mark.parametrize(("name", "point"), crashes())
def test_a_process_that_dies_changes_nothing(
    template: Template, undisturbed: Callable[[str], dict[str, Any]], name: str, point: Point
) -> None:
    expected = undisturbed(name)
    outside = Outside(point=point)
    with staged(template) as stage:
        ended = perform(stage, name, outside)
        assert outside.reached
        assert [retry.error for retry in ended.retries].count("Runtime.ExitError") == 1
        assert effects(stage, ended) == expected
