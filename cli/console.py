"""reportflow console: a page that shows a deployed stack at work."""

import signal
from contextlib import suppress
from typing import Annotated

import typer

from cli.stack import STACK, ProfileOption, RegionOption, StackOption, find
from cli.terminal import console as terminal

CTRL_C = 130


def console(
    port: Annotated[int, typer.Option(metavar="N", help="The page's port; if it is taken, any that is free.")] = 8600,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    profile: ProfileOption = None,
    region: RegionOption = None,
    stack: StackOption = STACK,
) -> None:
    """Show a deployed stack at work, on a page on 127.0.0.1, until Ctrl-C.

    Executions as they move, their SP-API calls, what they landed, the quotas. It only reads, with what AWS's policy
    ReadOnlyAccess allows, and asks AWS for little more than a list of executions a second while the page is open.
    """
    from cli.console_page.server import serve
    from cli.console_page.watch import Watch
    from local import fast_clock

    watch = Watch(find(profile=profile, region=region, stack=stack), clock=fast_clock.of_environment())
    with serve(watch, port=port, open_it=open_it) as url, suppress(KeyboardInterrupt):
        terminal().print(f"The console is at {url} and only reads. Ctrl-C stops it.", soft_wrap=True)
        signal.pause()
    raise typer.Exit(CTRL_C)
