"""reportflow doctor: is all there that reports need? Each check that fails says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table
from rich.text import Text

from cli.checks import CHECKS, SIGN_IN
from cli.doctor_context import CheckFailed, DoctorContext
from cli.errors import CommandFailed, Exit, of_aws
from cli.outcome_view import BAD, GOOD
from cli.stack import Connection, JsonOption  # noqa: TC001 - typer reads them at run time
from cli.terminal import console, print_json

if TYPE_CHECKING:
    from collections.abc import Callable


def doctor(
    *,
    sign_in: Annotated[
        bool, typer.Option("--sign-in", help="Also sign in to Login with Amazon as each selling partner.")
    ] = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Check what reports need: credentials, clock, stack, permissions, secrets, endpoints. It changes nothing.

    SP-API itself is not called, so no quota is spent. Whether executions may be started is asked of IAM; where it does
    not tell, that line says so.

    Exit code: 0 all is well, 1 something is not, and its line says what to do.
    """
    context = DoctorContext(connection)
    found: list[dict[str, Any]] = []
    with console(stderr=True).status("Looking …") as status:
        for name, check in {**CHECKS, **(SIGN_IN if sign_in else {})}.items():
            status.update(f"Looking at {name} …")
            well, said = _result(check, context)
            found.append({"check": name, "ok": well, "says": said})
            if not well and name in ("credentials", "stack"):
                break
    if as_json:
        print_json(found)
    else:
        _print(found)
    if not all(one["ok"] for one in found):
        raise typer.Exit(Exit.FAILED)


def _result(check: Callable[[DoctorContext], str], context: DoctorContext) -> tuple[bool, str]:
    try:
        return True, check(context)
    except (CheckFailed, CommandFailed) as failed:
        return False, str(failed)
    except (BotoCoreError, ClientError) as error:
        return False, str(of_aws(error))


def _print(found: list[dict[str, Any]]) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for one in found:
        mark = Text("✓", GOOD) if one["ok"] else Text("✗", BAD)
        table.add_row(mark, one["check"], Text(one["says"]))
    console().print(table)
    if not all(one["ok"] for one in found) and found[-1]["check"] in ("credentials", "stack"):
        console(stderr=True).print("The other checks need that first.")
