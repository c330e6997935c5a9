"""The rows of the ledger that were looked at last, each read whole and kept until one of its executions moves."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from cli.console_page.ledger_windows import read_row

if TYPE_CHECKING:
    from datetime import datetime

    from cli.console_page.ledger_windows import LedgerRow
    from cli.stack import DeployedStack

# Of all rows together: about half a kilobyte each.
MOST_WINDOWS = 100_000


class LedgerRowCache:
    """Rows by selling partner and report type."""

    def __init__(self, deployed: DeployedStack) -> None:
        """Nothing is read yet."""
        self._deployed = deployed
        self._kept: OrderedDict[tuple[str, str], LedgerRow] = OrderedDict()
        self._changes = 0
        self._lock = Lock()
        self._unreadable: dict[tuple[str, str], int] = {}

    @property
    def trouble(self) -> str | None:
        """What could not be read, as a sentence."""
        count = sum(self._unreadable.values())
        return f"{count:,} of the ledger's items cannot be read: the grid shows the others" if count else None

    def row(self, partner: str, report_type: str, *, now: datetime) -> LedgerRow:
        """Return the row."""
        key = (partner, report_type)
        with self._lock:
            if found := self._kept.get(key):
                self._kept.move_to_end(key)
                return found
            changes = self._changes
        row = read_row(self._deployed, partner, report_type, now=now)
        with self._lock:
            self._unreadable[key] = row.unreadable
            # What has changed while it was read may be missing in it.
            if changes == self._changes:
                self._keep(key, row)
        return row

    def forget(self, partner: str, report_type: str) -> None:
        """Read this row again when it is asked for: something has changed."""
        with self._lock:
            self._changes += 1
            self._kept.pop((partner, report_type), None)

    def forget_all(self) -> None:
        """Read every row again."""
        with self._lock:
            self._changes += 1
            self._kept.clear()

    def _keep(self, key: tuple[str, str], row: LedgerRow) -> None:
        self._kept[key] = row
        while len(self._kept) > 1 and sum(len(each.windows) for each in self._kept.values()) > MOST_WINDOWS:
            self._kept.popitem(last=False)
