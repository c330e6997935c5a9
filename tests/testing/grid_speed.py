"""How quick the console's grid is in a browser: `.venv/bin/python -m tests.testing.grid_speed` prints it.

First paint and the first cells by the wall clock, and what the page's thread is busy with while somebody scrolls. The
ledger is in memory, so that AWS's own time is not in it.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.testing.chromium import SECONDS, chromium
from tests.testing.console_demo import serving
from tests.testing.demo_aws import demo_stack, large_ledger
from tests.testing.demo_fleet import LARGE_TYPES, DemoFleet

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request

PARTNERS = 500
FACED = {"width": 1440, "height": 900}
PATIENCE = 120 * SECONDS
TURNS, TURN_MILLISECONDS = 60, 50
# Longer tasks keep a frame from being drawn in time; a browser calls them long from 50 ms on.
WATCH = """
window.seen = { long: [], largest: 0, cells: null, frames: [] };
const watch = (type, take) =>
  new PerformanceObserver((list) => take(list.getEntries())).observe({ type, buffered: true });
watch("longtask", (found) => seen.long.push(...found.map(({ duration }) => duration)));
watch("largest-contentful-paint", (found) => { seen.largest = found.at(-1).startTime; });
const look = () => {
  const cells = document.querySelectorAll("#grid .cell");
  if (cells.length && !document.querySelector("#grid .cell.unread")) seen.cells = performance.now();
  else requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
FRAMES = """(() => {
  seen.long = [];
  const next = (at) => { seen.frames.push(at); requestAnimationFrame(next); };
  requestAnimationFrame(next);
})()"""


@dataclass(frozen=True)
class GridSpeed:
    """Milliseconds by the wall clock, and how much of the grid was there."""

    first_paint: float
    largest_paint: float
    all_cells_in_sight: float
    """Until each has its colour: each row is read from the ledger."""
    long_tasks: list[float]
    """While scrolling, those of 50 ms and more."""
    slowest_frame: float
    elements: int
    """Cells in the page before anybody scrolled."""
    rows_sent: int
    """Bytes of the list of all rows, as it was first sent."""
    rows_read: int
    """Rows whose cells the page asked for before anybody scrolled."""

    def __str__(self) -> str:
        """Return it in a line for a person."""
        return (
            f"first paint {self.first_paint:.0f} ms, the grid's own {self.largest_paint:.0f} ms, all cells in sight "
            f"{self.all_cells_in_sight:.0f} ms; scrolling: {len(self.long_tasks)} of {TURNS} turns of the wheel with a "
            f"task of 50 ms or more ({max(self.long_tasks, default=0):.0f} ms at most), {self.slowest_frame:.0f} ms "
            f"between two frames at most; {self.elements} cells of {self.rows_read} rows in the page, and "
            f"{self.rows_sent:,} bytes of the list of rows"
        )


def measure(browser: Browser, *, partners: int = PARTNERS, days: int) -> GridSpeed:
    """Open the grid of a fleet with twenty report types each, and scroll through it."""
    fleet = DemoFleet.large(partners=partners, days=days)
    stack = demo_stack(large_ledger(fleet), fleet.alone("A1CLIENT0000", LARGE_TYPES[0]))
    with serving(stack, fleet) as url:
        # The context is its own, so that nothing is in a cache.
        page = browser.new_page(viewport=FACED)  # type: ignore[arg-type] # a plain dict
        page.add_init_script(WATCH)
        asked: list[Request] = []
        page.on("request", lambda request: asked.append(request))
        page.goto(url)
        expect(page.locator("#grid .cell").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#grid .unread")).to_have_count(0, timeout=PATIENCE)
        shown = page.evaluate("new Promise((done) => setTimeout(() => done(seen.cells), 200))")
        elements = page.locator("#grid .cell").count()
        sent = next(each.sizes()["responseBodySize"] for each in asked if each.url.endswith("/rows"))
        bodies = [json.loads(each.post_data or "{}") for each in asked if each.url.endswith("/cells")]
        read = {tuple(row) for body in bodies for row in body["rows"]}
        first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        largest = page.evaluate("seen.largest")
        scroll(page)
        watched: Any = page.evaluate("seen")
        page.close()
    frames = watched["frames"]
    slowest = max(after - before for before, after in pairwise(frames))
    return GridSpeed(first, largest, shown, watched["long"], slowest, elements, sent, len(read))


def scroll(page: Page) -> None:
    """Turn the wheel to the left and down in turn, and forget the long tasks before."""
    page.evaluate(FRAMES)
    page.mouse.move(900, 500)
    for turn in range(TURNS):
        page.mouse.wheel(*((0, 400) if turn % 2 else (-500, 0)))
        page.wait_for_timeout(TURN_MILLISECONDS)


def main() -> None:
    """Print it for a fleet that is a month old, and one that is a year old."""
    with chromium() as browser:
        for days in (30, 365):
            of = f"{PARTNERS} selling partners of {len(LARGE_TYPES)} types, {days} days"
            sys.stdout.write(f"{of}: {measure(browser, days=days)}\n")


if __name__ == "__main__":
    main()
