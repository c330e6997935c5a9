"""Small definitions, and what runs them."""

from collections.abc import Mapping
from typing import Any

from tests.testing.machine.engine import Definition, Machine
from tests.testing.machine.execution_result import ExecutionResult

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:work"


class OutOfStock(Exception):
    """There is none left."""


def one(state: Mapping[str, Any], **others: Mapping[str, Any]) -> Definition:
    """Return a definition that starts with State, which ends it unless it leads on to one of the others."""
    last = state["Type"] in {"Succeed", "Fail", "Choice"} or "Next" in state
    return {"StartAt": "State", "States": {"State": {**state, **({} if last else {"End": True})}, **others}}


def task(**fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": FUNCTION, **fields}


def run(definition: Definition, handler: Any = None, execution_input: Any = None) -> ExecutionResult:
    return Machine(definition, {"work": handler or (lambda event, _context: event)}).execute(
        {} if execution_input is None else execution_input
    )


def raising(*errors: Exception) -> Any:
    """Return a handler that raises these, one by one, and then succeeds."""
    script = list(errors)

    def handler(_event: Any, _context: object) -> str:
        if script:
            raise script.pop(0)
        return "fine"

    return handler
