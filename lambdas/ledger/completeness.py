"""Which windows of a backfill are complete: they have a document, or Amazon has said that there is no data."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.ledger.item import Entry
    from lambdas.ledger.table import Ledger
    from lambdas.payloads.request import Request

# The statuses after which a window need not be asked for again.
COMPLETE = ("LANDED", "NO_DATA")


def is_complete(entry: Entry | None) -> bool:
    """Say whether a ledger entry's window is complete; a window without an entry is not."""
    return entry is not None and entry.status in COMPLETE


def incomplete(requests: Sequence[Request], *, ledger: Ledger) -> list[Request]:
    """Return the requests that are still to be made, in their order: a refresh always is."""
    entries = zip(requests, ledger.entries(requests), strict=True)
    return [request for request, entry in entries if request["refresh"] or not is_complete(entry)]
