"""The roles of state machines, which ministack 1.5.33 takes and does not ask, asked.

To offer upstream: `_call_lambda`, `_dispatch_aws_sdk_json`, `_run_distributed_map` and the nested executions evaluate
under AUTH=true what the API evaluates of a caller. AWS also looks whether Step Functions may assume a role when a
machine is made; here that is refused when the machine runs. The optimized integrations of other services ask nobody.
"""

# ruff: noqa: SLF001 - they are private, and the version is pinned

from __future__ import annotations

import json
import uuid
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from ministack.core import iam_actions  # type: ignore[import-untyped] # ministack has no types
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-untyped] # same
from ministack.services import lambda_svc, stepfunctions  # type: ignore[import-untyped] # same

from local.aws.ministack.policies import ACTIONS, ServiceRole

if TYPE_CHECKING:
    from collections.abc import Callable

START_REFUSED = {
    "error": "StepFunctions.AWSStepFunctionsException",
    "details": "Service: AWSStepFunctions; Status Code: 400; Error Code: AccessDeniedException",
}

# Of the machine that this thread runs a task of.
ROLE: ContextVar[ServiceRole] = ContextVar("role")


def ask_the_roles_of_machines() -> None:
    """Let a state do what its machine's role may do, and fail as on AWS with what it may not."""
    execute = stepfunctions._execute_task

    def execute_as_role(state: Any, given: Any, execution: Any, context: Any) -> Any:
        token = ROLE.set(_role_of_machine(context))
        try:
            return execute(state, given, execution, context)
        finally:
            ROLE.reset(token)

    stepfunctions._execute_task = execute_as_role
    for name, ask in (
        ("_call_lambda", _ask_to_invoke),
        ("_start_execution", _ask_to_start),
        ("_start_sync_execution", _ask_to_start),
        ("_dispatch_aws_sdk_json", _ask_to_call),
        ("_run_distributed_map", _ask_to_map),
    ):
        setattr(stepfunctions, name, _after(ask, getattr(stepfunctions, name)))


def _after(ask: Callable[..., None], run: Callable[..., Any]) -> Callable[..., Any]:
    def asked_first(*arguments: Any) -> Any:
        ask(*arguments)
        return run(*arguments)

    return asked_first


def _ask_to_invoke(function: str, _event: object) -> None:
    arn = function if function.startswith("arn:") else lambda_svc._func_arn(function)
    details = "Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException"
    _ask(ROLE.get(), ACTIONS["lambda"], arn, error="Lambda.AWSLambdaException", details=details)


def _ask_to_start(request: dict[str, Any]) -> None:
    # The caller that starts an execution by the API was checked before.
    if role := ROLE.get(None):
        _ask(role, ACTIONS["states"], request["stateMachineArn"], **START_REFUSED)


def _ask_to_map(*arguments: Any) -> None:
    # A distributed Map's items are executions of its own machine.
    role = _role_of_machine(arguments[-1])
    _ask(role, ACTIONS["states"], role.source, **START_REFUSED)


def _ask_to_call(info: dict[str, str], service: str, action: str, given: Any) -> None:
    name, prefix = action[0].upper() + action[1:], stepfunctions._AWS_SDK_ERROR_PREFIX.get(service, service)
    body = json.dumps(stepfunctions._sdk_json_params(info, service, name, given)).encode()
    request: tuple[Any, ...] = (service, "POST", "/", {"x-amz-target": f"{info['target_prefix']}.{name}"}, body, {})
    resource = iam_actions.extract_resource_arn(*request, get_region(), get_account_id())
    error, details = f"{prefix}.{prefix}Exception", f"Service: {prefix}; Status Code: 400"
    _ask(ROLE.get(), iam_actions.extract_iam_action(*request), resource, error=error, details=details)


def _ask(role: ServiceRole, action: str, resource: str, *, error: str, details: str) -> None:
    if sentence := role.refusal(action, resource):
        raise stepfunctions._ExecutionError(error, f"{sentence} ({details}; Request ID: {uuid.uuid4()})")


def _role_of_machine(context: dict[str, Any]) -> ServiceRole:
    machine = context["StateMachine"]["Id"]
    return ServiceRole(stepfunctions._state_machines[machine]["roleArn"], "states.amazonaws.com", machine)
