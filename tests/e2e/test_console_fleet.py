"""The console's pages of a whole fleet, in a browser: grid, overview, executions."""

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Browser, Page, expect

from tests.testing.chromium import SECONDS, chromium, quiet_page
from tests.testing.console_demo import serving
from tests.testing.demo_aws import demo_stack, small_ledger
from tests.testing.demo_fleet import NOW, ORDERS, SALES, DemoFleet
from tests.testing.grid_speed import measure
from tests.testing.repository import DOCS

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 420, "height": 844}
HERE = {"timezone_id": "Europe/Berlin", "locale": "en-GB"}
PAGES = {
    "grid": ("#/grid", ".cell.L"),
    "cell": (f"#/grid/A1GLOBEXLTD42/{SALES}/2026-11-09", "#cell .lacking"),
    "landed": (f"#/grid/A2ACMEEUROPE1/{ORDERS}/2026-11-17", "#cell .rows td"),
    "overview": ("#/overview", ".chart svg"),
    "executions": ("#/executions", "#executions .execution"),
    "execution": ("#/executions?state=failed", "#executions .execution"),
}
PATIENCE = 60 * SECONDS


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Serve the page of the small fleet."""
    fleet = DemoFleet.small()
    with serving(demo_stack(small_ledger(fleet), fleet), fleet) as served:
        yield served


def opened(page: Page, url: str, name: str) -> Page:
    """Open a page at the fleet's time, and wait until it is all there."""
    page.clock.set_fixed_time(NOW)
    address, shown = PAGES[name]
    page.goto(url + address)
    expect(page.locator(f".view:visible {shown}").first).to_be_visible(timeout=PATIENCE)
    if name == "execution":
        page.locator("#executions .execution").first.click()
        expect(page.locator("#advice li").first).to_be_visible(timeout=PATIENCE)
        expect(page.locator("#timeline .dot").first).to_be_visible(timeout=PATIENCE)
    if name in ("grid", "cell", "landed"):
        expect(page.locator("#grid .unread")).to_have_count(0, timeout=PATIENCE)
    return page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page that must not complain, on a desk."""
    with quiet_page(browser, viewport=DESK, **HERE) as opened_page:
        yield opened_page


def test_the_console_opens_on_the_grid(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator("#view-grid")).to_be_visible()
    expect(page.locator("#grid-count")).to_have_text("17 rows of 5 selling partners", timeout=PATIENCE)
    expect(page.locator("#clock")).to_have_text(re.compile(r"^Times in Europe/Berlin \(UTC\+\d\)$"))


def test_who_skips_to_the_content_stays_on_the_page(page: Page, url: str) -> None:
    opened(page, url, "executions")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    expect(page.locator("#view-executions")).to_be_visible()


def test_a_missing_run_offers_the_command_that_gets_it(page: Page, url: str) -> None:
    opened(page, url, "cell")
    command = page.locator("#cell .lacking code")
    expect(command).to_have_text(
        f"reportflow backfill --seller A1GLOBEXLTD42 --type {SALES} --marketplace UK --option dateGranularity=DAY "
        "--option asinGranularity=CHILD --from 2026-11-09 --to 2026-11-13 --time-zone Europe/Berlin"
    )
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#cell .lacking .copy").click()
    expect(page.locator("#cell .lacking .copy")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == command.text_content()


def test_the_grid_is_walked_through_by_the_keyboard(page: Page, url: str) -> None:
    opened(page, url, "grid")
    page.locator("#grid .grid-row .cell.F").first.focus()
    expect(page.locator("#grid .cell:focus")).to_have_attribute("aria-label", re.compile(": failed"))
    before = page.locator("#grid .cell:focus").get_attribute("aria-label")
    page.keyboard.press("ArrowRight")
    after = page.locator("#grid .cell:focus")
    expect(after).to_be_visible()
    assert after.get_attribute("aria-label") != before
    page.keyboard.press("Enter")
    expect(page.locator("#cell .window").first).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.locator("#cell")).to_be_hidden()
    expect(page.locator("#grid .cell:focus")).to_have_count(1)


def test_first_rows_scroll_in_their_own_box_by_the_keyboard(page: Page, url: str) -> None:
    opened(page, url, "landed")
    box = page.locator("#cell .scroll")
    width = box.evaluate("one => one.clientWidth")
    assert box.evaluate("one => one.scrollWidth") > width
    assert page.locator("#cell").evaluate("one => one.scrollWidth - one.clientWidth") == 0
    page.locator("#cell .table .copy").focus()
    page.keyboard.press("Tab")
    expect(box).to_be_focused()
    page.keyboard.press("ArrowRight")
    box.evaluate("one => one.scrollLeft || new Promise((done) => one.addEventListener('scroll', done, { once: true }))")
    assert box.evaluate("one => one.scrollLeft") > 0
    summary = page.locator("#cell .window > details > summary")
    summary.focus()
    page.keyboard.press("Enter")
    expect(box).to_be_hidden()


def test_what_others_have_written_does_nothing_and_is_seen(page: Page, url: str) -> None:
    opened(page, url, "landed")
    rows = page.locator("#cell .rows")
    expect(rows).to_contain_text("<img src=x onerror=alert(1)>")
    expect(rows).to_contain_text("Tee\\x1b[31m\\u202e")
    assert page.locator("#cell img").count() == 0
    expect(page.locator("#cell .contents")).to_contain_text("Not shown, since they hold data of buyers: buyer-email.")
    expect(rows).not_to_contain_text("example.com")


def test_rows_are_filtered_and_years_are_a_scroll_away(page: Page, url: str) -> None:
    opened(page, url, "grid")
    page.locator("#grid-filter").fill("hooli sales")
    expect(page.locator("#grid .grid-row:not(.partner)")).to_have_count(1)
    page.locator("#zoom").get_by_text("Month").click()
    expect(page.locator("#grid .column.now")).to_have_text("Nov")
    page.locator("#grid").evaluate("one => { one.scrollLeft = 0; }")
    expect(page.locator("#grid .column.first b").first).to_have_text("2020")


def test_executions_are_filtered_and_a_backfill_has_its_own(page: Page, url: str) -> None:
    opened(page, url, "executions")
    expect(page.locator("#found")).to_have_text(re.compile(r"^1–50 of \d+$"), timeout=PATIENCE)
    page.locator("#next").click()
    expect(page.locator("#found")).to_have_text(re.compile(r"^51–"), timeout=PATIENCE)
    page.locator("#search [name=kind]").select_option("backfill")
    expect(page.locator("#found")).to_have_text("1–1 of 1", timeout=PATIENCE)
    page.locator("#executions .execution").first.click()
    expect(page.locator("#children-list .execution")).to_have_count(20, timeout=PATIENCE)
    page.locator("#children-list .execution").first.click()
    expect(page.locator(".crumbs")).to_contain_text("started by hooli-october", timeout=PATIENCE)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("faced", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_nothing_keeps_anybody_from_using_it(browser: Browser, url: str, name: str, faced: Any, scheme: Any) -> None:
    with quiet_page(browser, viewport=faced, color_scheme=scheme, **HERE) as page:
        opened(page, url, name)
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= faced["width"]


def test_the_graph_opens_where_something_is_on_a_phone(browser: Browser, url: str) -> None:
    with quiet_page(browser, viewport=PHONE, **HERE) as page:
        opened(page, url, "execution")
        frame, state = page.locator("#graph").bounding_box(), page.locator(".machine .state.failed").bounding_box()
        assert frame
        assert state
        assert frame["x"] <= state["x"]
        assert state["x"] + state["width"] <= frame["x"] + frame["width"]


@pytest.mark.skipif(not os.environ.get("UPDATE_SNAPSHOT"), reason="UPDATE_SNAPSHOT=1 takes the pictures of docs/ anew")
def test_the_pictures_of_the_documentation_are_small(browser: Browser, url: str) -> None:
    taken = []
    for name, picture, high in (
        ("cell", "console", 800),
        ("landed", "console-landed", 800),
        ("overview", "console-overview", 900),
        ("execution", "console-execution", 900),
    ):
        with quiet_page(browser, viewport={"width": 1280, "height": high}, color_scheme="light", **HERE) as page:
            opened(page, url, name)
            path = DOCS / f"{picture}.png"
            if name == "landed":
                page.locator("#cell").get_by_text("Open its execution").click()
                expect(page.locator("#contents .rows")).to_be_visible(timeout=PATIENCE)
                page.locator("#landed").screenshot(path=path)
            else:
                page.screenshot(path=path)
            taken.append(path)
    assert sum(path.stat().st_size for path in taken) < 600_000


@pytest.mark.exhaustive
def test_a_grid_of_500_selling_partners_makes_and_asks_for_what_is_in_sight(browser: Browser) -> None:
    """How quick it is depends on the machine: `python -m tests.testing.grid_speed` prints it."""
    made = measure(browser, partners=500, days=30)
    # 30 rows and 45 columns are in sight; some rows, and columns by 16, are made beyond.
    assert 30 * 45 < made.elements < 3000
    assert 25 < made.rows_read < 60
    assert made.rows_sent < 500 * 20 * 200
