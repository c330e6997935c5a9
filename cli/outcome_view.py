"""How an execution stands or has ended, as a few lines or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from cli.formatting import duration
from cli.terminal import console, print_json
from lambdas.spapi.foreign import error_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.execution import Execution
    from lambdas.payloads.findings import Finding

GOOD, BAD, GOING = "green", "red", "yellow"
SEVERITIES = {"info": "dim", "warning": GOING, "error": BAD}
LANDED = ("bytes", "rows", "charset", "sha256", "suspectEmpty")
OBJECTS = ("key", "manifestKey")


def summary(execution: Execution) -> dict[str, Any]:
    """Return what --json prints of an execution."""
    return {
        "executionArn": execution.arn,
        "name": execution.name,
        "status": execution.status,
        "outcome": execution.outcome,
        "startDate": execution.started,
        "stopDate": execution.stopped,
        "input": execution.given,
        "output": execution.output,
        "error": execution.error,
        "cause": execution.cause,
    }


def colour(execution: Execution) -> str:
    """Return the colour of how it stands."""
    return {"SUCCEEDED": GOOD, "RUNNING": GOING}.get(execution.status, BAD)


def findings(result: Mapping[str, Any]) -> list[Text]:
    """Return what is odd about a landed document, a line each."""
    found: list[Finding] = result.get("findings", [])
    return [Text.assemble((one["code"], SEVERITIES[one["severity"]]), f"  {one['sentence']}") for one in found]


def _rows(output: Mapping[str, Any]) -> Iterator[tuple[str, str | Text]]:
    """Yield what an output says, a row each."""
    if "reason" in output:
        yield "because", str(output["reason"])
    for note in output.get("notes", []):
        yield "note", str(note)
    for key in LANDED:
        if output.get(key) not in (None, False):
            value = output[key]
            yield key, f"{value:,}" if isinstance(value, int) and value is not True else str(value)
    for line in findings(output):
        yield "finding", line


def show(execution: Execution, *, as_json: bool, **more: Any) -> None:
    """Print it; `more` are rows, or keys, of the command's own."""
    if as_json:
        print_json({**summary(execution), **more})
        return
    output = execution.output if isinstance(execution.output, dict) else {}
    rows: list[tuple[str, str | Text]] = [
        ("ended as" if execution.stopped else "is", Text(execution.outcome, colour(execution))),
        *([("because", error_message(execution.cause))] if execution.cause else []),
        *_rows(output),
        *((key, str(value)) for key, value in more.items()),
        ("took" if execution.stopped else "since", duration(execution.started, execution.stopped)),
    ]
    screen = console()
    # Lines of their own, which a terminal folds as it likes: what is copied of them has no line ends and no spaces.
    for name, value in rows:
        screen.print(Text.assemble((f"{name:<14}", "dim"), value), soft_wrap=True)
    for address in addresses(output):
        screen.print(address, soft_wrap=True)


def addresses(output: Mapping[str, Any]) -> list[str]:
    """Return where the objects of an output are, as `s3://bucket/key`."""
    return [f"s3://{output['bucket']}/{output[key]}" for key in OBJECTS if output.get(key) and "bucket" in output]
