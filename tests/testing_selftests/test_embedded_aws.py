"""`aws()` keeps the environment out, leaves no thread behind, and insists that executions are awaited."""

import os
import threading
from typing import Any

import boto3
import pytest

from tests.testing.machine.embedded_aws import NeverAwaited, aws
from tests.testing.machine.engine import Machine, OutsideAws, StillRunning
from tests.testing.machine.virtual_time import Abandoned

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:work"
WAIT: dict[str, Any] = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
WORK: dict[str, Any] = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": FUNCTION, "End": True}}}


def test_a_machine_outside_is_refused() -> None:
    with pytest.raises(OutsideAws, match="inside"):
        Machine(WAIT, {})


def test_the_environment_is_kept_out_and_restored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    before = dict(os.environ)
    with aws(region="us-east-1"):
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="bucket")
        assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == ["bucket"]
        assert s3.meta.region_name == "us-east-1"
    assert dict(os.environ) == before


def test_an_execution_nobody_awaited_is_an_error_and_leaves_no_thread() -> None:
    threads = set(threading.enumerate())
    with pytest.raises(NeverAwaited, match="execution"), aws():
        Machine(WAIT, {}).start({})
    assert set(threading.enumerate()) <= threads


def test_an_execution_nobody_awaited_is_an_error_also_when_it_has_ended_by_then() -> None:
    with pytest.raises(NeverAwaited, match="execution"), aws():
        Machine(WORK, {"work": lambda event, _context: event}).start({}).run.thread.join()


def test_an_error_of_the_test_comes_before_an_execution_nobody_awaited() -> None:
    def fail() -> None:
        with aws():
            Machine(WAIT, {}).start({})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


def test_ended_executions_leave_no_thread() -> None:
    threads = set(threading.enumerate())
    with aws():
        started = [Machine(WORK, {"work": lambda event, _context: event}).start(number) for number in range(5)]
        assert [execution.result().output for execution in started] == [0, 1, 2, 3, 4]
    assert set(threading.enumerate()) <= threads


def test_a_handler_that_hangs_is_given_up_and_named() -> None:
    hanging, released = threading.Event(), threading.Event()

    def hang(_event: Any, _context: object) -> None:
        hanging.set()
        released.wait(60)

    threads = set(threading.enumerate())
    with aws():
        execution = Machine(WORK, {"work": hang}, limit=0.2).start({})
        assert hanging.wait(60)
        with pytest.raises(StillRunning, match=r"'Work', its state number 1, after 0\.2 real seconds"):
            execution.result()
        released.set()
    assert set(threading.enumerate()) <= threads


def test_an_endless_loop_is_given_up_and_named() -> None:
    turning = threading.Event()
    round_and_round = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": FUNCTION, "Next": "Work"}}}
    threads = set(threading.enumerate())
    with aws():
        execution = Machine(round_and_round, {"work": lambda _event, _context: turning.set()}, limit=0.2).start({})
        assert turning.wait(60)
        with pytest.raises(StillRunning, match="'Work'"):
            execution.result()
    assert set(threading.enumerate()) <= threads


def test_whoever_waits_beside_a_hanging_handler_is_given_up_too() -> None:
    released = threading.Event()
    choice = {
        "StartAt": "Which",
        "States": {
            "Which": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.hang", "BooleanEquals": True, "Next": "Work"}],
                "Default": "Wait",
            },
            **WORK["States"],
            **WAIT["States"],
        },
    }
    with aws():
        machine = Machine(choice, {"work": lambda _event, _context: released.wait(60)}, limit=0.2)
        hanging, waiting = machine.start({"hang": True}), machine.start({"hang": False})
        with pytest.raises(StillRunning):
            hanging.result()
        machine.limit = 60
        with pytest.raises(Abandoned):
            waiting.result()
        released.set()
