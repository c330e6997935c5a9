"""The bench of tables: what it says of every cell is so, and it tells whom it could not measure."""

import gzip
import io
import json
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from local.bench.orders import report
from local.bench.peers import PeersMissing
from local.bench.tabulation import answers, run
from local.bench.tabulation.cells import has_every_cell, has_odd_rows, write_odd
from local.bench.tabulation.engines import reportflow


def parquet(path: Path, sql: str) -> Path:
    duckdb.execute(f"COPY ({sql}) TO '{path}' (FORMAT parquet)")
    return path


@pytest.mark.parametrize(
    ("rows", "every"),
    [
        ("('1', ''), ('ä', '4')", True),
        ("('1', NULL), ('ä', '4')", False),
        ("('ä', '4'), ('1', '')", False),
        ("('1', '')", False),
        ("('1', ''), ('ä', '4 ')", False),
    ],
)
def test_a_cell_that_is_missing_or_another_one_is_noticed(tmp_path: Path, rows: str, every: bool) -> None:
    text = tmp_path / "report.tsv.gz"
    text.write_bytes(gzip.compress("a\tb\r\n1\t\r\nä\t4\r\n".encode()))
    made = parquet(tmp_path / "made.parquet", f"FROM (VALUES {rows}) AS t(a, b)")
    assert has_every_cell(made, text) is every


def test_odd_rows_are_kept_or_not(tmp_path: Path) -> None:
    made = tmp_path / "made.parquet"
    reportflow(write_odd(tmp_path / "odd.tsv.gz"), made)
    assert has_odd_rows(made)
    assert not has_odd_rows(parquet(tmp_path / "first.parquet", f"FROM read_parquet('{made}') LIMIT 5"))
    assert not has_odd_rows(parquet(tmp_path / "less.parquet", f"FROM read_parquet('{made}') SELECT a, b, c"))


def test_what_reportflow_makes_of_a_report_has_every_cell_of_it(tmp_path: Path) -> None:
    path = report(tmp_path, name="small", size=10**6, charset="utf-8", advance=lambda _: None).path
    reportflow(path, tmp_path / "made.parquet")
    assert has_every_cell(tmp_path / "made.parquet", path)


@pytest.mark.exhaustive
def test_engines_that_cannot_be_installed_are_told_and_the_others_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> Path:
        raise PeersMissing("no network")

    monkeypatch.setattr(run, "peers_python", none)
    console = Console(file=io.StringIO(), width=100)
    assert run.run_tables(tmp_path, sizes={"1MB": 10**6}, rounds=1, console=console)
    said = console.file.getvalue()  # type: ignore[attr-defined]  # it is a StringIO
    assert "pyarrow and polars are MISSING, they could not be installed: no network" in said
    results = {one["engine"]: one for one in json.loads((tmp_path / "tables.json").read_text())}
    assert {name: (one["everyCell"], one["oddRows"]) for name, one in results.items()} == {
        "reportflow": (True, "kept"),
        "duckdb": (True, "refused"),
    }
    assert 0 < results["reportflow"]["peakRssMb"] < run.MOST_MB


@pytest.mark.e2e
def test_a_report_that_lands_is_answered_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "REPORTS", 2)
    answers.run_answers(tmp_path, console=Console(file=io.StringIO()))
    assert json.loads((tmp_path / "answers.json").read_text())["reports"] == 2
