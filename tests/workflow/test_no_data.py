"""No data where there always was some: it is said, and the report is asked for once more if the deployment says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from unittest import mock

import pytest

from lambdas.environment import Environment
from local.simulator import Document, Script
from tests.testing.harness import Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.scenario_steps import CANCELLED, ORDERS, play
from tests.testing.state_sequences import CREATED, LANDED, TURN

NOTHING = [*CREATED, *TURN * 3, "Handle cancelled", "Cancellation outcome"]
EMPTY = Script(document=Document.tsv([["sku", "asin"]]))
HOURS = 2


@pytest.fixture
def windows() -> Iterator[dict[str, Any]]:
    """Yield inputs for one day after the other."""
    days = (date(2026, 10, 1) + timedelta(days=number) for number in range(31))
    return ({**ORDERS.input, "dataStartTime": f"{day}T00:00:00Z", "dataEndTime": f"{day}T23:59:59Z"} for day in days)


def retried(stage: Harness) -> None:
    """Let the deployment ask again: the template has this variable only then."""

    @contextmanager
    def asking_again(_: str) -> Iterator[None]:
        given = Environment.from_environ() | Environment(no_data_retry_seconds=HOURS * 3600)
        with mock.patch.object(Environment, "from_environ", return_value=given):
            yield

    stage.around = asking_again


def with_rows(stage: Harness, windows: Iterator[dict[str, Any]], *scripts: Script) -> None:
    """Let three windows have landed, with rows or as scripted."""
    for script in scripts or [Script()] * 3:
        assert play(stage, next(windows), script).status == "SUCCEEDED"


def codes(ended: ExecutionResult) -> list[str]:
    return [finding["code"] for finding in ended.output["findings"]]


def test_it_is_suspicious(stage: Harness, windows: Iterator[dict[str, Any]]) -> None:
    with_rows(stage, windows)
    ended = play(stage, next(windows), CANCELLED)
    assert ended.states == [*NOTHING, "No data"]
    assert codes(ended) == ["NO_DATA"]
    assert "suspicious" in ended.output["reason"]
    assert ended.output["findings"][0]["sentence"].endswith(
        "each report like it that this selling partner had before has rows."
    )
    # It has happened now, so that the next one is nothing new.
    assert codes(play(stage, next(windows), CANCELLED)) == []


@pytest.mark.parametrize(
    "before",
    [
        [Script()] * 2,
        pytest.param([Script(), Script(), EMPTY], marks=pytest.mark.exhaustive),
        pytest.param([CANCELLED, *[Script()] * 3], marks=pytest.mark.exhaustive),
    ],
    ids=["few", "empty", "none"],
)
def test_it_is_not_where_it_was_not_always_so(
    stage: Harness, windows: Iterator[dict[str, Any]], before: list[Script]
) -> None:
    with_rows(stage, windows, *before)
    assert codes(play(stage, next(windows), CANCELLED)) == []


@pytest.mark.exhaustive
def test_another_kind_of_report_says_nothing(stage: Harness, windows: Iterator[dict[str, Any]]) -> None:
    with_rows(stage, windows)
    month = {**ORDERS.input, "dataStartTime": "2026-10-01T00:00:00Z", "dataEndTime": "2026-10-30T23:59:59Z"}
    assert codes(play(stage, month, CANCELLED)) == []


def test_it_is_asked_for_once_more_and_lands(stage: Harness, windows: Iterator[dict[str, Any]]) -> None:
    with_rows(stage, windows)
    retried(stage)
    ended = play(stage, next(windows), CANCELLED, Script())
    assert ended.states == [*NOTHING, "Wait to request again", *CREATED, *TURN * 3, *LANDED]
    assert HOURS * 3600 in ended.waits
    assert len(stage.simulator.reports) == 3 + 2


def test_it_is_never_asked_for_a_third_time(stage: Harness, windows: Iterator[dict[str, Any]]) -> None:
    with_rows(stage, windows)
    retried(stage)
    ended = play(stage, next(windows), CANCELLED)
    assert ended.states == [*NOTHING, "Wait to request again", *NOTHING, "No data"]
    assert codes(ended) == ["NO_DATA"]
    assert len(stage.simulator.reports) == 3 + 2


def test_what_is_not_suspicious_is_not_asked_for_again(stage: Harness, windows: Iterator[dict[str, Any]]) -> None:
    retried(stage)
    assert play(stage, next(windows), CANCELLED).states == [*NOTHING, "No data"]
