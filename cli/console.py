"""reportflow console: a page that shows a deployed stack at work."""

import signal
from contextlib import suppress
from typing import Annotated

import typer

from cli.plan import CONFIG, ConfigOption, read_config
from cli.stack import STACK, Connection, find
from cli.terminal import console as terminal

CTRL_C = 130


def console(
    *,
    port: Annotated[int, typer.Option(metavar="N", help="The page's port; if it is taken, any that is free.")] = 8600,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    config: ConfigOption = CONFIG,
    connection: Connection,
) -> None:
    """Show a deployed stack at work, on a page on 127.0.0.1, until Ctrl-C.

    What has become of each window, by selling partner, report type and day; today at a glance; every execution as it
    moves. It only reads, with what AWS's policy ReadOnlyAccess allows: the commands that it offers are for a terminal.
    While the page is open, it asks AWS for a list of executions a second, and once for each row of the grid in sight.
    Without a reports.toml it shows what the ledger has, and cannot know what is missing.
    """
    from cli.console_page.commands import Where
    from cli.console_page.server import serve
    from cli.console_page.watch import NOBODY, Watch
    from local import fast_clock

    # A laptop without the fleet's file has the ledger to show all the same.
    report_config = NOBODY if config == CONFIG and not config.exists() else read_config(config)
    deployed, clock = find(connection), fast_clock.of_environment()
    named = connection.stack if connection.stack != STACK else None
    given = {"--profile": connection.profile, "--region": connection.region, "--stack": named}
    where = Where(tuple(word for option, value in given.items() if value for word in (option, value)))
    watch = Watch(deployed, clock=clock, report_config=report_config, where=where)
    with serve(watch, port=port, open_it=open_it) as url, suppress(KeyboardInterrupt):
        terminal().print(f"The console is at {url} and only reads. Ctrl-C stops it.", soft_wrap=True)
        signal.pause()
    terminal(stderr=True).print()  # the terminal has written ^C, and the prompt begins a line
    raise typer.Exit(CTRL_C)
