"""reportflow status: where an execution is."""

from typing import Annotated

import typer

from cli.execution import of_any_id
from cli.follow import follow
from cli.outcome_view import show
from cli.stack import Connection, JsonOption, find
from cli.step_history import StepHistory

ExecutionArgument = Annotated[str, typer.Argument(metavar="EXECUTION", help="Its name, its ARN, or a reportId.")]


def status(
    *,
    execution: ExecutionArgument,
    wait: Annotated[bool, typer.Option("--follow", "-f", help="Follow it to its end.")] = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Say where an execution is, or how it has ended.

    Exit code: 0 it is known; with --follow that of `start`: 0 landed, 1 failed, 4 ended well without a document.
    """
    deployed = find(connection)
    found = of_any_id(deployed, execution)
    if wait:
        found = follow(deployed, found.arn)
    steps = StepHistory(deployed, found.arn).read()
    show(found, as_json=as_json, state=steps[-1].state if steps else "not entered yet")
    if wait:
        raise typer.Exit(found.exit_code)
