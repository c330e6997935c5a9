"""Where moto 5.2.5's interpreter of Step Functions does otherwise than AWS, so that mistakes would pass unseen.

Each function here replaces a private one of moto's, named in HOOKS; its docstring says why. What is left as it is
stands in `engine`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

from moto.awslambda_simple.models import LambdaSimpleBackend
from moto.core.exceptions import AWSError
from moto.stepfunctions.exceptions import NameTooLongException
from moto.stepfunctions.parser.api import HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.error_equals_decl import ErrorEqualsDecl
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_operator_type import (
    ComparisonOperatorType,
)
from moto.stepfunctions.parser.asl.component.state.choice.comparison.comparison_variable import ComparisonVariable
from moto.stepfunctions.parser.asl.component.state.choice.comparison.variable import NoSuchVariable
from moto.stepfunctions.parser.asl.component.state.choice.state_choice import StateChoice
from moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_lambda import StateTaskLambda
from moto.stepfunctions.parser.asl.component.state.fail.cause_decl import Cause
from moto.stepfunctions.parser.asl.component.state.fail.error_decl import Error
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.program_state import ProgramStopped
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend


class Hook(NamedTuple):
    """A private function of moto's, and what stands in for it."""

    owner: Any
    name: str
    replacement: Callable[..., Any]


def failed(env: Any, error: StatesErrorNameType, cause: str) -> FailureEventException:
    """Return what moto's interpreter raises for an error of AWS's own."""
    details: Any = {"taskFailedEventDetails": {"error": error.to_name(), "cause": cause}}
    event = FailureEvent(env, StatesErrorName(error), HistoryEventType.TaskFailed, details)
    return FailureEventException(event)


_start_execution = StepFunctionsParserBackend.start_execution
_send_task_success = StepFunctionsParserBackend.send_task_success
_from_error = StateTaskLambda._from_error
_matches = ErrorEqualsDecl._eval_body
_choose = StateChoice._eval_state
_cause = Cause._eval_body
_error = Error._eval_body
_set_error = Environment.set_error


def start_execution(
    self: StepFunctionsParserBackend,
    state_machine_arn: str,
    name: str | None = None,
    execution_input: Any = None,
    trace_header: Any = None,
) -> Execution:
    """Name an unnamed execution, and refuse a bad name; moto names every one "None", and takes any other."""
    if name:
        self._validate_name(name)
        if len(name) > 80:
            raise NameTooLongException(name)
    return _start_execution(self, state_machine_arn, name or str(uuid4()), execution_input, trace_header)


def send_task_success(self: StepFunctionsParserBackend, task_token: str, outcome: str) -> None:
    """Refuse a token whose wait is over, as AWS does; moto means to, and fails at making its error."""
    try:
        _send_task_success(self, task_token, outcome)
    except TypeError as error:
        raise AWSError("Task Timed Out: the provided task does not exist anymore", "TaskTimedOut") from error


def compare(self: ComparisonVariable, env: Any) -> None:
    """Fail on a Variable whose path is missing, unless it is asked whether it is; moto goes on with the next rule."""
    self.variable.eval(env)
    asked = self.comparison_function.operator_type is ComparisonOperatorType.IsPresent
    if isinstance(env.stack[-1], NoSuchVariable) and not asked:
        path = self.variable.string_sampler.literal_value
        cause = f"Invalid path '{path}': The choice state's condition path references an invalid value."
        raise failed(env, StatesErrorNameType.StatesRuntime, cause)
    self.comparison_function.eval(env)


def from_error(self: StateTaskLambda, env: Any, ex: Exception) -> FailureEvent:
    """Call what goes wrong beside the function States.Runtime: a missing path in Parameters or ResultSelector, say.

    moto calls it "Exception", which a Retry or Catch of States.TaskFailed takes for the function's failure.
    """
    if isinstance(ex, FailureEventException | TimeoutError):
        return _from_error(self, env, ex)
    return failed(env, StatesErrorNameType.StatesRuntime, str(ex)).failure_event


def choose(self: StateChoice, env: Any) -> None:
    """Name the error when no rule matches and there is no Default; moto calls it States.Runtime."""
    try:
        _choose(self, env)
    except RuntimeError as error:
        raise failed(env, StatesErrorNameType.StatesNoChoiceMatched, str(error)) from error


def match_error(self: ErrorEqualsDecl, env: Any) -> None:
    """Keep States.Runtime from every Retry and Catch, and States.DataLimitExceeded from States.ALL; moto lets them in.

    A Catch of States.ALL would otherwise hide a path that is not there.
    """
    name = env.stack[-1].error_name
    _matches(self, env)
    everything = any(listed.error_name == "States.ALL" for listed in self.error_names)
    if name == "States.Runtime" or (name == "States.DataLimitExceeded" and everything):
        env.stack[-1] = False


def cause(self: Cause, env: Any) -> None:
    """Insist on a string in CausePath, as the language's specification does; moto takes anything."""
    _cause(self, env)
    _insist_on_string(env, "CausePath")


def error(self: Error, env: Any) -> None:
    """Insist on a string in ErrorPath, as the language's specification does; moto takes anything."""
    _error(self, env)
    _insist_on_string(env, "ErrorPath")


def set_error(self: Environment, error: Any) -> None:
    """Leave a stopped execution stopped, whatever the state that it was stopped in comes to; moto lets it fail."""
    if not isinstance(self.program_state(), ProgramStopped):
        _set_error(self, error)


def _insist_on_string(env: Any, field: str) -> None:
    if not isinstance(env.stack[-1], str):
        raise failed(env, StatesErrorNameType.StatesRuntime, f"The {field} must be a string: {env.stack[-1]!r}")


def invoke_directly(
    self: LambdaSimpleBackend, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any
) -> bytes:
    """Refuse an Invoke through Lambda's API; moto answers with the request's own payload and calls that a success."""
    raise NotImplementedError(f"{function_name} can be invoked by a Machine only, which runs its handler.")


HOOKS = (
    Hook(StepFunctionsParserBackend, "start_execution", start_execution),
    Hook(StepFunctionsParserBackend, "send_task_success", send_task_success),
    Hook(ComparisonVariable, "_eval_body", compare),
    Hook(StateTaskLambda, "_from_error", from_error),
    Hook(StateChoice, "_eval_state", choose),
    Hook(ErrorEqualsDecl, "_eval_body", match_error),
    Hook(Cause, "_eval_body", cause),
    Hook(Error, "_eval_body", error),
    Hook(Environment, "set_error", set_error),
    Hook(LambdaSimpleBackend, "invoke", invoke_directly),
)
