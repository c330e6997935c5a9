"""reportflow redrive: what is red for a reason that has passed goes on from where it failed."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from datetime import datetime
from time import sleep
from typing import TYPE_CHECKING, Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table

from cli.errors import Exit, refused
from cli.ledger_query import types
from cli.red_executions import RedExecution, moment, red_executions
from cli.stack import Connection, JsonOption, find
from cli.terminal import console, print_json
from local import fast_clock

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cli.stack import DeployedStack

# RedriveExecution takes 800 at once and then 150 a second in the smallest regions, which schedules share.
SECONDS_BETWEEN = 1 / 50
SHOWN = 50


def redrive(
    *,
    since: Annotated[str, typer.Option(metavar="TIME", help="Red since then: a date, a time (UTC), or 6h, 3d ago.")],
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Red until then (default: now).")] = None,
    error: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only of this error (default: all that pass by themselves). Repeat."),
    ] = None,
    seller: Annotated[str | None, typer.Option(metavar="ID", help="Of this sellingPartnerId.")] = None,
    report_type: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="Of this reportType.", autocompletion=types)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would redrive, and redrive nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it begins.")] = False,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Redrive executions that failed for a reason that has passed: they continue in the state that failed.

    Amazon is asked for no second report. What cannot be redriven is listed with its reason.

    Exit code: 0 all went on (or there was nothing to redrive), 1 some could not, 2 an argument is refused, or it was
    not confirmed, 3 AWS does not answer, or not these credentials. Ctrl-C stops the redriving; what went on is not
    stopped. In both cases the command that goes on with the rest is printed.
    """
    now = fast_clock.now()
    begin = moment("--since", since, now=now)
    end = moment("--until", until, now=now) if until else now
    if begin > end:
        raise refused(f"--since is {begin:%Y-%m-%d %H:%M} UTC, which is after {end:%Y-%m-%d %H:%M} UTC")
    deployed = find(connection)
    found = [
        (one, one.kept_from_it(errors=error or (), now=now))
        for one in _look(deployed, begin, end)
        if one.is_of("sellingPartnerId", seller) and one.is_of("reportType", report_type)
    ]
    wanted, left = [one for one, why in found if not why], [(one, why) for one, why in found if why]
    if not as_json:
        _show(wanted, left)
    if wanted and not dry_run and not yes:
        _confirm(len(wanted))
    chosen = [("--error", each) for each in error or ()]
    chosen += [(flag, value) for flag, value in (("--seller", seller), ("--type", report_type)) if value]
    failed = {} if dry_run else _redrive(deployed, wanted, again=_command(begin, end if until else None, chosen))
    if as_json:
        print_json(_plain(wanted, [*left, *((one, failed[one.arn]) for one in wanted if one.arn in failed)], dry_run))
    elif not dry_run:
        console().print(f"{len(wanted) - len(failed)} of {len(wanted)} went on.")
    if failed:
        raise typer.Exit(Exit.FAILED)


def _look(deployed: DeployedStack, since: datetime, until: datetime) -> list[RedExecution]:
    with console(stderr=True).status("Looking for red executions …") as status:

        def tell(count: int) -> None:
            status.update(f"{count} red executions so far")

        return list(red_executions(deployed, since=since, until=until, progress=tell))


def _redrive(deployed: DeployedStack, wanted: Sequence[RedExecution], *, again: str) -> dict[str, str]:
    """Redrive them, and return of those that could not be why, by their ARN."""
    screen, failed = console(stderr=True), dict[str, str]()
    refusals = deployed.stepfunctions.exceptions
    of_this_one = (refusals.ExecutionNotRedrivable, refusals.ExecutionDoesNotExist, refusals.ExecutionLimitExceeded)
    done = 0
    try:
        with screen.status("") as status:
            for one in wanted:
                status.update(f"{done} of {len(wanted)} redriven")
                try:
                    deployed.stepfunctions.redrive_execution(executionArn=one.arn)
                    done += 1
                except of_this_one as error:
                    failed[one.arn] = error.response["Error"].get("Message") or str(error)
                    screen.print(f"{one.name}: {failed[one.arn]}", soft_wrap=True)
                sleep(SECONDS_BETWEEN)
    # The others would meet the same: AWS is away, or the credentials have expired.
    except (KeyboardInterrupt, BotoCoreError, ClientError):
        screen.print(f"\n{done} of {len(wanted)} redriven; the rest goes on with: {again}", soft_wrap=True)
        raise
    return failed


def _command(since: datetime, until: datetime | None, chosen: Iterable[tuple[str, str]]) -> str:
    """Return the command that goes on with the rest: with the same span, and the same options that choose."""
    words = ["reportflow", "redrive", "--since", since.isoformat(timespec="seconds")]
    words += ["--until", until.isoformat(timespec="seconds")] if until else []
    return shlex.join([*words, *(word for option in chosen for word in option)])


def _confirm(count: int) -> None:
    if not sys.stdin.isatty():
        raise refused(f"nobody is there to confirm {count} redrives: say --yes, or --dry-run")
    if not typer.confirm(f"Redrive {count}?", err=True):
        raise refused("nothing was redriven")


def _show(wanted: Sequence[RedExecution], left: Sequence[tuple[RedExecution, str]]) -> None:
    screen = console()
    table = Table("error", "ended", "execution", box=None, pad_edge=False)
    for one in wanted[:SHOWN]:
        table.add_row(one.error, f"{one.stopped.astimezone():%Y-%m-%d %H:%M}", one.name)
    if wanted:
        screen.print(table, soft_wrap=True)
    if len(wanted) > SHOWN:
        screen.print(f"… and {len(wanted) - SHOWN:,} more")
    screen.print(f"To be redriven: {_counted(one.error for one in wanted) or 'none'}", soft_wrap=True)
    for (error, why), count in Counter((one.error, why) for one, why in left).items():
        names = [one.name for one, reason in left if (one.error, reason) == (error, why)]
        named = ", ".join(names[:3]) + ", …" * (count > 3)
        screen.print(f"Not redriven: {count} {error}: {why} ({named})", soft_wrap=True)


def _counted(errors: Iterable[str]) -> str:
    return ", ".join(f"{count} {error}" for error, count in sorted(Counter(errors).items()))


def _plain(wanted: Sequence[RedExecution], left: Sequence[tuple[RedExecution, str]], dry_run: bool) -> dict[str, Any]:
    not_redriven = [{"executionArn": one.arn, "error": one.error, "reason": why} for one, why in left]
    kept = {each["executionArn"] for each in not_redriven}
    went_on = [{"executionArn": one.arn, "error": one.error} for one in wanted if one.arn not in kept]
    return {"toRedrive" if dry_run else "redriven": went_on, "notRedriven": not_redriven}
