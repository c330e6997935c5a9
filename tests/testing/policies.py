"""The policies of an assembly, of all its templates, in a form in which questions can be asked of them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Allowed:
    """What one statement of a role's policies allows. Resources are text, with `<Id.Arn>` for what AWS fills in."""

    role: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]

    def allows(self, action: str, resource: str) -> bool:
        """Say whether an action on a resource is allowed; both may have wildcards on the policy's side."""
        return any(fnmatchcase(action, pattern) for pattern in self.actions) and any(
            fnmatchcase(resource, pattern) for pattern in self.resources
        )


def resources_of(assembly: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the resources of all templates of an assembly with their logical ids."""
    for path in sorted(assembly.glob("*.template.json")):
        yield from json.loads(path.read_text())["Resources"].items()


def of_roles(assembly: Path) -> Iterator[Allowed]:
    """Yield what the roles of an assembly are allowed, wherever it is written."""
    for logical_id, resource in resources_of(assembly):
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::IAM::Role":
            yield from _allowed(logical_id, [policy["PolicyDocument"] for policy in properties.get("Policies", [])])
        elif resource["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
            for role in properties["Roles"]:
                yield from _allowed(role["Ref"], [properties["PolicyDocument"]])


def of_resources(assembly: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each statement of the policies that resources have (of buckets, keys, queues, topics), with its owner."""
    for logical_id, resource in resources_of(assembly):
        for name in ("PolicyDocument", "KeyPolicy"):
            if resource["Type"] not in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"):
                for statement in resource.get("Properties", {}).get(name, {}).get("Statement", []):
                    yield logical_id, statement


def _allowed(role: str, documents: list[Any]) -> Iterator[Allowed]:
    for document in documents:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                assert "NotAction" not in statement
                assert "NotResource" not in statement
                yield Allowed(role, (*listed(statement["Action"]),), (*map(text, listed(statement["Resource"])),))


def listed(value: Any) -> list[Any]:
    """Return a policy's value, which is one or a list, as a list."""
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    """Return a template's value as text."""
    if isinstance(value, str):
        return value
    ((function, given),) = value.items()
    if function == "Fn::Join":
        return "".join(map(text, given[1]))
    # What else there is (Fn::Select, say) is AWS's to fill in as well.
    return f"<{given if function == 'Ref' else '.'.join(map(str, given))}>"
