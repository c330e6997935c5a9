"""reportflow simulator: Amazon's Selling Partner API on this machine, for any client."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import refused
from cli.terminal import console, print_json

if TYPE_CHECKING:
    from local.simulator import Simulator


def simulator(
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Where to listen; 0 takes a free port.")] = 0,
    speed: Annotated[
        float, typer.Option(metavar="N", min=1, help="How many times faster reports, schedules and quotas go.")
    ] = 1.0,
    certificate: Annotated[Path | None, typer.Option(metavar="FILE", help="PEM; https instead of http.")] = None,
    key: Annotated[Path | None, typer.Option(metavar="FILE", help="PEM, the certificate's key.")] = None,
) -> None:
    """Simulate Amazon on 127.0.0.1 until Ctrl-C: Reports, Tokens, Notifications and Login with Amazon.

    Prints as JSON how to reach it, with the credentials of an application and a selling partner. Each report type ends
    in one way (docs/simulator.md); all others are DONE.
    """
    # What the other commands do not need.
    from local.fast_clock import FastClock
    from local.simulator import Simulator
    from local.simulator.sample import SCRIPTS

    for name, path in (("--certificate", certificate), ("--key", key)):
        if path is not None and not path.is_file():
            raise refused(f"{name}: there is no file {path}")
    try:
        running = Simulator(port=port, reports_clock=FastClock.from_now(speed), certificate=certificate, key=key)
    except (OSError, SystemExit):  # werkzeug's way to say that the address is in use
        raise refused(f"--port is {port}, which is taken or not allowed: give another, or none") from None
    with running:
        for report_type, script in SCRIPTS.items():
            running.script(report_type, script)
        console(stderr=True).print("Ctrl-C stops it.")
        with suppress(KeyboardInterrupt):
            print_json(_access(running))
            sys.stdout.flush()
            Event().wait()


def _access(running: Simulator) -> dict[str, object]:
    from local.simulator.sample import SCRIPTS, SELLER

    return {
        "endpoint": running.url,
        "lwaEndpoint": running.lwa_url,
        **running.application,
        "sellingPartnerId": SELLER,
        "refresh_token": running.refresh_token(SELLER),
        "reportTypes": {report_type: script.statuses[-1] for report_type, script in SCRIPTS.items()},
    }
