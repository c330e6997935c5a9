"""Waits, retries and time limits pass in virtual time, which executions beside each other share."""

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.testing.machine.engine import Machine
from tests.testing.machine.run import BackOff
from tests.testing.machine.tiny_definitions import OutOfStock, one, raising, run, task

pytestmark = pytest.mark.usefixtures("in_aws")


def test_waits_and_retries_take_virtual_time_only() -> None:
    clock = [datetime(2026, 1, 1, tzinfo=UTC)]

    def pass_time(seconds: float) -> None:
        clock[0] += timedelta(seconds=seconds)

    retry = {"ErrorEquals": ["OutOfStock"], "IntervalSeconds": 50, "JitterStrategy": "FULL"}
    definition = one(task(Retry=[retry], Next="Wait"), Wait={"Type": "Wait", "Seconds": 86_400, "End": True})
    machine = Machine(definition, {"work": raising(OutOfStock())}, wait=pass_time, now=lambda: clock[0])
    ended = machine.execute({})
    assert (ended.waits, ended.seconds) == ([86_400], 86_450)
    assert ended.retries == [BackOff("State", "OutOfStock", 50, jitter=True)]
    assert clock[0] == datetime(2026, 1, 2, 0, 0, 50, tzinfo=UTC)


def test_back_off_starts_afresh_whenever_the_state_is_entered() -> None:
    script: list[Any] = [OutOfStock(), OutOfStock(), {"again": True}, OutOfStock(), {"again": False}]

    def handler(_event: Any, _context: object) -> Any:
        line = script.pop(0)
        if isinstance(line, Exception):
            raise line
        return line

    retry = {"ErrorEquals": ["OutOfStock"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 3}
    again = {"Variable": "$.again", "BooleanEquals": True, "Next": "State"}
    definition = one(
        task(Retry=[retry], Next="Choice"),
        Choice={"Type": "Choice", "Choices": [again], "Default": "End"},
        End={"Type": "Succeed"},
    )
    assert [pause.seconds for pause in run(definition, handler).retries] == [1, 3, 1]


def test_retries_of_executions_beside_each_other_are_counted_apart() -> None:
    calls: Counter[int] = Counter()

    def fail_twice(event: int, _context: object) -> int:
        calls[event] += 1
        if calls[event] <= 2:
            raise OutOfStock
        return event

    retry = {"ErrorEquals": ["OutOfStock"], "IntervalSeconds": 1, "MaxAttempts": 2, "BackoffRate": 3}
    machine = Machine(one(task(Retry=[retry], End=True)), {"work": fail_twice})
    started = [machine.start(number) for number in range(20)]
    ends = [execution.result() for execution in started]
    assert [ended.output for ended in ends] == [*range(20)]
    assert {tuple(pause.seconds for pause in ended.retries) for ended in ends} == {(1, 3)}


@pytest.mark.parametrize(
    ("definition", "handler"),
    [
        (one({"Type": "Wait", "Seconds": 100}), None),
        (
            one(task(Retry=[{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 100}], End=True)),
            raising(OutOfStock()),
        ),
    ],
    ids=["in a Wait", "in a pause before a retry"],
)
def test_the_machine_s_timeout_is_virtual(definition: dict[str, Any], handler: Any) -> None:
    ended = run({**definition, "TimeoutSeconds": 99}, handler)
    assert (ended.status, ended.states, ended.seconds) == ("TIMED_OUT", ["State"], 99)
    assert ended.output is None


def test_an_execution_in_time_does_not_time_out() -> None:
    assert run({**one({"Type": "Wait", "Seconds": 98}), "TimeoutSeconds": 99}).status == "SUCCEEDED"


def test_executions_beside_each_other_share_their_time() -> None:
    clock: list[float] = []
    seen: list[tuple[int, float]] = []

    def note(event: Any, _context: object) -> None:
        seen.append((event["wait"], sum(clock)))

    definition = one({"Type": "Wait", "SecondsPath": "$.wait", "Next": "Note"}, Note=task(End=True))
    machine = Machine(definition, {"work": note}, wait=clock.append)
    started = [machine.start({"wait": seconds}) for seconds in (60, 20, 60, 40)]
    ends = [execution.result() for execution in started]
    assert [ended.seconds for ended in ends] == [60, 20, 60, 40]
    assert sorted(seen) == [(20, 20), (40, 40), (60, 60), (60, 60)]


def test_fifty_executions_beside_each_other_all_end_one_handler_at_a_time() -> None:
    busy = threading.Lock()

    def alone(event: Any, _context: object) -> Any:
        assert busy.acquire(blocking=False)
        time.sleep(0.001)
        busy.release()
        return event

    definition = one({"Type": "Wait", "Seconds": 60, "Next": "Work"}, Work=task(End=True))
    machine = Machine(definition, {"work": alone})
    started = [machine.start(number) for number in range(50)]
    ends = [execution.result() for execution in started]
    assert [ended.output for ended in ends] == [*range(50)]
    assert {ended.seconds for ended in ends} == {60}


def test_a_clock_that_breaks_reaches_the_test() -> None:
    def broken(seconds: float) -> None:
        raise ZeroDivisionError(seconds)

    machine = Machine(one({"Type": "Wait", "Seconds": 9}), {}, wait=broken)
    with pytest.raises(ZeroDivisionError):
        machine.execute({})


def test_a_clock_that_breaks_beside_another_execution_reaches_the_test() -> None:
    steps: list[float] = []

    def break_at_second_step(seconds: float) -> None:
        steps.append(seconds)
        if len(steps) > 1:
            raise ZeroDivisionError(seconds)

    machine = Machine(one({"Type": "Wait", "SecondsPath": "$.wait"}), {}, wait=break_at_second_step)
    long, brief = machine.start({"wait": 9}), machine.start({"wait": 5})
    brief.result()
    with pytest.raises(ZeroDivisionError):
        long.result()
