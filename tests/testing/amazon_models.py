"""Amazon's own models of the two APIs, read as contract.toml would have it. They are no part of the project."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.testing.repository import REPOSITORY

FOLDER = Path(os.environ.get("SP_API_MODELS", REPOSITORY.parent / "shared" / "sp-api"))
FILES = {"reports": "reports_2021-06-30.json", "tokens": "tokens_2021-03-01.json"}
MISSING = f"Amazon's models {' and '.join(FILES.values())} are not in {FOLDER}: set SP_API_MODELS to their folder"
AVAILABLE = all((FOLDER / name).is_file() for name in FILES.values())
KEPT = ("enum", "minItems", "maxItems", "minimum", "maximum", "default")
PLAN = re.compile(r"\| Rate .*?\n\|[ -|]+\n\| ([\d.]+) \| (\d+) \|")


def read(api: str) -> dict[str, Any]:
    """Return the operations of a model, and the objects that they take and give."""
    model = json.loads((FOLDER / FILES[api]).read_text())
    operations = {
        each["operationId"]: _operation(f"{method.upper()} {path}", each)
        for path, methods in model["paths"].items()
        for method, each in methods.items()
        if method != "parameters"
    }
    named = {facts[key] for facts in operations.values() for key in ("takes", "gives") if key in facts}
    return {"operations": operations, "objects": _objects({*named, "ErrorList"}, model["definitions"])}


def _operation(call: str, each: Mapping[str, Any]) -> dict[str, Any]:
    plan = PLAN.search(each["description"])
    assert plan, f"no usage plan in the description of {call}"
    answers = {int(status): answer for status, answer in each["responses"].items()}
    (success,) = [status for status in answers if status < 400]
    refusals = [status for status in answers if status >= 400]
    assert {_name(answers[status]["schema"]) for status in refusals} == {"ErrorList"}
    assert all("x-amzn-RequestId" in answer["headers"] for answer in answers.values())
    parameters = each.get("parameters", [])
    facts = {
        "call": call,
        "rate": float(plan[1]),
        "burst": int(plan[2]),
        "success": success,
        "refusals": refusals,
        "limit_told": [status for status in answers if "x-amzn-RateLimit-Limit" in answers[status]["headers"]],
        "query": {one["name"]: _field(one, {}) for one in parameters if one["in"] == "query"},
        "takes": next((_name(one["schema"]) for one in parameters if one["in"] == "body"), None),
        "gives": _name(answers[success]["schema"]) if "schema" in answers[success] else None,
    }
    return {key: value for key, value in facts.items() if value not in (None, {})}


def _objects(names: set[str], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return these objects and those in their fields, and so on."""
    found: dict[str, Any] = {}
    while names:
        name = names.pop()
        found[name] = dict(_fields(definitions[name], definitions))
        inner = {field.get("items", field["type"]) for field in found[name].values()}
        names |= {each for each in inner if each[0].isupper()} - found.keys()
    return found


def _fields(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, each in schema["properties"].items():
        required = {"required": True} if name in schema.get("required", []) else {}
        yield name, _field(each, definitions) | required


def _field(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        name = _name(schema)
        return {"type": name} if "properties" in definitions[name] else _field(definitions[name], definitions)
    kept = {key: schema[key] for key in KEPT if key in schema}
    if schema["type"] == "array":
        items = _field(schema["items"], definitions)
        return kept | {"type": "array", "items": items.pop("type"), **items}
    if "additionalProperties" in schema:
        return kept | {"type": "map", "items": _field(schema["additionalProperties"], definitions)["type"]}
    return kept | {"type": schema.get("format", schema["type"])}


def _name(reference: Mapping[str, Any]) -> str:
    return str(reference["$ref"].rpartition("/")[2])
