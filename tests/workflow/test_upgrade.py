"""Executions that the last release has begun end as they should, though today's functions run in them."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.testing.harness import Harness
from tests.testing.machine.engine import Machine
from tests.testing.small_parts import BY_NAME
from tests.testing.template import function_arn

# What each function was handed in the last release: the paths of its event's keys. Written by that release, with
# UPDATE_RELEASED=1, and left alone afterwards.
RELEASED = Path(__file__).with_name("released_events.json")
PLAYED = (
    "done, gzip TSV in Cp1252",
    "done, with personal data",
    "cancelled, no data",
    "fatal, with a document",
    pytest.param("stuck in the queue", marks=pytest.mark.exhaustive),
)
# What people and the catalogue name, not the machine.
OPEN = ("reportOptions",)


def paths(event: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the paths of an event's keys."""
    for key, value in event.items():
        yield above + key
        if isinstance(value, dict) and key not in OPEN:
            yield from paths(value, f"{above}{key}.")


def cut(event: Mapping[str, Any], known: set[str], above: str = "") -> dict[str, Any]:
    """Return an event without the keys that the release did not have."""
    return {
        key: cut(value, known, f"{above}{key}.") if isinstance(value, dict) and key not in OPEN else value
        for key, value in event.items()
        if above + key in known
    }


@pytest.mark.parametrize("name", PLAYED)
def test_today_s_functions_read_what_the_last_release_has_written(stage: Harness, name: str) -> None:
    scenario = BY_NAME[name]
    seen: dict[str, set[str]] = {}
    released: dict[str, dict[str, list[str]]] = json.loads(RELEASED.read_text()) if RELEASED.exists() else {}

    def handed(function: str) -> Callable[[Any, Any], Any]:
        handler = stage.handler(function)

        def call(event: Any, context: Any) -> Any:
            seen.setdefault(function, set()).update(paths(event))
            before = released.get(name, {}).get(function)
            return handler(event if before is None else cut(event, {*before}), context)

        return call

    if scenario.script:
        stage.simulator.script(scenario.input["reportType"], scenario.script)
    stage.authorize(scenario.input["sellingPartnerId"])
    handlers = {function_arn(function): handed(function) for _, function, _ in stage.template.functions()}
    machine = Machine(stage.template.definition(), handlers, wait=stage.clock.pass_by, now=stage.clock.read)
    ended = machine.execute(scenario.input)
    assert (ended.error or ended.output["outcome"]) == scenario.ends
    if os.environ.get("UPDATE_RELEASED"):
        released[name] = {function: sorted(found) for function, found in sorted(seen.items())}
        RELEASED.write_text(json.dumps(released, indent=2) + "\n")
    # A key that is gone would be missed by nobody here: the release's executions still hand it over.
    gone = {function: set(before) - seen[function] for function, before in released[name].items()}
    assert not any(gone.values()), gone
