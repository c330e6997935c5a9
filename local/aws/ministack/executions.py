"""How ministack 1.5.33 passes the time of executions: by a simulated time, instead of by fractions of the true one."""

# ruff: noqa: SLF001 - they are private, and the version is pinned

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ministack.core import iam_actions  # type: ignore[import-untyped] # ministack has no types
from ministack.services import stepfunctions  # type: ignore[import-untyped] # same

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.aws.simulated_time import SimulatedTime

# A thread that runs states, and one that does nothing but wait for such threads.
WORKING = ("_run_execution", "_run_sub_machine", "_invoke_resource")
WAITING = ("_run_map_items", "_run_parallel_branches", "_invoke_resource_with_timeout")


def go_by(time: SimulatedTime) -> None:
    """Let executions and their events have its times, waits and retries sleep by it, and states stop it."""
    stepfunctions.now_iso = lambda: datetime.fromtimestamp(time(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    stepfunctions._scaled_sleep = time.sleep

    def sleep_until(timestamp: str) -> None:
        time.sleep(datetime.fromisoformat(timestamp).timestamp() - time())

    stepfunctions._sleep_until = sleep_until
    for name in WORKING:
        setattr(stepfunctions, name, _within(time.working, getattr(stepfunctions, name)))
    for name in WAITING:
        setattr(stepfunctions, name, _within(time.idle, getattr(stepfunctions, name)))


def wait_for_task_tokens(time: SimulatedTime) -> None:
    """Wait for a task token as long as TimeoutSecondsPath says, by the simulated time, and know its execution.

    ministack reads TimeoutSeconds only, takes them as true seconds, and does not find the machine that a policy allows
    SendTaskSuccess for.
    """
    execute, invoke, resource_of = (
        stepfunctions._execute_task,
        stepfunctions._invoke_with_callback,
        iam_actions.extract_resource_arn,
    )
    machines: dict[str, str] = {}

    def execute_in_time(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
        if "TimeoutSecondsPath" in state:
            seconds = stepfunctions._resolve_path(state["TimeoutSecondsPath"], given)
            state = {**state, "TimeoutSeconds": seconds, "Machine": context["StateMachine"]["Id"]}
        return execute(state, given, execution, context)

    def invoke_in_time(resource: str, given: Any, token: str, state: dict[str, Any]) -> Any:
        machines[token] = state.get("Machine", "*")
        seconds = state.get("TimeoutSeconds")
        if seconds is None:
            with time.idle():
                return invoke(resource, given, token, state)
        with time.idle(), time.alarm(seconds, lambda: _expire(token)):
            return invoke(resource, given, token, {**state, "TimeoutSeconds": None})

    def resource_of_token(service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any) -> Any:
        if service == "states" and b"taskToken" in body:
            return machines.get(json.loads(body).get("taskToken"), "*")
        return resource_of(service, method, path, headers, body, *rest)

    stepfunctions._execute_task = execute_in_time
    stepfunctions._invoke_with_callback = invoke_in_time
    iam_actions.extract_resource_arn = resource_of_token


def emit_events_of_nested_executions() -> None:
    """Emit the status changes of executions that another execution waits for, as AWS does for standard workflows.

    ministack takes them for express ones, which have no such events.
    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    emit = stepfunctions._emit_execution_status_event
    stepfunctions._emit_execution_status_event = lambda execution: emit({**execution, "sync": False})


def _expire(token: str) -> None:
    """Let who waits for a token know that its time is over."""
    if waiting := stepfunctions._task_tokens.get(token):
        waiting["error"] = {"Error": "States.Timeout", "Cause": "Task timed out waiting for callback"}
        waiting["event"].set()


def _within(how: Callable[[], Any], run: Callable[..., Any]) -> Callable[..., Any]:
    def within(*arguments: Any) -> Any:
        with how():
            return run(*arguments)

    return within
