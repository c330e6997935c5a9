"""reportflow run: the whole job on this machine."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from cli import IN_A_CLONE
from cli.errors import CommandFailed, Exit, refused, unreachable
from cli.plan import read_config
from cli.terminal import console, print_json
from lambdas.request.availability import notes
from lambdas.spapi.foreign import parsed
from local.fast_clock import now

if TYPE_CHECKING:
    from lambdas.schedules.report_config import ReportConfig

SPEED = 900
CTRL_C = 130
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def run(
    requests: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A JSON list of execution inputs, instead of the demonstration."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A reports.toml: its schedules of the last three days are fired."),
    ] = None,
    sp_api: Annotated[
        str | None,
        typer.Option(metavar="URL", help="A server that speaks the Reports API, instead of the simulator."),
    ] = None,
    lwa: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Its Login with Amazon (default: the --sp-api URL + /auth/o2/token)."),
    ] = None,
    notifications: Annotated[
        bool, typer.Option("--notifications", help="Let the simulated Amazon tell when a report has ended.")
    ] = False,
    speed: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            help="How many times faster time passes: waits, quotas, the functions' clock "
            f"(default: {SPEED}; with --sp-api 1).",
        ),
    ] = None,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Leave it all running until Ctrl-C; build/run/env.sh leads there."),
    ] = False,
    open_it: Annotated[
        bool, typer.Option("--open", help="Open the console, a page that shows it all at work, in the browser.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the summary as JSON, everything else on standard error.")
    ] = False,
) -> None:
    """Run it all on this machine: the synthesized stack in an embedded AWS, with Amazon simulated.

    No AWS account is needed, and nothing is left behind but build/.

    Credentials for --sp-api come from the environment: LWA_CLIENT_ID, LWA_CLIENT_SECRET, and REFRESH_TOKEN or
    `REFRESH_TOKEN_<sellingPartnerId>`; a server on this machine gets dummies for those that are not set.

    Exit code: 0 if every execution ended as it should (with --requests and --config: succeeded), and with --config no
    window is missing; 1 if not, 2 for bad arguments, 130 after Ctrl-C.
    """
    _check_sources()
    times = _speed(sp_api, lwa=lwa, requests=requests, speed=speed)
    if notifications and sp_api:
        raise refused("--notifications is given with --sp-api; only the simulator can tell a queue on this machine")
    inputs = _inputs(requests) if requests else None
    _note_types(inputs or [])
    if config and requests:
        raise refused("--config and --requests are given: one or the other says what to run")
    report_config = _report_config(config) if config else None
    # The embedded AWS and the simulator take a second to import, which the other commands do not need.
    from cli.local_run.directory import DirectoryTaken
    from cli.local_run.options import Options
    from cli.local_run.orchestration import RunTookTooLong
    from cli.local_run.orchestration import run as run_locally
    from cli.local_run.schedule_replay import InvocationFailed
    from cli.local_run.screen import Screen
    from cli.local_run.tables_answer import RowsMissing
    from local.amazon import CredentialsNotGiven
    from local.aws import EmbeddedAwsFailed, StackFailed, StackMissing
    from local.synthesis import SynthesisFailed

    what: dict[str, Any] = {
        "requests": inputs,
        "config": config,
        "report_config": report_config,
        "notifications": notifications,
    }
    options = Options(**what, sp_api=sp_api, lwa=lwa, speed=times, keep=keep, open_it=open_it)
    screen = Screen(console(stderr=as_json))
    try:
        ran = run_locally(options, screen, signal.pause)
    except CredentialsNotGiven as error:
        raise refused(str(error)) from None
    except (
        DirectoryTaken,
        SynthesisFailed,
        EmbeddedAwsFailed,
        StackFailed,
        StackMissing,
        InvocationFailed,
        RunTookTooLong,
        RowsMissing,
    ) as error:
        raise CommandFailed(str(error), exit_code=Exit.FAILED) from None
    except KeyboardInterrupt:
        screen.say("\nStopped.")
        raise typer.Exit(CTRL_C) from None
    if as_json:
        print_json(ran.summaries)
    if ran.gaps or not all(execution.as_it_should for execution in ran.executions):
        raise typer.Exit(Exit.FAILED)


def _check_sources() -> None:
    if not IN_A_CLONE:
        raise unreachable(
            "`run` deploys the sources of the stack, and this command line is installed without them: "
            "clone the repository, and `make run` there"
        )


def _speed(sp_api: str | None, *, lwa: str | None, requests: Path | None, speed: float | None) -> float:
    """Check the arguments together, and return how fast time passes."""
    for name, url in (("--sp-api", sp_api), ("--lwa", lwa)):
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise refused(f"{name} is {url!r}; allowed is an http or https URL")
    if lwa and not sp_api:
        raise refused("--lwa is given without --sp-api; the simulator has its own")
    if sp_api and urlsplit(sp_api).hostname not in LOOPBACK and not requests:
        raise refused("--sp-api needs --requests: nobody's quota is spent on a demonstration")
    # Another server's quotas are not any faster.
    times = speed if speed is not None else 1 if sp_api else SPEED
    if not 1 <= times <= 100_000:
        raise refused(f"--speed is {times:g}; allowed is a number from 1 to 100000")
    return times


def _report_config(config: Path) -> ReportConfig:
    report_config = read_config(config)
    if not report_config.timings:
        raise refused(f"--config: {config} has no enabled report for an enabled selling partner")
    return report_config


def _note_types(inputs: list[Any]) -> None:
    """Print what a person should know of the types, such as that one is misspelt."""
    types = {given.get("reportType"): None for given in inputs if isinstance(given, dict)}
    for report_type in types:
        for note in notes(report_type, now=now()) if isinstance(report_type, str) else ():
            console(stderr=True).print(note, soft_wrap=True)


def _inputs(path: Path) -> list[Any]:
    try:
        inputs = parsed(path.read_text())
    except OSError as error:
        raise refused(f"--requests: {path} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise refused(f"--requests: {path} is not JSON ({error})") from None
    if not isinstance(inputs, list) or not inputs:
        raise refused(f"--requests: {path} must hold a JSON list of at least one execution input")
    return inputs
