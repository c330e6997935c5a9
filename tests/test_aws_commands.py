"""The commands of the AWS CLI in the documentation are ones that it has, and their inputs are taken."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from lambdas.request import backfill, discovery, parsing
from tests.testing.markdown_blocks import PROSE, blocks

NOW = datetime(2026, 11, 20, tzinfo=UTC)
PARSERS = {
    "$STATE_MACHINE_ARN": parsing.parse_request,
    "$BACKFILL_MACHINE_ARN": backfill.parse_backfill,
    "$DISCOVERY_MACHINE_ARN": discovery.parse_discovery,
}


# The CLI's own: to filter and to format an output.
OF_THE_CLI = {"query", "output"}


def commands() -> Iterator[tuple[str, list[str]]]:
    for page, text in sorted(PROSE.items()):
        for block in blocks(text, "sh"):
            lines = re.split(r"\n(?= *(?:aws|reportflow|make|export)\b)", block.replace("\\\n", " "))
            for line in lines:
                words = shlex.split(line, comments=True)
                if words[:1] == ["aws"]:
                    yield page.name, words[1:]


COMMANDS = [*commands()]


def test_there_are_some() -> None:
    assert {"README.md", "backfill.md", "events.md", "uninstall.md"} <= {page for page, _ in COMMANDS}


def arguments_of(words: list[str]) -> dict[str, str]:
    """Return the options of a command; one without a value is a flag."""
    options: dict[str, str] = {}
    for word in words:
        if word.startswith("--"):
            options[word.removeprefix("--")] = ""
        else:
            options[list(options)[-1]] = word
    return {name: value for name, value in options.items() if name not in OF_THE_CLI}


@pytest.mark.parametrize(("page", "words"), COMMANDS, ids=[f"{page} {' '.join(words[:2])}" for page, words in COMMANDS])
def test_a_command_is_one_of_the_cli_s(page: str, words: list[str]) -> None:
    service, operation, *arguments = words
    model = botocore.session.get_session().get_service_model({"s3api": "s3"}.get(service, service))
    (found,) = (name for name in model.operation_names if xform_name(name, "-") == operation)
    options = arguments_of(arguments)
    given = {name.removeprefix("no-") if not value else name for name, value in options.items()}
    shape: Any = model.operation_model(found).input_shape
    assert given <= {xform_name(name, "-") for name in shape.members}
    assert {xform_name(name, "-") for name in shape.required_members} <= given
    if operation == "start-execution":
        PARSERS[options["state-machine-arn"]](json.loads(options["input"]), now=NOW)
    if "event-pattern" in options:
        assert json.loads(options["event-pattern"])["source"] == ["reportflow"]
