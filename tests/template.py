"""The synthesized template, read for tests: its resources, its machine, its functions."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ACCOUNT, REGION = "123456789012", "us-east-1"


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
            module = properties["Handler"].removesuffix(".handler")
            restricted = "REPORT_ZONE" in variables(properties)
            yield logical_id, "handle_restricted" if restricted else module, properties

    def definition(self) -> dict[str, Any]:
        """Return the machine's definition, each function under the ARN of its module's name."""
        names = {logical_id: name for logical_id, name, _ in self.functions()}
        parts = self.only("AWS::StepFunctions::StateMachine")["DefinitionString"]["Fn::Join"][1]
        text = "".join(part if isinstance(part, str) else function_arn(names[part["Fn::GetAtt"][0]]) for part in parts)
        definition: dict[str, Any] = json.loads(text)
        return definition


def function_arn(name: str) -> str:
    """Return the ARN under which tests know a function."""
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"


def variables(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the environment variables of a function's properties."""
    environment: dict[str, Any] = properties.get("Environment", {}).get("Variables", {})
    return environment
