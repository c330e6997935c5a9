"""Amazon's own models of the two APIs, as a check on answers."""

import json
import os
import re
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from jsonschema import Draft4Validator, FormatChecker
from urllib3 import BaseHTTPResponse

FOLDER = Path(os.environ.get("SP_API_MODELS", Path(__file__).parents[3] / "shared" / "sp-api"))
MODELS = ("reports_2021-06-30.json", "tokens_2021-03-01.json")
MISSING = f"Amazon's models {' and '.join(MODELS)} are not in {FOLDER}: set SP_API_MODELS to their folder"
AVAILABLE = all((FOLDER / name).is_file() for name in MODELS)

FORMATS = FormatChecker(formats=())


class Documented(NamedTuple):
    """What a model says of one operation: where it is, and its answers by status."""

    operation: str
    method: str
    path: str
    answers: dict[str, Any]
    definitions: dict[str, Any]


@FORMATS.checks("date-time", raises=ValueError)
def has_offset(value: object) -> bool:
    """Tell whether a date-time says how far it is from UTC."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@cache
def operations() -> list[Documented]:
    """All operations of both models."""
    models = [json.loads((FOLDER / name).read_text()) for name in MODELS]
    return [
        Documented(each["operationId"], method.upper(), path, each["responses"], model["definitions"])
        for model in models
        for path, methods in model["paths"].items()
        for method, each in methods.items()
        if method != "parameters"
    ]


def check(method: str, path: str, response: BaseHTTPResponse) -> None:
    """Raise ValidationError or AssertionError unless the model allows this answer; 502 and 504 are the gateway's."""
    for documented in operations():
        pattern = re.sub(r"\{\w+\}", "[^/]+", documented.path)
        if documented.method == method and re.fullmatch(pattern, path) and response.status not in (502, 504):
            _check(documented, response)


def _check(documented: Documented, response: BaseHTTPResponse) -> None:
    answer = documented.answers[str(response.status)]
    assert "x-amzn-RequestId" in response.headers
    undocumented = set(map(str.lower, response.headers)) & {"x-amzn-ratelimit-limit"}
    assert undocumented <= set(map(str.lower, answer["headers"])), "a limit where Amazon tells none"
    if "schema" not in answer:
        assert response.data == b""
        return
    schema = answer["schema"] | {"definitions": documented.definitions}
    Draft4Validator(schema, format_checker=FORMATS).validate(json.loads(response.data))
