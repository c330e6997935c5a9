"""The child process: ministack behind TLS, on a listener it is given, until the end of its input.

The first line of the input is the settings that EmbeddedAws sends; ministack takes its own from the environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.app import app  # type: ignore[import-untyped] # ministack has no types

from local.aws.lambda_service import LambdaService
from local.aws.launch import ForkServer, launch_plainly
from local.aws.ministack import events, executions, objects, patches, policies, roles, slots, transactions, views
from local.aws.own_host import for_this_machine
from local.aws.simulated_time import SimulatedTime
from local.fast_clock import SharedClock


def main() -> None:
    """Serve."""
    settings = json.loads(sys.stdin.readline())
    fork_server = None if settings["plain_runtime"] else ForkServer()
    service = LambdaService(
        directory=Path(settings["directory"]),
        launch=fork_server.launch if fork_server else launch_plainly,
        open_log=patches.open_log,
    )
    threading.Thread(target=_end_with_parent, args=(service, fork_server), daemon=True).start()
    time = SimulatedTime(SharedClock(Path(settings["clock"])), speed=settings["speed"])
    patches.run_functions_in(service, variables=settings["function_variables"], time=time)
    patches.make_ref_of_a_secret_its_arn()
    patches.keep_what_is_only_looked_at()
    patches.fill_in_schedules()
    patches.give_no_output_to_what_failed()
    policies.allow_a_batch_of_what_is_allowed()
    policies.know_what_a_call_is_on()
    slots.name_throttled_tasks()
    slots.let_events_wait_for_a_slot(time)
    roles.ask_the_roles_of_machines()
    events.ask_for_targets()
    events.ask_the_roles_of_functions()
    objects.keep_the_encryption_of_buckets()
    objects.ask_for_what_is_beside_the_object()
    transactions.let_them_meet()
    views.keep_views()
    executions.go_by(time)
    executions.wait_for_task_tokens(time)
    executions.emit_events_of_nested_executions()
    config = Config()
    config.bind = [f"fd://{settings['listener']}"]
    config.certfile = os.environ["MINISTACK_SSL_CERT"]
    config.keyfile = os.environ["MINISTACK_SSL_KEY"]
    asyncio.run(serve(_announcing(for_this_machine(app), ready=settings["ready"]), config))


def _announcing(application: Any, *, ready: int) -> Any:
    """Return the ASGI application, which will write to the descriptor `ready` when it has started."""

    async def announcing(scope: Any, receive: Any, send: Any) -> None:
        async def send_and_tell(message: Any) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                os.write(ready, b"!")

        await application(scope, receive, send_and_tell if scope["type"] == "lifespan" else send)

    return announcing


def _end_with_parent(service: LambdaService, fork_server: ForkServer | None) -> None:
    """Wait for the end of the input, which comes however the parent ends; then leave nothing running."""
    sys.stdin.read()
    service.close()
    if fork_server:
        fork_server.close()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
