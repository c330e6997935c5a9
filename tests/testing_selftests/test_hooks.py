"""moto still has what is replaced of it, under the same names and with the same parameters, and gets it back."""

import inspect
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.testing.machine.embedded_aws import aws
from tests.testing.machine.moto_patches import HOOKS, are_installed


def _parameters(function: Callable[..., Any]) -> list[str]:
    return [*inspect.signature(function).parameters]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: f"{hook.owner.__name__}.{hook.name}")
def test_moto_has_what_is_replaced(hook: Any) -> None:
    original = vars(hook.owner)[hook.name]
    assert _parameters(original) == _parameters(hook.replacement)
    assert inspect.getdoc(hook.replacement), "a hook needs a reason"


def test_hooks_are_in_place_inside_aws_only() -> None:
    originals = [vars(hook.owner)[hook.name] for hook in HOOKS]
    with aws():
        assert are_installed()
        assert [vars(hook.owner)[hook.name] for hook in HOOKS] == [hook.replacement for hook in HOOKS]
    assert not are_installed()
    assert [vars(hook.owner)[hook.name] for hook in HOOKS] == originals


def test_lambda_s_api_never_echoes_a_payload_as_a_success() -> None:
    with aws():
        boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
        boto3.client("lambda").create_function(
            FunctionName="echo",
            Runtime="python3.13",
            Handler="echo.handler",
            Role="arn:aws:iam::123456789012:role/role",
            Code={"ZipFile": b"anything"},
        )
        with pytest.raises(NotImplementedError, match="by a Machine only"):
            boto3.client("lambda").invoke(FunctionName="echo", Payload=b'{"echo": 1}')
