"""Events of the source `reportflow` on the account's default bus: docs/events.md says what is in them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION = "1"


class EventRefused(Exception):
    """EventBridge did not take the event."""


def publish(detail_type: str, detail: Mapping[str, Any], *, put_events: Callable[..., Any]) -> None:
    """Put the event of an execution on the default bus, with EventBridge's PutEvents.

    Raises:
        EventRefused: names why.
    """
    versioned = json.dumps({"version": VERSION, **detail})
    entry = {"Source": "reportflow", "DetailType": detail_type, "Detail": versioned}
    answer = put_events(Entries=[{**entry, "Resources": [detail["executionArn"]]}])
    if answer["FailedEntryCount"]:
        refused = answer["Entries"][0]
        raise EventRefused(f"EventBridge answered {refused.get('ErrorCode')}: {refused.get('ErrorMessage')}")
