"""Every kind of outcome is told to the rest of the world once, as the schema says, and counted."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, get_args, get_type_hints

import pytest

from lambdas.handlers.publish_outcome import METRIC_OF_OUTCOME, RED
from lambdas.observability.events import EventRefused, publish
from lambdas.payloads.results import Landed, NoDocument
from tests.testing.event_recorder import World, listening
from tests.testing.harness import SOON_OVERDUE, Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.repository import DOCS
from tests.testing.scenario_steps import ORDERS, play
from tests.testing.small_parts import BY_NAME

PROPERTIES = json.loads((DOCS / "event.schema.json").read_text())["properties"]
ASKED = ("sellingPartnerId", "reportType", "marketplaceIds", "dataStartTime", "dataEndTime")
TOLD = {
    "done, gzip TSV in Cp1252": "Report Landed",
    "done, with personal data": "Report Landed",
    "cancelled, no data": "Report Ended Without Document",
    "fatal, with a document": "Report Failed",
    "stuck in the queue": "Report Failed",
}


@pytest.fixture
def world(stage: Harness) -> Iterator[World]:
    """Listen."""
    with listening(stage) as listener:
        yield listener


def announced(world: World, ended: ExecutionResult, **changes: Any) -> tuple[str, dict[str, Any]]:
    """Return the detail-type and the detail of the only event there is."""
    event = world.hear_of(ended, **changes)
    assert len(world.heard()) == 1
    assert event["source"] == "reportflow"
    assert event["resources"] == [ended.arn]
    detail: dict[str, Any] = event["detail"]
    assert (detail["version"], detail["executionArn"]) == ("1", ended.arn)
    assert datetime.fromisoformat(detail["endedAt"]) == world.stage.clock.now
    return event["detail-type"], detail


@pytest.mark.parametrize("name", TOLD)
def test_each_outcome_is_told_with_what_was_asked_and_how_it_ended(world: World, name: str) -> None:
    world.stage.environment = SOON_OVERDUE
    scenario = BY_NAME[name]
    ended = world.stage.run(scenario)
    detail_type, detail = announced(world, ended)
    assert detail_type == TOLD[name]
    assert {key: detail[key] for key in ASKED} == {key: scenario.input[key] for key in ASKED}
    if ended.status == "SUCCEEDED":
        assert detail.items() >= ended.output.items()
    else:
        assert (detail["error"], detail["cause"]) == (ended.error, ended.cause)
    counted = world.metrics()
    assert counted.pop((METRIC_OF_OUTCOME | RED)[detail.get("outcome") or detail["error"]]) == 1
    odd = [finding for finding in detail.get("findings", []) if finding["severity"] != "info"]
    landed = {
        "Findings": len(odd),
        "Bytes": detail.get("bytes"),
        "Rows": detail.get("rows"),
        "SecondsToLand": detail.get("secondsToLand"),
    }
    assert counted == {name: value for name, value in landed.items() if value}


def test_a_window_that_has_landed_before_is_told_with_its_place(world: World) -> None:
    first, again = world.stage.run(ORDERS), world.stage.run(ORDERS)
    detail_type, detail = announced(world, again)
    assert (detail_type, detail["outcome"]) == ("Report Landed", "ALREADY_LANDED")
    assert detail["key"] == first.output["key"]
    # Its bytes were counted when it landed.
    assert world.metrics() == {"AlreadyLanded": 1}


def test_an_invalid_input_is_told_with_the_names_it_has(world: World) -> None:
    scenario = BY_NAME["input with a misspelt key"]
    detail_type, detail = announced(world, world.stage.run(scenario))
    assert (detail_type, detail["error"]) == ("Report Failed", "InvalidRequest")
    assert {key for key in PROPERTIES if key in detail} == {
        *("version", "executionArn", "startedAt", "endedAt", "sellingPartnerId", "reportType")
    }
    assert world.metrics() == {"Failed": 1}


def test_a_function_that_breaks_is_told_in_its_own_sentence_without_a_traceback(world: World) -> None:
    def break_down(_: str) -> None:
        raise RuntimeError("the disk is on fire")

    world.stage.before = break_down
    ended = play(world.stage, ORDERS.input)
    world.stage.before = lambda _: None
    assert announced(world, ended)[1].items() >= {"error": "RuntimeError", "cause": "the disk is on fire"}.items()
    assert world.metrics() == {"Failed": 1}


def test_a_timeout_is_told(world: World) -> None:
    definition = {**world.stage.template.definition(), "TimeoutSeconds": 20}
    ended = play(world.stage, ORDERS.input, definition=definition)
    assert ended.status == "TIMED_OUT"
    detail_type, detail = announced(world, ended, error=None, cause=None)
    assert (detail_type, detail["error"]) == ("Report Failed", ended.error or "States.TIMED_OUT")


def test_an_abort_is_told_though_nobody_said_why_and_what_is_too_large_for_the_event_is_looked_up(world: World) -> None:
    ended = world.stage.run(ORDERS)
    aborted = world.hear_of(ended, status="ABORTED", output=None)["detail"]
    assert (aborted["error"], aborted["cause"]) == ("States.ABORTED", "")
    assert world.metrics() == {"Failed": 1}
    left_out = {"included": False}
    whole = world.hear_of(ended, input=None, inputDetails=left_out, output=None, outputDetails=left_out)["detail"]
    assert whole.items() >= ended.output.items()


def test_an_error_that_the_event_does_not_have_is_looked_up(world: World) -> None:
    ended = world.stage.run(BY_NAME["fatal, without a document"])
    change = world.status_change(ended)
    event = {"detail": {key: value for key, value in change.items() if key not in ("error", "cause")}}
    world.stage.handler("publish_outcome")(event, None)
    assert world.heard()[0]["detail"]["cause"] == ended.cause


def test_a_period_is_told_as_the_window_it_stands_for(world: World) -> None:
    given = {key: value for key, value in ORDERS.input.items() if not key.startswith("data")}
    ended = play(world.stage, {**given, "period": "previous-day", "scheduledTime": "2026-11-20T06:00:00Z"})
    _, detail = announced(world, ended)
    assert (detail["dataStartTime"], detail["dataEndTime"]) == ("2026-11-19T00:00:00Z", "2026-11-19T23:59:59Z")


def test_every_green_outcome_has_a_metric_so_that_an_unknown_one_is_no_silent_success() -> None:
    outcomes = [get_args(get_type_hints(result)["outcome"]) for result in (Landed, NoDocument)]
    assert set(METRIC_OF_OUTCOME) == {outcome for each in outcomes for outcome in each}


def test_an_event_that_the_bus_refuses_fails_the_run() -> None:
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "later"}]}
    with pytest.raises(EventRefused, match=r"^EventBridge answered ThrottlingException: later$"):
        publish("Report Landed", {"executionArn": "one"}, put_events=lambda **_: refused)
