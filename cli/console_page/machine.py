"""The machine that the console shows: its definition, its executions, and where its functions log."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cli.console_page.executions import Kind
    from cli.stack import DeployedStack


class Machine:
    """The machine of a deployed stack, as it was when it was first asked about."""

    def __init__(self, deployed: DeployedStack) -> None:
        """Ask nothing yet."""
        self._deployed = deployed

    @property
    def where(self) -> dict[str, str]:
        """The stack, its partition, its region and its account."""
        _, partition, _, region, account, *_ = self._deployed.machine.split(":")
        return {"stack": self._deployed.stack, "partition": partition, "region": region, "account": account}

    @property
    def machines(self) -> dict[Kind, str]:
        """The ARNs of the stack's machines, those that it has."""
        machines: dict[Kind, str | None] = {
            "report": self._deployed.machine,
            "backfill": self._deployed.backfill_machine,
            "discovery": self._deployed.discovery_machine,
        }
        return {kind: arn for kind, arn in machines.items() if arn}

    @property
    def is_amazons(self) -> bool:
        """Whether the stack is in Amazon's own AWS, which has consoles to link to."""
        return "amazonaws.com" in self._deployed.stepfunctions.meta.endpoint_url

    def kind_of(self, execution: str) -> Kind | None:
        """Return of which machine an execution's ARN is; None of no one's here."""
        begins = {kind: arn.replace(":stateMachine:", ":execution:") + ":" for kind, arn in self.machines.items()}
        return next((kind for kind, begin in begins.items() if execution.startswith(begin)), None)

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
