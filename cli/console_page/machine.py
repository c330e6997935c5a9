"""The machine that the console shows: its definition, its executions, and where its functions log."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.stack import DeployedStack


class Machine:
    """The machine of a deployed stack, as it was when it was first asked about."""

    def __init__(self, deployed: DeployedStack) -> None:
        """Ask nothing yet."""
        self._deployed = deployed

    @property
    def where(self) -> dict[str, str]:
        """The stack, its region and its account."""
        _, _, _, region, account, *_ = self._deployed.machine.split(":")
        return {"stack": self._deployed.stack, "region": region, "account": account}

    def owns(self, execution: str) -> bool:
        """Say whether an execution's ARN is one of the machine's."""
        return execution.startswith(self._deployed.machine.replace(":stateMachine:", ":execution:") + ":")

    @cached_property
    def definition(self) -> dict[str, Any]:
        """The definition in Amazon States Language."""
        machine = self._deployed.stepfunctions.describe_state_machine(stateMachineArn=self._deployed.machine)
        definition: dict[str, Any] = json.loads(machine["definition"])
        return definition

    @cached_property
    def log_groups(self) -> dict[str, str]:
        """The log group of the function behind each state that has one."""
        functions = self._deployed.session.client("lambda")
        found = {}
        for name, state in self.definition["States"].items():
            if ":function:" in state.get("Resource", ""):
                configuration = functions.get_function_configuration(FunctionName=state["Resource"])
                own = f"/aws/lambda/{configuration['FunctionName']}"
                found[name] = configuration.get("LoggingConfig", {}).get("LogGroup", own)
        return found
