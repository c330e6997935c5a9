"""What the console says of a whole fleet: the grid, the windows behind its cells, the overview, the search."""

import json
import shlex
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from werkzeug.test import Client

from cli.console_page import commands, daily_counts, execution_search, ledger_row_cache, ledger_windows
from cli.console_page.commands import Where, start
from cli.console_page.links import of_execution
from cli.console_page.page import Page
from cli.console_page.watch import Watch
from lambdas.gaps import MISSING, find_gaps
from lambdas.ledger.item import request_key
from lambdas.ledger.table import Ledger
from lambdas.request.backfill import parse_backfill
from lambdas.request.parsing import parse_request
from lambdas.spapi.regions import marketplace_id
from tests.testing.console_demo import watch
from tests.testing.demo_aws import HEADER, DemoLedger, demo_stack, small_ledger
from tests.testing.demo_fleet import NOW, ORDERS, SALES, VENDOR, DemoFleet, entry_of, item_of

ACME_US, GLOBEX, HOOLI, INITECH = "A3ACMEUSA4711", "A1GLOBEXLTD42", "A4HOOLIJAPAN9", "amzn1.vg.1234567"
FLEET = DemoFleet.small()
SETTLEMENTS = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"


@cache
def ledger() -> DemoLedger:
    """Return the small fleet's ledger."""
    return small_ledger(FLEET)


@pytest.fixture(scope="module")
def watched() -> Watch:
    """Watch the small fleet, all of whose executions are listed."""
    watching_it = watch(demo_stack(ledger(), FLEET), FLEET)
    watching_it.pulse()
    until(lambda: watching_it.index.is_complete)
    return watching_it


def until(done: Callable[[], bool]) -> None:
    """Wait for a thread, but not for ever."""
    patience = time.monotonic() + 60
    while not done():
        assert time.monotonic() < patience
        time.sleep(0.01)


@pytest.fixture(scope="module")
def page(watched: Watch) -> Client:
    """Open its page."""
    return Client(Page(watched))


def cells(watched: Watch, partner: str, report_type: str, first: str, last: str) -> str:
    """Return a row's letters."""
    return watched.fleet.cells(partner, report_type, first=date.fromisoformat(first), last=date.fromisoformat(last))[
        "cells"
    ]


def watching(items: list[dict[str, Any]], fleet: DemoFleet = FLEET) -> Watch:
    """Watch a ledger with these items."""

    def beginning(partner: str, start: str) -> list[dict[str, Any]]:
        return [
            each for each in items if each["sellingPartnerId"]["S"] == partner and each["entry"]["S"].startswith(start)
        ]

    return watch(demo_stack(DemoLedger(beginning, []), fleet), fleet)


def test_a_day_is_what_became_of_its_window(watched: Watch) -> None:
    assert cells(watched, GLOBEX, SALES, "2026-11-08", "2026-11-14") == "FMMMMML"
    assert cells(watched, ACME_US, SALES, "2026-11-17", "2026-11-20") == "LFDD"


def test_a_week_s_window_is_on_all_of_its_days(watched: Watch) -> None:
    assert cells(watched, INITECH, VENDOR, "2026-11-07", "2026-11-16") == "LLLLLLLLDD"


def test_before_the_first_window_nothing_is_missing(watched: Watch) -> None:
    assert cells(watched, HOOLI, ORDERS, "2026-10-08", "2026-10-13") == "....LL"
    assert set(cells(watched, HOOLI, ORDERS, "2020-01-01", "2026-10-11")) == {"."}


def test_the_grid_finds_missing_what_gaps_finds_missing(watched: Watch) -> None:
    stack = watched._deployed
    ledger = Ledger(dynamodb=stack.dynamodb, table=stack.ledger, retention=timedelta())
    found = find_gaps(FLEET.report_config, ledger=ledger, now=NOW, days=30).found
    in_gaps = {
        (row["sellingPartnerId"], row["reportType"]): row["missing"] for row in found["reports"] if row["missing"]
    }
    grid = watched.fleet._grid
    in_grid = Counter(
        (row["sellingPartnerId"], row["reportType"])
        for row in watched.fleet.rows.known()
        for _, kind in grid.open_windows(
            row["sellingPartnerId"], row["reportType"], first=NOW.date() - timedelta(days=35), last=NOW.date()
        )
        if kind == MISSING
    )
    assert in_gaps == dict(in_grid) == {(GLOBEX, SALES): 5}


def test_the_offered_backfill_asks_for_the_missing_windows_themselves(page: Client, watched: Watch) -> None:
    query = {"sellingPartnerId": GLOBEX, "reportType": SALES, "from": "2026-11-11", "to": "2026-11-11"}
    details: Any = page.get("/windows", query_string=query).json
    (missing,) = details["missing"]
    assert (missing["first"], missing["last"], missing["windows"]) == ("2026-11-09", "2026-11-13", 5)
    program, command, *words = shlex.split(*missing["commands"])
    options = list(zip(words[::2], words[1::2], strict=True))
    given = dict(options)
    asked = {
        "sellingPartnerId": given["--seller"],
        "reportType": given["--type"],
        "marketplaceIds": [marketplace_id(given["--marketplace"])],
        "from": given["--from"],
        "to": given["--to"],
        **({"period": given["--period"]} if "--period" in given else {}),
        "timeZone": given["--time-zone"],
        "reportOptions": dict(value.split("=") for option, value in options if option == "--option"),
    }
    lacking = watched.fleet._grid.open_windows(GLOBEX, SALES, first=date(2026, 11, 1), last=date(2026, 11, 17))
    requests = [request_key(request)["entry"]["S"] for request in parse_backfill(asked, now=NOW)]
    assert (program, command) == ("reportflow", "backfill")
    assert requests == [window.entry for window, kind in lacking if kind == MISSING]


def test_a_window_that_others_cover_is_not_missing() -> None:
    fleet = FLEET.alone(GLOBEX, ORDERS)
    given = {
        "sellingPartnerId": GLOBEX,
        "reportType": ORDERS,
        "marketplaceIds": ["A1F83G8C2ARO7P"],
        "timeZone": "Europe/Berlin",
        "dataStartTime": "2026-11-09T00:00:00+01:00",
        "dataEndTime": "2026-11-13T23:59:59+01:00",
    }
    windows = [one for one in fleet.windows if not "2026-11-08" <= one.request["firstDay"] <= "2026-11-14"]
    items = [item_of(one.request, entry) for one in windows if (entry := entry_of(one))]
    landed = next(entry for one in windows if (entry := entry_of(one)) and entry.status == "LANDED")
    covering = item_of(parse_request(given, now=NOW), landed)
    assert cells(watching(items, fleet), GLOBEX, ORDERS, "2026-11-07", "2026-11-15") == "LMMMMMMML"
    assert cells(watching([*items, covering], fleet), GLOBEX, ORDERS, "2026-11-07", "2026-11-15") == "LMLLLLLML"


def test_what_lacks_between_two_settlements_is_missing() -> None:
    window = FLEET.windows[-1]
    landed = next(entry for one in FLEET.windows if (entry := entry_of(one)) and entry.status == "LANDED")
    items = []
    for number, (begin, end) in enumerate((("2026-11-01", "2026-11-03"), ("2026-11-06", "2026-11-08"))):
        days = {"dataStartTime": f"{begin}T00:00:00Z", "dataEndTime": f"{end}T00:00:00Z"}
        request: Any = {**window.request, "reportType": SETTLEMENTS, "sellingPartnerId": GLOBEX, **days}
        request |= {"firstDay": begin, "lastDay": end, "reportId": str(number)}
        result: Any = {**(landed.result or {}), **days, "marketplaceIds": request["marketplaceIds"]}
        item = item_of(request, landed)
        items.append({**item, "result": {"S": json.dumps(result)}})
    assert cells(watching(items), GLOBEX, SETTLEMENTS, "2026-10-31", "2026-11-09") == ".LLMMMMLL."


def test_a_row_is_read_once_until_one_of_its_executions_moves(watched: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []
    read = ledger_windows._items

    def reading(*asked: Any) -> Any:
        reads.append(asked[1])
        return read(*asked)

    monkeypatch.setattr(ledger_windows, "_items", reading)
    watched.fleet.ledger.forget_all()
    for _ in range(3):
        cells(watched, GLOBEX, ORDERS, "2026-11-01", "2026-11-19")
    assert reads == [GLOBEX]
    watched.pulse()
    states: Any = watched._deployed.stepfunctions
    moved = next(
        one for one in states.executions[watched._deployed.machine] if GLOBEX in one["input"] and ORDERS in one["input"]
    )
    watched.index._rows[moved["executionArn"]]["status"] = "RUNNING"
    watched._read.clear()
    watched.pulse()
    cells(watched, GLOBEX, ORDERS, "2026-11-01", "2026-11-19")
    assert reads == [GLOBEX] * 2


def test_an_item_that_nobody_can_read_hides_no_other() -> None:
    fleet = FLEET.alone(GLOBEX, ORDERS)
    good, _, other, *_ = fleet.items()
    watched = watching([good, {**other, "request": {"S": "{"}}], fleet)
    day = json.loads(good["request"]["S"])["firstDay"]
    assert cells(watched, GLOBEX, ORDERS, day, day) in "LF"
    assert watched.fleet.ledger.trouble == "1 of the ledger's items cannot be read: the grid shows the others"


def test_of_many_rows_the_oldest_are_forgotten(watched: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_row_cache, "MOST_WINDOWS", 200)
    watched.fleet.ledger.forget_all()
    for row in watched.fleet.rows.known():
        cells(watched, row["sellingPartnerId"], row["reportType"], "2026-11-01", "2026-11-19")
    kept = watched.fleet.ledger._kept
    assert sum(len(row.windows) for row in kept.values()) <= 200
    assert next(reversed(kept)) == (INITECH, VENDOR)


def test_a_landed_window_has_its_table_and_its_first_rows(page: Client) -> None:
    query = {"sellingPartnerId": ACME_US, "reportType": ORDERS, "from": "2026-11-17", "to": "2026-11-17"}
    (window,) = page.get("/windows", query_string=query).json["windows"]  # type: ignore[index] # it is JSON
    asked = {"sellingPartnerId": ACME_US, "reportId": window["reportId"]}
    contents: Any = page.get("/landed", query_string=asked).json
    (table,) = contents["tables"]
    assert table["name"] == f"reportflow.{ORDERS.lower()}"
    assert table["columns"] == [name.replace("-", "_") for name in HEADER]
    assert shlex.split(table["query"])[:2] == ["reportflow", "query"]
    assert f'FROM "{ORDERS.lower()}"' in table["query"]
    assert contents["note"] == ""
    assert contents["preview"]["rows"][0] == HEADER[:-1]
    assert contents["preview"]["hidden"] == ["buyer-email"]
    assert "example.com" not in json.dumps(contents)


def test_a_report_that_nobody_knows_has_no_rows(page: Client) -> None:
    contents: Any = page.get("/landed", query_string={"sellingPartnerId": ACME_US, "reportId": "1"}).json
    assert contents["preview"] == {"withheld": "Nothing has landed."}


def test_what_is_behind_a_cell(page: Client) -> None:
    query = {"sellingPartnerId": ACME_US, "reportType": SALES, "from": "2026-11-17", "to": "2026-11-18"}
    details: Any = page.get("/windows", query_string=query).json
    landed, failed = details["windows"]
    assert (landed["kind"], failed["kind"], failed["status"]) == ("landed", "failed", "FATAL")
    assert landed["rows"] > 0
    assert landed["compare"] == f"reportflow diff {landed['reportId']} --seller {ACME_US}"
    assert [(one["reportId"], one["rows"]) for one in landed["earlier"]] == [("50000000077", 209)]
    assert landed["key"].startswith("reports/sellingPartnerId=A3ACMEUSA4711/")
    assert failed["reason"] == "The report data for the requested date range is not yet available"
    assert failed["execution"].startswith("SALES_AND_TRAFFIC_REPORT-Acme_US-20261118-")


@pytest.fixture
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the machine's days be UTC's."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("_in_utc")
def test_today_is_counted_by_what_was_due_today(watched: Watch) -> None:
    until(lambda: watched.fleet.overview.latest()["at"] is not None)
    latest = watched.fleet.overview.latest()
    assert latest["total"] == sum(latest["today"].values())
    assert (latest["today"]["failed"], latest["today"]["in flight"]) == (2, 1)
    assert {(one["name"], one["reportType"]) for one in latest["problems"]} >= {("Acme US", SALES), ("Acme US", ORDERS)}
    assert latest["next"][0]["reportType"] == "GET_FLAT_FILE_RETURNS_DATA_BY_RETURN_DATE"
    assert latest["quotas"][0]["share"] >= latest["quotas"][-1]["share"] > 0


def found(page: Client, /, **wanted: str) -> Any:
    """Return a page of executions once all of them are known."""
    answers: list[Any] = []

    def complete() -> bool:
        answers.append(page.get("/executions", query_string=wanted).json)
        return bool(answers[-1]["complete"] and answers[-1]["searched"] == answers[-1]["listed"])

    until(complete)
    return answers[-1]


def test_executions_are_found_by_what_they_were_asked_for(page: Client) -> None:
    globex = found(page, text="globex sales")
    assert globex["total"] == len(globex["rows"]) > 0
    assert {(row["partner"], row["reportType"]) for row in globex["rows"]} == {("Globex", SALES)}
    assert {row["status"] for row in found(page, state="failed")["rows"]} == {"FAILED"}
    assert {row["outcome"] for row in found(page, state="NO_DATA")["rows"]} == {"NO_DATA"}
    assert all(
        row["firstDay"] <= "2026-10-15" <= row["lastDay"]
        for row in found(page, since="2026-10-15", until="2026-10-15")["rows"]
    )
    assert {row["finding"] for row in found(page, findings="yes")["rows"]} <= {"warning", "error"}


def test_pages_have_true_counts(page: Client) -> None:
    first = found(page)
    second = found(page, page="1")
    assert first["total"] == second["total"] > 60
    assert len(first["rows"]) == execution_search.ROWS
    names = [row["name"] for row in (*first["rows"], *second["rows"])]
    assert len(set(names)) == len(names)


def test_a_search_describes_a_few_at_once_and_says_how_far_it_is() -> None:
    watched = watch(demo_stack(ledger(), FLEET), FLEET)
    watched.pulse()
    until(lambda: watched.index.is_complete)
    answer: Any = Client(Page(watched)).get("/executions", query_string={"text": "globex"}).json
    assert answer["searched"] == execution_search.DESCRIBED_AT_ONCE < answer["listed"]


def test_a_backfill_has_its_executions_and_they_have_it(page: Client, watched: Watch) -> None:
    children = found(page, parent="hooli-october")
    assert children["total"] == 20
    assert {row["sellingPartnerId"] for row in children["rows"]} == {HOOLI}
    child = watched.index.find(children["rows"][0]["name"])
    assert child
    assert execution_search.parent_of(watched.index, child) == "hooli-october"


@pytest.mark.parametrize(
    ("endpoint", "domain"),
    [
        ("https://states.eu-central-1.amazonaws.com", "https://eu-central-1.console.aws.amazon.com/states/"),
        ("https://127.0.0.1:4566", None),
    ],
)
def test_links_lead_to_amazon_s_consoles_or_nowhere(
    watched: Watch, endpoint: str, domain: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    arn = found(Client(Page(watched)), state="failed")["rows"][0]["arn"]
    seen = watched.parts(arn)["execution"]()
    monkeypatch.setattr(watched.machine._deployed.stepfunctions.meta, "endpoint_url", endpoint)
    links = {link["label"]: link["url"] for link in of_execution(watched.machine, seen)}
    if domain is None:
        assert links == {}
        return
    assert links["Step Functions"] == f"{domain}home?region=eu-central-1#/v2/executions/details/{arn}"
    assert "#logsV2:log-groups/log-group/$252F" in links["CloudWatch logs"]
    assert "%" not in links["CloudWatch logs"]


def test_the_command_to_start_again_means_the_same_request(watched: Watch) -> None:
    window = next(one for one in FLEET.windows if one.request["reportType"] == SALES)
    command = start(window.start.input, Where(("--region", "eu-west-1")), refresh=True)
    assert command
    words = shlex.split(command)
    given = dict(zip(words[2:-1:2], words[3::2], strict=False))
    asked = {
        "sellingPartnerId": given["--seller"],
        "reportType": given["--type"],
        "marketplaceIds": [marketplace_id(given["--marketplace"])],
        "timeZone": given["--time-zone"],
        "reportOptions": dict(word.split("=") for word in words if "=" in word),
        "dataStartTime": given["--start"],
        "dataEndTime": given["--end"],
    }
    assert request_key(parse_request(asked, now=NOW)) == request_key(window.request)
    assert words[-3:] == ["--region", "eu-west-1", "--refresh"] or words[-3:] == ["--refresh", "--region", "eu-west-1"]


def test_days_are_counted_from_log_lines_and_those_not_read_are_not_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_counts, "MOST_PAGES", 5)
    watched = watch(demo_stack(ledger(), FLEET), FLEET)
    until(lambda: not watched.daily()["reading"])
    daily = watched.daily()
    landed = daily["series"]["Landed"]
    assert landed[:9] == [None] * 9
    assert all(value and value > 0 for value in landed[9:])
    assert daily["series"]["dollars"][0] is None
    dollars = daily["series"]["dollars"][-1]
    assert dollars
    assert 0 < dollars < 1
    assert daily["days"][-1] == f"{NOW.astimezone():%Y-%m-%d}"


def test_a_simulated_day_is_that_of_the_execution() -> None:
    stack = demo_stack(ledger(), FLEET)
    day = datetime(2026, 11, 19, 12, tzinfo=UTC).timestamp()
    daily = daily_counts.DailyCounts(stack, clock=lambda: NOW, started=lambda _: day)
    monkey: Any = stack.session.client("logs")
    monkey._pages["filter_log_events"] = lambda **_: iter(
        [{"events": [{"message": json.dumps({"executionArn": "one", "Landed": 1, "Rows": 7})}]}]
    )
    until(lambda: not daily.latest()["reading"])
    latest = daily.latest()
    assert latest["series"]["Rows"][-2] == 7
    assert latest["series"]["Rows"][-1] is None


def test_no_question_that_cannot_be_meant(page: Client) -> None:
    for asked in (
        {},
        {"rows": [["A", "B"]], "from": "2026-11-01"},
        {"rows": [1], "from": "2026-11-01", "to": "2026-11-02"},
    ):
        assert page.post("/cells", json=asked).status_code == 400
    assert page.post("/cells", json={"rows": [], "from": "0001-01-01", "to": "9999-01-01"}).status_code == 400
    query = {"sellingPartnerId": "A", "reportType": "B", "from": "today", "to": "2026-11-01"}
    assert page.get("/windows", query_string=query).status_code == 400
    assert page.get("/find", query_string={"name": "nobody"}).status_code == 404


@pytest.mark.parametrize(
    ("error", "redriven"), [("ReportFatal", False), ("InvalidRequest", False), ("LwaRefused", True)]
)
def test_a_redrive_is_offered_where_it_goes_on(error: str, redriven: bool) -> None:
    execution = {"name": "one", "arn": "arn:x", "status": "FAILED", "kind": "report", "input": None, "output": None}
    offered = commands.of_execution({**execution, "error": error}, Where(()), region="eu-west-1")
    assert any("redrive-execution" in each["command"] for each in offered) == redriven
