"""Command line of the local run: `make run ARGS="…"`."""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.console import Console

from local.amazon import LOOPBACK, CredentialsNotGiven
from local.assembly import SynthesisFailed
from local.embedded import EmbeddedAwsFailed, StackFailed, StackMissing
from local.run import Options, RunTookTooLong, run
from local.show import Screen

SPEED = 1200

CTRL_C = 130


class InvalidArgument(Exception):
    """A command-line argument that nothing can be run with."""


def parser() -> argparse.ArgumentParser:
    """Return the parser, whose --help is the documentation."""
    made = argparse.ArgumentParser(
        prog="make run",
        usage='make run ARGS="[options]"',
        description="Runs reportflow on this machine: the synthesized stack in an embedded AWS, with Amazon simulated. "
        "No AWS account is needed, and nothing is left behind but build/.",
    )
    made.add_argument(
        "--requests", metavar="FILE", type=Path, help="a JSON list of execution inputs, instead of the demonstration"
    )
    made.add_argument("--sp-api", metavar="URL", help="a server that speaks the Reports API, instead of the simulator")
    made.add_argument("--lwa", metavar="URL", help="its Login with Amazon (default: the --sp-api URL + /auth/o2/token)")
    made.add_argument(
        "--speed",
        metavar="N",
        type=float,
        help="how many times faster time passes: waits, quotas, the functions' clock (default: 1200; with --sp-api 1)",
    )
    made.add_argument("--keep", action="store_true", help="leave it all running until Ctrl-C, and print the endpoints")
    made.add_argument(
        "--json", action="store_true", help="print the summary as JSON, everything else on standard error"
    )
    made.epilog = (
        "Credentials for --sp-api come from the environment: LWA_CLIENT_ID, LWA_CLIENT_SECRET, and REFRESH_TOKEN or "
        "REFRESH_TOKEN_<sellingPartnerId>; a server on this machine gets dummies for those that are not set. "
        "Exit code: 0 if every execution ended as it should (with --requests: succeeded), 1 if not, "
        "2 for bad arguments, 130 after Ctrl-C."
    )
    return made


def options_of(arguments: argparse.Namespace) -> Options:
    """Check the arguments.

    Raises:
        InvalidArgument: one sentence that names the argument, what was found and what is allowed.
    """
    for name in ("sp_api", "lwa"):
        url = getattr(arguments, name)
        if url is not None and (urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname):
            raise InvalidArgument(f"--{name.replace('_', '-')} is {url!r}; allowed is an http or https URL")
    if arguments.lwa and not arguments.sp_api:
        raise InvalidArgument("--lwa is given without --sp-api; the simulator has its own")
    if arguments.sp_api and urlsplit(arguments.sp_api).hostname not in LOOPBACK and not arguments.requests:
        raise InvalidArgument("--sp-api needs --requests: nobody's quota is spent on a demonstration")
    # Another server's quotas are not any faster.
    speed = arguments.speed if arguments.speed is not None else 1 if arguments.sp_api else SPEED
    if not 1 <= speed <= 100_000:
        raise InvalidArgument(f"--speed is {speed:g}; allowed is a number from 1 to 100000")
    return Options(
        requests=_requests(arguments.requests) if arguments.requests else None,
        sp_api=arguments.sp_api,
        lwa=arguments.lwa,
        speed=speed,
        keep=arguments.keep,
    )


def _requests(path: Path) -> Sequence[Any]:
    try:
        requests = json.loads(path.read_text())
    except OSError as error:
        raise InvalidArgument(f"--requests: {path} cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise InvalidArgument(f"--requests: {path} is not JSON ({error})") from None
    if not isinstance(requests, list) or not requests:
        raise InvalidArgument(f"--requests: {path} must hold a JSON list of at least one execution input")
    return requests


def main() -> int:
    """Run, and return the exit code."""
    arguments = parser().parse_args()
    screen = Screen(Console(stderr=arguments.json))
    try:
        executions, summaries = run(options_of(arguments), screen, signal.pause)
    except (InvalidArgument, CredentialsNotGiven) as error:
        screen.say(f"reportflow: {error}")
        return 2
    except (SynthesisFailed, EmbeddedAwsFailed, StackFailed, StackMissing, RunTookTooLong) as error:
        screen.say(f"reportflow: {error}")
        return 1
    except KeyboardInterrupt:
        screen.say("\nStopped.")
        return CTRL_C
    if arguments.json:
        json.dump(summaries, sys.stdout, indent=2, ensure_ascii=False)
    return 0 if all(execution.as_it_should for execution in executions) else 1


if __name__ == "__main__":
    sys.exit(main())
