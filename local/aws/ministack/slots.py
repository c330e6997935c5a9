"""What comes when all Lambda slots of an account are taken: ministack 1.5.33 says 429 to a caller, and fails the rest.

To offer upstream: `_call_lambda` names the error as Step Functions does; `invoke_async_with_retry` does not count a
throttled attempt; `_dispatch_to_lambda` goes through it. A queue's batch is right as it is: its messages come again
when they are visible again. https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
"""

# ruff: noqa: SLF001 - they are private, and the version is pinned

from __future__ import annotations

import json
import uuid
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ministack.services import eventbridge, lambda_svc, stepfunctions  # type: ignore[import-untyped] # it has no types

if TYPE_CHECKING:
    from local.aws.simulated_time import SimulatedTime

THROTTLED = "TooManyRequestsException"
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_AGE = 1, 300, 6 * 3600

ASYNCHRONOUS: ContextVar[bool] = ContextVar("asynchronous", default=False)


def name_throttled_tasks() -> None:
    """Fail a state with Lambda.TooManyRequestsException, which a machine can retry, if the function gets no slot."""
    call = stepfunctions._call_lambda

    def call_named(*arguments: Any) -> Any:
        try:
            return call(*arguments)
        except stepfunctions._ExecutionError as error:
            if error.error != "Lambda.Unknown" or THROTTLED not in error.cause:
                raise
            details = f"Service: AWSLambda; Status Code: 429; Error Code: {THROTTLED}; Request ID: {uuid.uuid4()}"
            raise stepfunctions._ExecutionError(f"Lambda.{THROTTLED}", f"Rate Exceeded. ({details})") from None

    stepfunctions._call_lambda = call_named


def let_events_wait_for_a_slot(time: SimulatedTime) -> None:
    """Keep what is invoked asynchronously until there is a slot, for six hours at most; so are targets of events."""
    execute, invoke = lambda_svc._execute_function, lambda_svc.invoke_async_with_retry

    def execute_when_free(*arguments: Any) -> Any:
        began, pause = time(), FIRST_PAUSE
        while (result := execute(*arguments)).get("throttle") and ASYNCHRONOUS.get() and time() - began < LONGEST_AGE:
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return result

    def invoke_asynchronously(function: Any, event: Any) -> None:
        token = ASYNCHRONOUS.set(True)
        try:
            invoke(function, event)
        finally:
            ASYNCHRONOUS.reset(token)

    def dispatch(arn: str, payload: str) -> None:
        function, configuration, _ = lambda_svc._get_func_record_for_ref(arn)
        if function and configuration:
            invoke_asynchronously(lambda_svc._execution_record_for_config(function, configuration), json.loads(payload))

    lambda_svc._execute_function, lambda_svc.invoke_async_with_retry = execute_when_free, invoke_asynchronously
    eventbridge._dispatch_to_lambda = dispatch
