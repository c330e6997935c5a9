"""Where moto 5.2.5's interpreter of Step Functions is bent to the engine: handlers in-process, pauses in virtual time.

Each function here replaces a private one of moto's, named in HOOKS; its docstring says why. moto is pinned for it.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC
from functools import lru_cache
from typing import Any
from unittest import mock

import boto3
from jsonpath_ng.ext import parser as jsonpath_parser
from moto.stepfunctions.parser.api import ExecutionStatus, HistoryEventType
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.common.retry.jitter_strategy_decl import (
    JitterStrategy,
    JitterStrategyDecl,
)
from moto.stepfunctions.parser.asl.component.common.timeouts.timeout import EvalTimeoutError
from moto.stepfunctions.parser.asl.component.eval_component import EvalComponent
from moto.stepfunctions.parser.asl.component.program.program import Program
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import state_task_service_aws_sdk
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.asl.eval.callback.callback import (
    CallbackConsumerTimeout,
    CallbackEndpoint,
    CallbackNotifyConsumerError,
    CallbackOutcome,
    CallbackOutcomeTimedOut,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.parse.asl_parser import AmazonStateLanguageParser
from moto.stepfunctions.parser.asl.utils import json_path
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

from tests.testing.machine import moto_fixes
from tests.testing.machine.lambda_function import FunctionFailed
from tests.testing.machine.moto_fixes import Hook, failed
from tests.testing.machine.run import BackOff, HandlerBroke, Run, RunStage

STAGES: dict[str, RunStage] = {}  # by the state machine's ARN
RUNS: dict[str, Run] = {}  # by the execution's ARN

_answering = threading.Lock()  # one answer to a task token, or the end of its time, at once

_parse: Any = AmazonStateLanguageParser.parse
_notify = CallbackEndpoint.notify
_call_service = state_task_service_aws_sdk.StateTaskServiceAwsSdk._eval_service_task
_environment = ExecutionWorker._get_evaluation_environment


@lru_cache(maxsize=16)
def parse(definition: str) -> Any:
    """Parse a definition once; moto does at its creation and at each start, and it takes as long as the execution."""
    program, tree = _parse(definition)
    for state in program.states.states.values():
        for retrier in state.retry.retriers if getattr(state, "retry", None) else ():
            for counter in (retrier.max_attempts, retrier.backoff_rate):
                _ = counter.heap_key  # set at first use, without a lock, and executions share it now
    return program, tree


@lru_cache(maxsize=1024)
def parse_path(path: str, debug: bool | None = None) -> Any:
    """Parse a path once; moto builds a parser for each use of it, which is most of what an execution took."""
    return jsonpath_parser.parse(path, debug)


def start(self: ExecutionWorker) -> None:
    """Start the execution in a thread that is kept and whose exceptions are; moto loses both."""
    execution = self._evaluation_details.execution_details
    machine = self._evaluation_details.state_machine_details.arn
    if machine not in STAGES:
        raise LookupError(f"{machine} was not made as a Machine: its functions have no handlers.")
    RUNS[execution.arn] = Run(name=execution.name, stage=STAGES[machine], worker=self)
    RUNS[execution.arn].begin(self._execution_logic)
    RUNS[execution.arn].under_way.wait()  # until then moto fails to stop it


def redrive(arn: str) -> Run:
    """Execute again from the state entered last, with the input that it had; moto has no RedriveExecution."""
    before = RUNS[arn]
    entered = [event["stateEnteredEventDetails"] for event in before.history() if "stateEnteredEventDetails" in event]
    run = Run(name=before.name, stage=before.stage, worker=before.worker)
    run.start_time = before.start_time
    run.begins_at = entered[-1]["name"], json.loads(entered[-1]["input"])
    RUNS[arn] = run
    run.worker._execution_communication.execution.exec_status = ExecutionStatus.RUNNING
    run.begin(run.worker._execution_logic)
    return run


def environment(self: ExecutionWorker) -> Environment:
    """Write $$.Execution.StartTime in AWS's form and by the test's clock; moto leaves a datetime of now.

    The history is read where it is kept: GetExecutionHistory takes as long as a whole execution to serialize it. An
    event does not change, so none is copied.
    """
    env = _environment(self)
    run = _run(env)
    run.history = lambda: [*env.event_manager._history_event_list]
    start_time = run.start_time.astimezone(UTC)
    env.states.context_object.context_object_data["Execution"]["StartTime"] = start_time.isoformat(
        timespec="milliseconds"
    ).replace("+00:00", "Z")
    return env


def evaluate(self: Program, env: Environment) -> None:
    """Take the machine's TimeoutSeconds as virtual; moto waits for them on a thread, in real time."""
    run = _run(env)
    run.under_way.set()
    if self.timeout_seconds:
        run.deadline = run.started_at + self.timeout_seconds.timeout_seconds
    env.next_state_name = self.start_at.start_at_name
    if run.begins_at:
        env.next_state_name, data = run.begins_at
        env.states.reset(data)
    EvalComponent.eval(self, env)


def wait(self: WaitFunction, env: Environment, wait_seconds: int) -> None:
    """Take a Wait's seconds as virtual."""
    _run(env).waits.append(wait_seconds)
    _pause(env, wait_seconds)


def back_off(self: JitterStrategyDecl, env: Environment) -> None:
    """Take a retry's pause as virtual, whole where it would be jittered, and leave moto 0 seconds to sleep after it."""
    seconds = env.stack.pop()
    error = env.states.get_error_output()["Error"]
    jitter = self.jitter_strategy is JitterStrategy.FULL
    _run(env).back_offs.append(BackOff(_state(env), error, seconds, jitter))
    _pause(env, seconds)
    env.stack.append(0)


def invoke(env: Environment, parameters: Any, region: str, state_credentials: Any) -> None:
    """Call the function's handler; moto would ask its Lambda, which runs handlers in Docker or not at all."""
    event = json.loads(parameters["Payload"])
    try:
        result = _run(env).invoke(state=_state(env), function=parameters["FunctionName"], event=event)
    except HandlerBroke as broke:
        raise failed(env, StatesErrorNameType.StatesRuntime, str(broke)) from broke
    except FunctionFailed as failure:
        raise _function_failed(env, failure) from failure
    env.stack.append({"Payload": result})


def wait_for_token(
    self: StateTaskServiceCallback,
    env: Environment,
    timeout_seconds: int,
    callback_endpoint: CallbackEndpoint,
    heartbeat_endpoint: object,
) -> CallbackOutcome:
    """Take the seconds that a task token is waited for as virtual."""
    _run(env).waits.append(timeout_seconds)
    _pause(env, timeout_seconds, call=callback_endpoint)
    with _answering:
        callback_endpoint.report(CallbackConsumerTimeout())
    return callback_endpoint.get_outcome() or CallbackOutcomeTimedOut(callback_endpoint.callback_id)


def call_service(
    self: state_task_service_aws_sdk.StateTaskServiceAwsSdk,
    env: Environment,
    resource_runtime_part: Any,
    normalised_parameters: Any,
    state_credentials: Any,
) -> None:
    """Call a service of AWS when it is this execution's turn: moto's tables are not made for threads."""
    with _run(env).stage.turn:
        _call_service(self, env, resource_runtime_part, normalised_parameters, state_credentials)


def notify(self: CallbackEndpoint, outcome: CallbackOutcome) -> None:
    """Wake who waits for a task token, in virtual time. A token is good for one answer, as AWS has it."""
    with _answering:
        if self.get_outcome() or self.consumer_error:
            raise CallbackNotifyConsumerError(CallbackConsumerTimeout())
        _notify(self, outcome)
    for stage in STAGES.values():
        stage.time.wake(self)


def client(region: str, service: Any, state_credentials: Any = None) -> Any:
    """Take the client that there is for a service; moto makes a new one for each task."""
    return boto3.client(service)


def _function_failed(env: Environment, failure: FunctionFailed) -> Exception:
    if failure.error == "States.Timeout":
        return EvalTimeoutError()
    details: Any = {"lambdaFunctionFailedEventDetails": {"error": failure.error, "cause": failure.cause}}
    event = FailureEvent(env, CustomErrorName(failure.error), HistoryEventType.LambdaFunctionFailed, details)
    return FailureEventException(event)


def _pause(env: Environment, seconds: float, *, call: object = None) -> None:
    if not _run(env).pause(seconds, call=call):
        env.set_timed_out()


def _run(env: Environment) -> Run:
    return RUNS[env.states.context_object.context_object_data["Execution"]["Id"]]


def _state(env: Environment) -> str:
    state = env.states.context_object.context_object_data["State"]
    return state["Name"] if state else ""


HOOKS = (
    Hook(AmazonStateLanguageParser, "parse", parse),
    Hook(json_path, "parse", parse_path),
    Hook(ExecutionWorker, "start", start),
    Hook(ExecutionWorker, "_get_evaluation_environment", environment),
    Hook(Program, "eval", evaluate),
    Hook(WaitFunction, "_wait_interval", wait),
    Hook(JitterStrategyDecl, "_eval_body", back_off),
    Hook(lambda_eval_utils, "execute_lambda_function_integration", invoke),
    Hook(StateTaskServiceCallback, "_eval_wait_for_task_token", wait_for_token),
    Hook(state_task_service_aws_sdk.StateTaskServiceAwsSdk, "_eval_service_task", call_service),
    Hook(CallbackEndpoint, "notify", notify),
    Hook(state_task_service_aws_sdk, "boto_client_for", client),
    *moto_fixes.HOOKS,
)


@contextmanager
def installed() -> Iterator[None]:
    """Keep every hook in place for a while. Raise AttributeError where moto no longer has what is replaced."""
    with ExitStack() as replaced:
        for hook in HOOKS:
            replaced.enter_context(mock.patch.object(hook.owner, hook.name, hook.replacement))
        yield


def are_installed() -> bool:
    """Tell whether moto, not AWS, would now execute a machine."""
    return vars(ExecutionWorker)["start"] is start
