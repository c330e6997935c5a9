"""The application: every command, and what becomes of its errors."""

import sys
import traceback
from importlib import metadata
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import errors
from cli.add_seller import add_seller
from cli.amazon_schedules import amazon_schedules
from cli.backfill import backfill
from cli.command_help import Command, Commands
from cli.console import console as show_console
from cli.diff import diff
from cli.doctor import doctor
from cli.errors import CommandFailed
from cli.executions import executions
from cli.explain import explain
from cli.fetch import fetch
from cli.gaps import gaps
from cli.listing import list_
from cli.notifications import notifications
from cli.option_bundles import unbundled
from cli.plan import plan
from cli.query import query
from cli.redrive import redrive
from cli.run import run
from cli.simulator import simulator
from cli.start import start
from cli.status import status
from cli.tables import tables
from cli.tabulate import tabulate
from cli.terminal import console
from lambdas.spapi.foreign import visible

app = typer.Typer(
    name="reportflow",
    cls=Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    # A traceback is for a defect of ours, and then as Python prints it.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
    help="Gets Amazon Selling Partner reports into your own AWS account: started, watched, explained and fetched here.",
    epilog="Exit codes: 0 success; 1 failure; 2 an invalid argument or input, nothing was started; 3 credentials, "
    "permission, network, stack or id is missing; 4 ended well, without a document; 130 Ctrl-C.",
)
COMMANDS = (
    run,
    show_console,
    start,
    backfill,
    status,
    executions,
    list_,
    fetch,
    diff,
    explain,
    redrive,
    add_seller,
    doctor,
    plan,
    gaps,
    notifications,
    query,
    tables,
    tabulate,
    amazon_schedules,
    simulator,
)
for command in COMMANDS:
    app.command(command.__name__.rstrip("_").replace("_", "-"), cls=Command)(unbundled(command))


def _print_version(wanted: bool) -> None:
    if wanted:
        console().print(metadata.version("reportflow"))
        raise typer.Exit


@app.callback()
def _top(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command of this process's arguments."""
    try:
        # Run as a module, its messages have the same name.
        app(prog_name="reportflow")
    except CommandFailed as problem:
        _give_up(problem)
    except (BotoCoreError, ClientError) as error:
        _give_up(errors.of_aws(error))
    except OSError as error:
        told = errors.of_disk(error)
        _give_up(told) if told else _show_traceback()
    except ModuleNotFoundError as error:
        _give_up(errors.unreachable(f"this needs the package {error.name}: {errors.DEPLOY_EXTRA}"))
    except Exception:
        _show_traceback()


def _show_traceback() -> None:
    """Tell a defect as Python does, but for what a terminal would obey: a message may be of Amazon's words."""
    sys.stderr.write(visible(traceback.format_exc()))
    sys.exit(errors.Exit.FAILED)


def _give_up(problem: CommandFailed) -> None:
    console(stderr=True).print(f"reportflow: {problem}", soft_wrap=True)
    sys.exit(problem.exit_code)


if __name__ == "__main__":
    main()
