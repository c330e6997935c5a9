"""Calls a handler as Lambda's Python runtime does: JSON in, JSON out, or an error named after the exception's class."""

import json
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

Handler = Callable[[Any, Any], Any]


class FunctionFailed(Exception):
    """A call of a function failed: the error's name and its cause, as Step Functions gets to know them."""

    def __init__(self, error: str, cause: str = "") -> None:
        super().__init__(error, cause)
        self.error = error
        self.cause = cause


class ServiceFault(FunctionFailed):
    """For stubs: Lambda itself failed, say with Lambda.TooManyRequestsException, or was too slow: States.Timeout."""


@dataclass(frozen=True)
class Context:
    """What a handler may ask of its context."""

    invoked_function_arn: str
    aws_request_id: str
    function_version: str = "$LATEST"
    memory_limit_in_mb: str = "512"

    @property
    def function_name(self) -> str:
        """The name in the function's ARN."""
        return name_of(self.invoked_function_arn)

    def get_remaining_time_in_millis(self) -> int:
        """Return a minute, always: no real time limit is kept here."""
        return 60_000


def name_of(function: str) -> str:
    """Return the name in a function's ARN, which may end with a version or an alias."""
    return function.rpartition(":function:")[2].partition(":")[0]


def call(handler: Handler, *, function: str, event: Any) -> Any:
    """Return what the handler returned, after its way through JSON.

    Raises:
        FunctionFailed: the handler raised an Exception; the cause is the JSON object Lambda answers with.
        AssertionError: a stub's own; it is the test's, not the function's.
    """
    context = Context(invoked_function_arn=function, aws_request_id=str(uuid4()))
    try:
        result = handler(json.loads(json.dumps(event)), context)
    except (AssertionError, ServiceFault):
        raise
    except Exception as error:
        # The runtime's own frame comes first. A handler may limit what is extracted, for its own process.
        frames = traceback.extract_tb(error.__traceback__)[1:]
        vars(sys).pop("tracebacklimit", None)
        raise _failed(type(error).__name__, str(error), traceback.format_list(frames), context) from error
    try:
        return json.loads(json.dumps(result, default=_number))
    except (TypeError, ValueError) as error:
        raise _failed("Runtime.MarshalError", f"Unable to marshal response: {error}", [], context) from error


def _failed(error: str, message: str, trace: list[str], context: Context) -> FunctionFailed:
    answer = {
        "errorMessage": message,
        "errorType": error,
        "requestId": context.aws_request_id,
        "stackTrace": trace,
    }
    return FunctionFailed(error, json.dumps(answer))


def _number(value: object) -> int | float:
    """Write a Decimal, which boto3's DynamoDB resource returns, as a number, as the runtime does; refuse the rest."""
    if not isinstance(value, Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return int(value) if value == value.to_integral_value() else float(value)
