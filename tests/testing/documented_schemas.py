"""What docs/*.schema.json say of the files and events, held against all that is written, to the last key."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest import mock

from botocore.client import BaseClient
from jsonschema import Draft202012Validator

from tests.testing.repository import DOCS

FOLDERS = {"manifests": "manifest", "gaps": "gaps", "backfills": "backfill-summary"}
WRITTEN = re.compile(rf"(?:restricted/)?({'|'.join(FOLDERS)})/")


class NotAsDocumented(AssertionError):
    """An object in the bucket is not what its schema says."""


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of docs/<name>.schema.json; a key that it does not name is an error, for a test."""
    schema = json.loads((DOCS / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    closed = {**schema, "unevaluatedProperties": False}
    return Draft202012Validator(closed, format_checker=Draft202012Validator.FORMAT_CHECKER)


@contextmanager
def objects_as_documented() -> Iterator[None]:
    """Raise NotAsDocumented at the end if an object that was put meanwhile is not what its folder's schema says."""
    wrong: list[str] = []
    client: Any = BaseClient
    made = client._make_api_call

    def call(self: BaseClient, operation: str, parameters: Any) -> Any:
        if operation == "PutObject" and (folder := WRITTEN.match(parameters["Key"])):
            content = json.loads(parameters["Body"])
            errors = validator(FOLDERS[folder[1]]).iter_errors(content)
            wrong.extend(f"{parameters['Key']}: {error.json_path}: {error.message}" for error in errors)
        return made(self, operation, parameters)

    with mock.patch.object(client, "_make_api_call", call):
        yield
    if wrong:
        raise NotAsDocumented("\n".join(wrong))
