"""The synthesized template, read for tests: its resources, its machine, its functions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT, REGION = "123456789012", "us-east-1"
LEDGER = "ledger"
MACHINE_ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:reports"


@dataclass(frozen=True)
class Template:
    """A CloudFormation template; resources keep their logical ids."""

    resources: dict[str, dict[str, Any]]

    @classmethod
    def read(cls, assembly: Path) -> "Template":
        """Read the stack's template of a cloud assembly."""
        return cls(json.loads((assembly / "reportflow.template.json").read_text())["Resources"])

    def of_type(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """Return the resources of a type, by logical id."""
        return {key: value for key, value in self.resources.items() if value["Type"] == resource_type}

    def only(self, resource_type: str) -> dict[str, Any]:
        """Return the properties of the only resource of a type."""
        ((_, resource),) = self.of_type(resource_type).items()
        properties: dict[str, Any] = resource["Properties"]
        return properties

    def functions(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Yield each function's logical id, name and properties.

        The name is its module's, and `handle_restricted` for the one that runs handle_done in the restricted zone.
        """
        for logical_id, function in self.of_type("AWS::Lambda::Function").items():
            properties = function["Properties"]
            module = properties["Handler"].split(".")[-2]
            restricted = "REPORT_ZONE" in variables(properties)
            yield logical_id, "handle_restricted" if restricted else module, properties

    def machine(self, of: str = "Workflow") -> tuple[str, dict[str, Any]]:
        """Return a machine's logical id and properties: of the construct Workflow, Discovery or Backfill."""
        machines = self.of_type("AWS::StepFunctions::StateMachine").items()
        ((logical_id, machine),) = (each for each in machines if each[0].startswith(of))
        return logical_id, machine["Properties"]

    def definition(self, of: str = "Workflow") -> dict[str, Any]:
        """Return a machine's definition, each function under the ARN of its module's name."""
        names = {logical_id: name for logical_id, name, _ in self.functions()}

        known = {"AWS::Partition": "aws", **dict.fromkeys(self.of_type("AWS::DynamoDB::Table"), LEDGER)}

        def resolved(part: Any) -> str:
            if isinstance(part, str):
                return part
            if "Ref" in part:
                return known.get(part["Ref"], MACHINE_ARN)
            return function_arn(names[part["Fn::GetAtt"][0]])

        parts = self.machine(of)[1]["DefinitionString"]["Fn::Join"][1]
        definition: dict[str, Any] = json.loads("".join(map(resolved, parts)))
        return definition


def function_arn(name: str) -> str:
    """Return the ARN under which tests know a function."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def variables(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the environment variables of a function's properties."""
    environment: dict[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return environment
