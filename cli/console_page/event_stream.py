"""A stream of events that tells a page what has changed, for as long as the page is open."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from cli.console_page.watch import INTERVAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.console_page.watch import Watch


def events(watch: Watch, execution: str | None) -> Iterator[str]:
    """Yield server-sent events: what each part is, again whenever it has changed, and what AWS refuses."""
    parts = {"time": watch.time, "pulse": watch.pulse, **(watch.parts(execution) if execution else {})}
    sent: dict[str, str] = {}
    yield _event("stack", json.dumps(watch.stack()))
    while True:
        troubles = list(filter(None, (watch.index.trouble, watch.fleet.rows.trouble, watch.fleet.ledger.trouble)))
        for name, read in parts.items():
            try:
                said = json.dumps(read())
            except (ClientError, BotoCoreError) as error:
                troubles.append(str(error))
                continue
            if sent.get(name) != said:
                sent[name] = said
                yield _event(name, said)
        yield _event("troubles", json.dumps(troubles))  # and a write that fails tells that nobody listens any more
        time.sleep(INTERVAL)


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
