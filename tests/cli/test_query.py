"""reportflow query: Athena's answer in each form, what it costs, and what becomes of a statement that fails."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cli import athena as cli_athena
from cli.stack import DeployedStack
from tests.cli.conftest import Account, Said
from tests.testing.athena_in_memory import Athena

Cli = Callable[..., Said]

ROWS = """SELECT * FROM (VALUES
 (1, CAST('1.50' AS DECIMAL(38, 9)), DATE '2026-11-01', true, 'say "x", y', NULL),
 (2, NULL, NULL, false, '', ''),
 (NULL, CAST('0.000000001' AS DECIMAL(38, 9)), DATE '2026-11-02', NULL, E'two\nlines', 'z')
) AS t(quantity, price, day, is_new, name, extra)"""


@pytest.fixture
def athena(account: Account, monkeypatch: pytest.MonkeyPatch) -> Athena:
    made = Athena()
    monkeypatch.setattr(DeployedStack, "athena", made)
    monkeypatch.setattr(cli_athena, "sleep", lambda _: None)
    outputs = {"TablesDatabaseName": "sales", "QueryWorkgroupName": "group", "TabulateQueueUrl": "url"}
    for name, value in outputs.items():
        monkeypatch.setitem(account.more_outputs, name, value)
    return made


def test_a_person_reads_a_table_and_what_it_costs(reportflow: Cli, athena: Athena) -> None:
    said = reportflow("query", ROWS)
    lines = said.out.splitlines()
    assert lines[0].split() == ["quantity", "price", "day", "is_new", "name", "extra"]
    assert lines[1].split()[:3] == ["1", "1.500000000", "2026-11-01"]
    assert (said.exit_code, said.err) == (0, "12.4 MB scanned, 0.00006 dollars, 1.4 s\n")
    assert athena.statements == [
        {"QueryString": ROWS, "QueryExecutionContext": {"Database": "sales"}, "WorkGroup": "group"}
    ]


@pytest.mark.parametrize(
    "named", ["sales_restricted.orders", 'SALES_RESTRICTED."orders"', '"sales_restricted" . orders']
)
def test_personal_data_is_queried_where_its_answer_stays_in_its_zone(
    reportflow: Cli, account: Account, athena: Athena, monkeypatch: pytest.MonkeyPatch, named: str
) -> None:
    said = reportflow("query", "SELECT 1", "--restricted")
    assert (said.exit_code, "no tables of personal data: deploy it with -c restrictedTables=true" in said.err) == (
        3,
        True,
    )
    monkeypatch.setitem(account.more_outputs, "RestrictedTablesName", "sales_restricted")
    statement = f"SELECT * FROM {named}"  # noqa: S608 - the names are above
    said = reportflow("query", statement)
    assert (said.exit_code, "allowed is that with --restricted" in said.err) == (2, True)
    assert athena.statements == []
    athena.engine.execute("CREATE SCHEMA sales_restricted; CREATE TABLE sales_restricted.orders AS SELECT 1 AS a")
    assert reportflow("query", statement, "--restricted", "--csv").out == '"a"\n"1"\n'
    (asked,) = athena.statements
    assert (asked["QueryExecutionContext"]["Database"], asked["WorkGroup"]) == ("sales_restricted",) * 2


def test_another_name_that_begins_like_that_database_is_no_reason(
    reportflow: Cli, account: Account, athena: Athena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(account.more_outputs, "RestrictedTablesName", "sales_restricted")
    assert reportflow("query", "SELECT 1 AS sales_restricted_rows").exit_code == 0


def test_a_person_is_told_that_there_are_more_rows(reportflow: Cli, athena: Athena) -> None:
    said = reportflow("query", "SELECT * FROM range(101)")
    assert (len(said.out.splitlines()), "first 100 rows" in said.err) == (101, True)
    said = reportflow("query", "SELECT * FROM range(100)")
    assert (len(said.out.splitlines()), "first 100 rows" in said.err) == (101, False)


def test_csv_tells_null_from_an_empty_text(reportflow: Cli, athena: Athena) -> None:
    assert reportflow("query", ROWS, "--csv").out == (
        '"quantity","price","day","is_new","name","extra"\n'
        '"1","1.500000000","2026-11-01","true","say ""x"", y",\n'
        '"2",,,"false","",""\n'
        ',"0.000000001","2026-11-02",,"two\nlines","z"\n'
    )


def test_json_has_types(reportflow: Cli, athena: Athena) -> None:
    first, second, third = reportflow("query", ROWS, "--json").json
    assert first == {
        "quantity": 1,
        "price": "1.500000000",
        "day": "2026-11-01",
        "is_new": True,
        "name": 'say "x", y',
        "extra": None,
    }
    assert (second["name"], second["is_new"], third["quantity"], third["is_new"]) == ("", False, None, None)
    (odd,) = reportflow("query", "SELECT 'NaN'::DOUBLE AS a, 0.5::DOUBLE AS b", "--json").json
    assert odd == {"a": "nan", "b": 0.5}


def test_a_parquet_file_has_the_same_rows_and_types(reportflow: Cli, athena: Athena, tmp_path: Path) -> None:
    said = reportflow("query", ROWS, "--out", "answer.parquet")
    assert (said.exit_code, said.out.split()[0]) == (0, "answer.parquet")
    written, asked = duckdb.read_parquet("answer.parquet"), duckdb.sql(ROWS)
    assert asked
    assert (written.fetchall(), written.columns, written.types) == (asked.fetchall(), asked.columns, asked.types)
    assert [path.name for path in tmp_path.iterdir()] == ["answer.parquet"]


def test_no_rows_and_one_null_are_files_too(reportflow: Cli, athena: Athena) -> None:
    reportflow("query", "SELECT 1 AS a WHERE false", "--out", "none.parquet")
    assert duckdb.read_parquet("none.parquet").fetchall() == []
    reportflow("query", "SELECT CAST(NULL AS VARCHAR) AS a", "--out", "null.parquet")
    assert duckdb.read_parquet("null.parquet").fetchall() == [(None,)]
    reportflow("query", "SELECT 1 AS a", "--out", "one.csv")
    assert Path("one.csv").read_text() == '"a"\n"1"\n'


@pytest.mark.parametrize(
    ("arguments", "exit_code", "sentence"),
    [
        (("X",), 2, "line 1:1: mismatched input 'X'"),
        (("",), 2, "the statement is empty"),
        (("SELECT 1", "--csv", "--json"), 2, "more than one is given"),
        (("SELECT 1", "--out", "a.xlsx"), 2, "--out is a.xlsx; allowed are names that end in .parquet or .csv"),
        (("SELECT 1", "--out", "no/a.csv"), 2, "there is no folder no"),
        (("SELECT a FROM (SELECT 1)",), 1, 'Binder Error: Referenced column "a" not found'),
        (("SELECT * FROM nothing",), 1, "does not exist"),
        (("SELECT 1 AS a, 2 AS a", "--json"), 1, "2 columns are called a: name them with AS"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence(
    reportflow: Cli, athena: Athena, arguments: tuple[str, ...], exit_code: int, sentence: str
) -> None:
    said = reportflow("query", *arguments)
    assert (said.exit_code, said.out) == (exit_code, "")
    assert said.err.startswith("reportflow: ")
    assert sentence in said.err
    assert len(said.err.splitlines()) == 1


def test_a_table_that_is_not_there_is_where_tables_are_listed(reportflow: Cli, athena: Athena) -> None:
    assert "`reportflow tables` lists" in reportflow("query", "SELECT * FROM nothing").err


def test_ctrl_c_stops_the_query(reportflow: Cli, athena: Athena, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(_: float) -> None:
        raise KeyboardInterrupt

    athena.polls = 1
    monkeypatch.setattr(cli_athena, "sleep", pressed)
    said = reportflow("query", "SELECT 1")
    assert (said.exit_code, said.out, athena.stopped) == (130, "", ["1"])


def test_a_statement_comes_from_standard_input(
    reportflow: Cli, athena: Athena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("SELECT 7 AS a\n"))
    assert reportflow("query", "-", "--csv").out == '"a"\n"7"\n'


def test_what_changes_the_catalogue_costs_nothing(reportflow: Cli, athena: Athena) -> None:
    said = reportflow("query", "CREATE VIEW v AS SELECT 1")
    assert (said.exit_code, said.out, "0.00000 dollars" in said.err) == (0, "", True)


def test_a_stack_without_tables_says_how_to_have_some(
    reportflow: Cli, account: Account, athena: Athena, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(account.more_outputs, "TablesDatabaseName")
    said = reportflow("query", "SELECT 1")
    assert (said.exit_code, "has no tables: deploy it with -c tables=true" in said.err) == (3, True)


def test_without_duckdb_nothing_is_asked_for_a_parquet_file(
    reportflow: Cli, athena: Athena, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing: Any = None
    monkeypatch.setitem(sys.modules, "duckdb", missing)
    said = reportflow("query", "SELECT 1", "--out", "a.parquet")
    assert (said.exit_code, "this needs the package duckdb" in said.err, athena.statements) == (3, True, [])
