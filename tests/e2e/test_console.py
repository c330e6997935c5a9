"""The console's page in a browser: Debian's Chromium, driven by Playwright, on a run that is kept."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped] # it has no types
from playwright.sync_api import Browser, Page, expect

from local.aws.session import bound_session
from local.scenarios import SCENARIOS
from tests.testing.chromium import SECONDS, chromium, quiet_page
from tests.testing.run_command import Command
from tests.testing.template import Template

FACED = {"desk": {"width": 1440, "height": 1000}, "phone": {"width": 390, "height": 844}}


@dataclass(frozen=True)
class Kept:
    """A run that is over, and kept: its page, its summaries by execution name, and its AWS."""

    url: str
    summaries: dict[str, dict[str, Any]]
    session: boto3.Session

    @property
    def machine(self) -> str:
        """The machine's ARN."""
        (stack,) = self.session.client("cloudformation").describe_stacks(StackName="reportflow")["Stacks"]
        return next(one["OutputValue"] for one in stack["Outputs"] if one["OutputKey"] == "StateMachineArn")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Run the demonstration and keep it."""
    directory = tmp_path_factory.mktemp("run")
    command = Command(directory, "--keep")
    said = command.wait_for("Ctrl-C stops it all.")
    url = re.search(r"The console is at (http://127\.0\.0\.1:\d+/)", said)
    assert url
    ca_bundle = directory / "build/run/aws/ca.pem"
    session = bound_session(endpoint_url=command.exports()["AWS_ENDPOINT_URL"], ca_bundle=ca_bundle, region="us-east-1")
    summaries = {one["executionArn"].rpartition(":")[2]: one for one in command.summaries().values()}
    yield Kept(url[1], summaries, session)
    command.press_ctrl_c()
    command.end(timeout=20)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Open a page that must not complain."""
    with quiet_page(browser, viewport={"width": 1440, "height": 1000}) as opened:
        yield opened


def show(page: Page, kept: Kept, name: str) -> None:
    """Open the page at an execution, and wait until it is there."""
    page.goto(f"{kept.url}#/execution/{name}")
    expect(page.locator("#headline .name")).to_have_text(name, timeout=20 * SECONDS)


def coloured(page: Page, status: str) -> set[str]:
    """Return the states of the graph with this colour."""
    found = page.locator(f".machine .state.{status}").evaluate_all("all => all.map(one => one.dataset.state)")
    return set(found)


def test_the_graph_is_the_machine_s(page: Page, kept: Kept, template: Template) -> None:
    show(page, kept, "fatal-with-a-document")
    drawn = page.locator(".machine .state").evaluate_all("all => all.map(one => one.dataset.state)")
    assert sorted(drawn) == sorted(template.definition()["States"])


def test_each_outcome_is_shown_as_it_ended(page: Page, kept: Kept) -> None:
    for name, summary in kept.summaries.items():
        show(page, kept, name)
        ended = (summary["output"] or {}).get("outcome") or summary["error"]
        expect(page.locator("#headline .pill")).to_have_text(ended)
        expect(page.locator("#steps tbody tr")).to_have_count(len(summary["states"]))
        green = summary["status"] == "SUCCEEDED"
        assert coloured(page, "failed") == (set() if green else {summary["states"][-1]})
        assert coloured(page, "done") | coloured(page, "failed") | coloured(page, "caught") == set(summary["states"])
        made = sum(summary["calls"].values())
        if made:
            expect(page.locator("#timeline .dot")).to_have_count(made, timeout=20 * SECONDS)
        if summary["cause"]:
            expect(page.locator("#headline blockquote")).to_have_text(summary["cause"])


def test_amazon_s_own_words_are_readable(page: Page, kept: Kept) -> None:
    show(page, kept, "fatal-with-a-document")
    cause = page.locator("#headline blockquote")
    expect(cause).to_be_visible()
    expect(cause).to_have_text("The report data for the requested date range is not yet available")
    assert float(cause.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")) >= 14
    expect(page.locator("#advice")).to_contain_text("The window's data is not there yet")
    expect(page.locator("#commands")).to_contain_text("reportflow explain fatal-with-a-document")


def test_the_grid_has_what_the_ledger_has(page: Page, kept: Kept) -> None:
    page.goto(kept.url)
    landed = kept.summaries["done-gzip-TSV-in-Cp1252"]["input"]
    row = page.locator(".grid-row", has_text=landed["reportType"])
    expect(page.locator("#grid .label", has_text=landed["sellingPartnerId"])).to_be_visible(timeout=20 * SECONDS)
    page.goto(f"{kept.url}#/grid/{landed['sellingPartnerId']}/{landed['reportType']}/2026-11-03")
    expect(row.locator(".cell.L").first).to_be_visible(timeout=20 * SECONDS)
    panel = page.locator("#cell")
    expect(panel.locator(".window")).to_have_count(1, timeout=20 * SECONDS)
    expect(panel).to_contain_text("1 – 7 Nov 2026")
    expect(panel.locator(".table b")).to_have_text(f"reportflow.{landed['reportType'].lower()}")
    expect(panel.locator(".rows")).to_contain_text("Müller Kaffee „Röstfrisch“")
    panel.get_by_text("Open its execution").click()
    expect(page.locator("#headline .name")).to_have_text("done-gzip-TSV-in-Cp1252")


def test_a_page_of_a_fast_clock_says_so_and_shows_no_other(page: Page, kept: Kept) -> None:
    page.goto(kept.url)
    expect(page.locator("#clock")).to_contain_text("Simulated time", timeout=20 * SECONDS)


def test_executions_are_found_by_what_they_were_asked_for(page: Page, kept: Kept) -> None:
    page.goto(f"{kept.url}#/executions")
    # Those too that others are compared with, which the summaries leave out.
    count = len(kept.summaries) + sum(scenario.weeks_before for scenario in SCENARIOS)
    # Another test may have started one more.
    expect(page.locator("#found")).to_have_text(re.compile(f"of ({count}|{count + 1})$"), timeout=60 * SECONDS)
    page.locator("#search [name=text]").fill("vendor_sales fatal")
    wanted = [name for name, one in kept.summaries.items() if "fatal" in name and "VENDOR_SALES" in str(one["input"])]
    expect(page.locator("#executions .name")).to_have_text(wanted, timeout=60 * SECONDS)
    assert wanted


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("done-gzip-TSV-in-Cp1252", "Müller Kaffee „Röstfrisch“"),
        ("done-TSV-in-windows-31j", "抹茶①髙島屋"),
        ("done-JSON-in-UTF-8", '"reportType": "GET_SALES_AND_TRAFFIC_REPORT"'),
        ("done-with-personal-data", "personal data"),
    ],
)
def test_the_first_rows_are_in_the_right_charset_and_personal_data_is_withheld(
    page: Page, kept: Kept, name: str, shown: str
) -> None:
    show(page, kept, name)
    expect(page.locator("#contents")).to_contain_text(shown)
    if name == "done-with-personal-data":
        assert page.locator("#contents table").count() == 0


def test_a_landed_report_has_its_tables_with_their_columns(page: Page, kept: Kept) -> None:
    for name, table, column in (
        ("done-gzip-TSV-in-Cp1252", "get_flat_file_all_orders_data_by_last_update_general", "product_name"),
        (
            "done-JSON-in-UTF-8",
            "get_sales_and_traffic_report__sales_and_traffic_by_date",
            "date",
        ),
    ):
        show(page, kept, name)
        expect(page.locator("#contents .table b", has_text=table)).to_have_text(f"reportflow.{table}")
        found = page.locator("#contents .table", has_text=table)
        found.locator("summary").click()
        expect(found.locator(".columns")).to_contain_text(column)
        expect(found.locator("code")).to_contain_text(f'FROM "{table}"')


def test_an_execution_is_followed_from_its_start_to_its_end(page: Page, kept: Kept) -> None:
    page.goto(f"{kept.url}#/executions")
    # It takes its time: the others may be over before anybody looks.
    given = kept.summaries["stuck-in-the-queue"]["input"]
    client = kept.session.client("stepfunctions")
    client.start_execution(stateMachineArn=kept.machine, name="followed", input=json.dumps(given))
    page.locator('#executions a[href="#/execution/followed"]').click()
    expect(page.locator("#headline .pill")).to_have_text("running")
    expect(page.locator(".machine .state.current")).to_have_count(1)
    expect(page.locator("#headline .pill")).to_have_text("ReportOverdue", timeout=90 * SECONDS)
    assert {"Create report", "Handle overdue"} <= coloured(page, "done")
    assert coloured(page, "current") == set()


def test_the_keyboard_reaches_everything(page: Page, kept: Kept) -> None:
    page.goto(f"{kept.url}#/executions?text=cancelled-no-data")
    page.locator('#executions a[href="#/execution/cancelled-no-data"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#headline .name")).to_have_text("cancelled-no-data")
    page.locator('.machine .state[data-state="Create report"]').focus()
    page.keyboard.press("Enter")
    expect(page.locator("#steps .data pre").first).to_contain_text('"reportType"')
    page.locator("#position").focus()
    page.keyboard.press("Home")
    expect(page.locator(".machine .state.done")).to_have_count(0)
    page.keyboard.press("ArrowRight")
    assert coloured(page, "current") == {"Create report"}


@pytest.mark.parametrize("faced", FACED)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_keeps_anybody_from_using_it(browser: Browser, kept: Kept, scheme: Any, faced: str) -> None:
    page = browser.new_page(viewport=FACED[faced], color_scheme=scheme)  # type: ignore[arg-type] # a plain dict
    for name in ("done-gzip-TSV-in-Cp1252", "fatal-with-a-document"):
        show(page, kept, name)
        expect(page.locator("#quotas li").first).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= FACED[faced]["width"]
    page.close()


def test_a_page_that_is_left_open_says_that_it_has_lost_the_stack(browser: Browser, kept: Kept) -> None:
    page = browser.new_page()
    page.route("**/events*", lambda route: route.abort())
    page.goto(kept.url)
    expect(page.locator("#connection")).to_have_text("Not connected")
    page.close()
