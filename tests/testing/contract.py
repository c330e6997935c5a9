"""What the project takes for granted of Amazon's two APIs (contract.toml), as a check on answers and on calls."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from jsonschema import Draft202012Validator, FormatChecker
from urllib3 import BaseHTTPResponse

CONTRACT: dict[str, Any] = tomllib.loads(Path(__file__).with_name("contract.toml").read_text())
GATEWAY = (502, 504)  # its answers are no operation's
FORMATS = FormatChecker(formats=())
LIMITS = ("minItems", "maxItems", "minimum", "maximum")


@FORMATS.checks("date-time", raises=ValueError)
def has_offset(value: object) -> bool:
    """Tell whether a date-time says how far it is from UTC."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@dataclass(frozen=True)
class Operation:
    """An operation: its `facts` as contract.toml has them, and the objects of its API."""

    name: str
    facts: Mapping[str, Any]
    objects: Mapping[str, Any]

    @property
    def query(self) -> Mapping[str, Any]:
        """The parameters that may be in the query."""
        return dict(self.facts.get("query", {}))

    def is_called_by(self, method: str, path: str) -> bool:
        """Tell whether a call is one of this operation."""
        own_method, own_path = self.facts["call"].split()
        return bool(method == own_method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", own_path), path))

    def validate(self, value: object, name: str) -> None:
        """Raise ValidationError unless a value is the object of this name."""
        schema = {"$ref": f"#/$defs/{name}", "$defs": {each: _object(self.objects[each]) for each in self.objects}}
        Draft202012Validator(schema, format_checker=FORMATS).validate(value)

    def check_answer(self, response: BaseHTTPResponse) -> None:
        """Raise ValidationError or AssertionError unless this is one of its answers."""
        facts, status = self.facts, response.status
        assert status == facts["success"] or status in facts["refusals"], f"{self.name} never answers {status}"
        assert "x-amzn-RequestId" in response.headers
        if "x-amzn-RateLimit-Limit" in response.headers:
            assert status in facts["limit_told"], f"a limit where Amazon tells none: {status}"
        gives = "ErrorList" if status in facts["refusals"] else facts.get("gives")
        if gives is None:
            assert response.data == b""
        else:
            self.validate(json.loads(response.data), gives)

    def check_call(self, query: str, body: bytes | str | None) -> None:
        """Raise ValidationError or AssertionError unless Amazon takes this query and this body."""
        given = dict(parse_qsl(query, strict_parsing=bool(query)))
        assert given.keys() <= self.query.keys(), f"{self.name} has no parameter {given.keys() - self.query.keys()}"
        for name, text in given.items():
            validator = Draft202012Validator(_schema(self.query[name]), format_checker=FORMATS)
            validator.validate(_parsed(text, self.query[name]["type"]))
        if "takes" in self.facts:
            assert body is not None, f"{self.name} takes a body"
            self.validate(json.loads(body), self.facts["takes"])
        else:
            assert not body, f"{self.name} takes no body"


OPERATIONS = {
    name: Operation(name, facts, api["objects"])
    for api in CONTRACT.values()
    for name, facts in api["operations"].items()
}


def check_answer(method: str, path: str, response: BaseHTTPResponse) -> None:
    """Raise ValidationError or AssertionError unless this is how Amazon answers this call; other APIs' pass."""
    for operation in _called(method, path):
        if response.status not in GATEWAY:
            operation.check_answer(response)


def check_call(method: str, url: str, body: bytes | str | None) -> str:
    """Return the name of the operation called. Raise ValidationError or AssertionError unless Amazon takes the call."""
    address = urlsplit(url)
    operation = next(_called(method, address.path), None)
    assert operation, f"no operation is {method} {address.path}"
    operation.check_call(address.query, body)
    return operation.name


def _called(method: str, path: str) -> Iterator[Operation]:
    return (operation for operation in OPERATIONS.values() if operation.is_called_by(method, path))


def _object(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON Schema of an object. Fields beside those known are Amazon's right."""
    required = [name for name, field in fields.items() if field.get("required")]
    properties = {name: _schema(field) for name, field in fields.items()}
    return {"type": "object", "required": required, "properties": properties}


def _schema(field: Mapping[str, Any]) -> dict[str, Any]:
    limits = {name: field[name] for name in LIMITS if name in field}
    values = {"enum": field["enum"]} if "enum" in field else {}
    if field["type"] == "array":
        return {"type": "array", "items": _named(field["items"]) | values, **limits}
    if field["type"] == "map":
        return {"type": "object", "additionalProperties": _named(field["items"])}
    return {**_named(field["type"]), **values, **limits}


def _named(name: str) -> dict[str, Any]:
    if name == "date-time":
        return {"type": "string", "format": "date-time"}
    return {"$ref": f"#/$defs/{name}"} if name[0].isupper() else {"type": name}


def _parsed(text: str, kind: str) -> object:
    """Return a parameter's value; Amazon takes arrays joined by commas."""
    if kind == "array":
        return text.split(",")
    return json.loads(text) if kind in ("integer", "boolean") else text
