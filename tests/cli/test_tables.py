"""reportflow tables: what is counted, where windows overlap, and that views are made once, and again with a column."""

# ruff: noqa: S608 - the names in these statements are ours

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from cli import athena as cli_athena
from cli import tables as cli_tables
from cli.stack import DeployedStack
from lambdas.tables.names import OWN
from tests.cli.conftest import Account, Said
from tests.testing.athena_in_memory import Athena

Cli = Callable[..., Said]

ORDERS, LISTINGS = "get_flat_file_all_orders_data_by_last_update_general", "get_merchant_listings_all_data"
VIEWS = [f"{ORDERS}_typed", f"{ORDERS}_latest", f"{LISTINGS}_typed", f"{LISTINGS}_latest"]


class Catalogue:
    """Glue's tables as DuckDB has them."""

    def __init__(self, athena: Athena) -> None:
        self._engine = athena.engine

    def get_paginator(self, name: str) -> "Catalogue":
        assert name == "get_tables"
        return self

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        names = "SELECT table_name, table_type FROM information_schema.tables"
        for name, kind in self._engine.sql(names).fetchall():
            columns = [row[0] for row in self._engine.sql(f'DESCRIBE "{name}"').fetchall()]
            if kind != "VIEW":
                columns = [column for column in columns if column not in ("rf_seller", "rf_month")]
            described = {"Columns": [{"Name": column} for column in columns]}
            yield {
                "TableList": [
                    {"Name": name, "TableType": f"VIRTUAL_{kind}" if kind == "VIEW" else kind}
                    | {"StorageDescriptor": described}
                ]
            }


@pytest.fixture
def athena(account: Account, monkeypatch: pytest.MonkeyPatch) -> Athena:
    made = Athena()
    monkeypatch.setattr(DeployedStack, "athena", made)
    monkeypatch.setattr(DeployedStack, "glue", Catalogue(made))
    monkeypatch.setattr(cli_athena, "sleep", lambda _: None)
    for name in ("TablesDatabaseName", "QueryWorkgroupName", "TabulateQueueUrl"):
        monkeypatch.setitem(account.more_outputs, name, "reportflow")
    return made


def land(athena: Athena, table: str, report: str, days: tuple[int, int], *, rows: int = 1) -> None:
    """Put a report's rows into a table, for the days from the first up to the second."""
    start, end = (f"2026-11-{day:02}T00:00:00Z" if day else "" for day in days)
    own = ", ".join(f"{name} VARCHAR" for name in OWN)
    athena.engine.execute(
        f'CREATE TABLE IF NOT EXISTS "{table}" ({own}, amazon_order_id VARCHAR, quantity VARCHAR, '
        "rf_seller VARCHAR, rf_month VARCHAR)"
    )
    names = "rf_report_id, rf_landed_at, rf_window_start, rf_window_end, rf_marketplaces, rf_seller, quantity"
    for _ in range(rows):
        values = f"'{report}', '2026-11-20', '{start}', '{end}', 'DE', 'A2EXAMPLE', '2'"
        athena.engine.execute(f'INSERT INTO "{table}" ({names}) VALUES ({values})')


def test_tables_are_counted_and_their_views_are_made_once(reportflow: Cli, athena: Athena) -> None:
    land(athena, ORDERS, "R1", (1, 2), rows=3)
    land(athena, ORDERS, "R2", (2, 3))
    land(athena, LISTINGS, "R3", (0, 0), rows=2)
    said = reportflow("tables", "--json")
    orders, listings = said.json
    assert orders == {
        "table": ORDERS,
        "columns": ["amazon_order_id", "quantity"],
        "rows": 4,
        "reports": 2,
        "newestWindow": "2026-11-03T00:00:00Z",
        "landedAt": "2026-11-20",
        "views": VIEWS[:2],
    }
    assert (listings["rows"], listings["newestWindow"]) == (2, None)
    assert said.err == "".join(f"The view {view} is made.\n" for view in VIEWS)
    assert athena.engine.sql(f'SELECT sum(quantity) FROM "{ORDERS}_typed"').fetchall() == [(8,)]
    again = reportflow("tables")
    assert (again.exit_code, again.err) == (0, "")
    assert again.out.splitlines()[1].split()[:4] == [ORDERS, "2", "4", "2"]


def test_views_are_made_again_when_a_table_has_a_column_more(reportflow: Cli, athena: Athena) -> None:
    land(athena, ORDERS, "R1", (1, 2))
    reportflow("tables")
    for view in VIEWS[:2]:
        athena.engine.execute(f'DROP VIEW "{view}"')
    athena.engine.execute(f'ALTER TABLE "{ORDERS}" ADD COLUMN is_iba VARCHAR')
    assert "is_iba" in reportflow("tables", "--json").json[0]["columns"]
    assert athena.engine.sql(f'SELECT is_iba FROM "{ORDERS}_typed"').fetchall() == [(None,)]


def test_windows_that_overlap_are_named_and_those_side_by_side_are_not(reportflow: Cli, athena: Athena) -> None:
    for report, days in {"R1": (1, 2), "R2": (2, 3), "R3": (1, 8)}.items():
        land(athena, ORDERS, report, days, rows=2)
    found = reportflow("tables", "--overlaps", "--json").json
    assert [(one["report"], one["otherReport"]) for one in found] == [("R1", "R3"), ("R2", "R3")]
    assert (found[0]["table"], found[0]["otherEnd"]) == (ORDERS, "2026-11-08T00:00:00Z")


def test_the_views_statements_are_printed_and_none_is_executed(reportflow: Cli, athena: Athena) -> None:
    land(athena, ORDERS, "R1", (1, 2))
    said = reportflow("tables", "--sql")
    assert athena.statements == []
    athena.engine.execute(said.out)
    assert athena.engine.sql(f'SELECT quantity FROM "{ORDERS}_latest"').fetchall() == [(2,)]


def test_changes_of_columns_are_those_that_landing_has_found(
    reportflow: Cli, athena: Athena, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = {"sellingPartnerId": "A2EXAMPLE", "reportType": ORDERS.upper(), "marketplaceIds": ["DE"]}
    found = [{"code": code, "sentence": f"{code} it is"} for code in ("ROWS", "LAYOUT")]
    landed = SimpleNamespace(report_id="R1", result={"findings": found})
    waiting = SimpleNamespace(report_id=None, result=None)
    rows = [SimpleNamespace(request=request, entry=entry, day="2026-11-01") for entry in (landed, waiting)]
    monkeypatch.setattr(cli_tables, "rows", lambda *_, **__: rows)
    land(athena, ORDERS, "R1", (1, 2))
    assert reportflow("tables", "--drift", "--json").json == [
        {"table": ORDERS, "seller": "A2EXAMPLE", "day": "2026-11-01", "report": "R1", "change": "LAYOUT it is"}
    ]


def test_a_stack_whose_tables_are_empty_says_so(reportflow: Cli, athena: Athena) -> None:
    said = reportflow("tables", "--json")
    assert (said.exit_code, said.json, "Nothing is in tables yet" in said.err) == (0, [], True)
