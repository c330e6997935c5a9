"""All selling partners and report types: the grid, the windows behind its cells, the overview."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cli.console_page.commands import for_missing
from cli.console_page.expectations import Expectations
from cli.console_page.grid import Grid
from cli.console_page.grid_rows import GridRows
from cli.console_page.ledger_row_cache import LedgerRowCache
from cli.console_page.overview import Overview
from cli.console_page.report_contents import contents_in_ledger
from cli.console_page.window_details import MOST, expected_windows, known_windows
from lambdas.gaps import MISSING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from cli.console_page.commands import Where
    from cli.console_page.grid import Cells
    from cli.console_page.report_contents import ReportContents
    from cli.stack import DeployedStack
    from lambdas.schedules.report_config import ReportConfig


# How far a range of missing windows is followed to either side of where somebody looks.
AROUND = timedelta(days=92)


class Fleet:
    """What the ledger and the configuration say of everybody."""

    def __init__(
        self, deployed: DeployedStack, report_config: ReportConfig, *, clock: Callable[[], datetime], where: Where
    ) -> None:
        """Read nothing yet."""
        self.names = {each.selling_partner_id: each.name for each in report_config.selling_partners}
        self.ledger = LedgerRowCache(deployed)
        self.rows = GridRows(deployed, report_config)
        self.overview = Overview(deployed, report_config, clock=clock)
        self._grid = Grid(self.ledger, Expectations(report_config), clock=clock)
        self._deployed = deployed
        self._clock = clock
        self._where = where

    def cells(self, partner: str, report_type: str, *, first: date, last: date) -> Cells:
        """Return a row of the grid."""
        return self._grid.cells(partner, report_type, first=first, last=last)

    def landed(self, partner: str, report_id: str) -> ReportContents:
        """Return a report that has landed for a window."""
        return contents_in_ledger(self._deployed, partner, report_id, self._where)

    def details(self, partner: str, report_type: str, *, first: date, last: date) -> dict[str, Any]:
        """Return the windows of some days of a row, and the commands that get what is missing."""
        known = known_windows(self._deployed, partner, report_type, first=first, last=last, now=self._clock())
        for window in known:
            if window["earlier"]:
                window["compare"] = self._where.command("diff", window["reportId"], "--seller", partner)
        still_open = expected_windows(self._grid.open_windows(partner, report_type, first=first, last=last))
        around = self._grid.open_windows(partner, report_type, first=first - AROUND, last=last + AROUND)
        missing = [window for window, kind in around if kind == MISSING]
        windows = sorted([*known, *still_open], key=lambda each: (each["first"], each["marketplaces"]))
        return {
            "windows": windows[:MOST],
            "more": max(0, len(windows) - MOST),
            "missing": for_missing(missing, first=first, last=last, where=self._where, now=self._clock()),
        }
