"""The SQL of the how-to is true: DuckDB executes it, over files and views as the tables have them."""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lambdas.tables.views import views_of
from tests.testing.markdown_blocks import PROSE, blocks
from tests.testing.repository import DOCS
from tests.testing.tables_in_memory import ORDERS_TABLE as ORDERS
from tests.testing.tables_in_memory import Tables

PAGE = PROSE[DOCS / "how-to/query.md"]
SQL = re.compile(r"(<!-- not run: [^\n]+? -->\n)?^```sql\n(.*?)^```", re.DOTALL | re.MULTILINE)
OF_DBT = re.compile(r"\{\{ source\('reportflow', '(\w+)'\) \}\}")
AT_A_SHELL = re.compile(r'reportflow query "(.+?)"')
WRITTEN = [text for marked, text in SQL.findall(PAGE) if not marked]


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return DuckDB with the views, in a folder with the files of two reports."""
    tables = Tables(tmp_path)
    header = "amazon-order-id\tsku\tquantity\titem-price\n"
    tables.land(header + "1\ta\t2\t1.50\n2\tb\t1\t1,50\n", window="one")
    tables.land(header + "1\ta\t3\t4.50\n", window="two", report_id="R2", landed_at="2026-11-03T06:00:00+00:00")
    for key, body in tables.s3.bodies.items():
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
    monkeypatch.chdir(tmp_path)
    connected = duckdb.connect()
    source = f"read_parquet('tables/{ORDERS}/**/*.parquet', union_by_name=true, hive_partitioning=true)"
    for name, sql in views_of(ORDERS, tables.glue.columns(ORDERS), source=source).items():
        connected.execute(f'CREATE VIEW "{name}" AS {sql}')
    return connected


def test_each_statement_answers_what_the_page_says(engine: Any) -> None:
    answers = [engine.execute(sql).fetchall() for sql in WRITTEN]
    assert [[str(cell) for cell in row] for row in answers[0]] == [["a", "3", "4.500000000"], ["b", "1", "None"]]
    assert answers[1] == [("item_price", 1)]
    assert sorted(answers[2]) == [("R1", 2), ("R2", 1)]
    assert engine.table(ORDERS).count("*").fetchall() == [(3,)]
    assert len(answers) == 4


def test_what_is_typed_at_a_shell_is_answered(engine: Any) -> None:
    (sql,) = AT_A_SHELL.findall(PAGE)
    assert sorted(engine.execute(sql).fetchall()) == [("a", 3), ("b", 1)]


def test_what_is_written_in_python_has_all_rows(engine: Any) -> None:
    (script,) = blocks(PAGE, "python")
    names: dict[str, Any] = {}
    exec(script, names)  # noqa: S102 - the page's own
    assert {row[0] for row in names["rows"].project("rf_report_id").fetchall()} == {"R1", "R2"}


def test_what_dbt_makes_of_its_model_is_answered(engine: Any) -> None:
    (model,) = [text for _, text in SQL.findall(PAGE) if OF_DBT.search(text)]
    assert sorted(engine.execute(OF_DBT.sub(r"\1", model)).fetchall()) == [("a", 3), ("b", 1)]
    # Its sources name the view.
    (table,) = OF_DBT.findall(model)
    assert any(f"name: {table}" in text for text in blocks(PAGE, "yaml"))
