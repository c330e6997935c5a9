"""Parquet of a report by each engine, in turns: what it takes, and whether it has every cell."""

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from local.bench.orders import report
from local.bench.peers import PeersMissing, peers_python
from local.bench.process import Usage
from local.bench.tabulation.cells import has_every_cell, has_odd_rows, write_odd
from local.bench.tabulation.engines import ENGINES
from local.synthesis import REPOSITORY

PEERS = ("pyarrow==26.0.1", "polars==2.1.0")
OURS = "reportflow"
WARM_UP_BYTES = 10**6
MOST_MB = 160
LEGEND = (
    "Medians of one thread each, the report gzipped on disk; reportflow writes its own nine columns too. ×fastest: CPU "
    "seconds over those of the fastest other engine. Every cell: the text can be written again from the Parquet, byte "
    "by byte. Odd rows: short and long ones, quotation marks that do not quote, a lone carriage return."
)


class Result(NamedTuple):
    """What an engine has taken for a report, and made of it."""

    engine: str
    data: str
    usage: Usage
    mb: float
    every_cell: bool
    odd_rows: str


def run_tables(directory: Path, *, sizes: Mapping[str, int], rounds: int, console: Console) -> bool:
    """Measure all engines on reports of `sizes` (bytes by name); return whether reportflow has kept every cell."""
    peers, missing = _peers(directory / "table-peers")
    bench = _Bench(directory, peers)
    results = []
    for data, size in sizes.items():
        console.print(f"Report of {data}: written once, kept in {directory / 'data'}", soft_wrap=True)
        made = _report(directory, data, size)
        found = bench.measure(data, made, rounds=rounds, console=console)
        console.print(_table(data, found))
        results += found
    (directory / "tables.json").write_text(json.dumps([_record(result) for result in results], indent=2) + "\n")
    console.print(LEGEND, highlight=False)
    if missing:
        console.print(f"[red]{missing}", soft_wrap=True)
    own = [result for result in results if result.engine == OURS]
    large = [result for result in own if result.usage.peak_rss_mb > MOST_MB]
    for result in large:
        console.print(f"[red]Too much memory: {result.usage.peak_rss_mb:.0f} MB, more than {MOST_MB} MB")
    return not large and all(result.every_cell and result.odd_rows == "kept" for result in own)


def _peers(directory: Path) -> tuple[Path | None, str]:
    """Return the peers' Python, or what is to be said where there is none."""
    try:
        return peers_python(directory, PEERS), ""
    except PeersMissing as error:
        return None, f"pyarrow and polars are MISSING, they could not be installed: {error}"


def _report(directory: Path, name: str, size: int) -> Path:
    return report(directory / "data", name=name, size=size, charset="utf-8", advance=lambda _: None).path


class _Bench:
    """Runs engines, each in a process of its own."""

    def __init__(self, directory: Path, peers: Path | None) -> None:
        self._directory, self._peers = directory, peers
        self._warm_up = _report(directory, "tables-warm-up", WARM_UP_BYTES)
        self._odd = write_odd(directory / "data" / "odd.tsv.gz")

    def measure(self, data: str, made_of: Path, *, rounds: int, console: Console) -> list[Result]:
        """Return each engine's medians of one report, and whether what it has made of it last is whole."""
        engines = [name for name, engine in ENGINES.items() if self._peers or not engine.peer]
        usages: dict[str, list[Usage]] = {name: [] for name in engines}
        for number in range(rounds):
            for name in engines if number % 2 == 0 else reversed(engines):
                usages[name].append(self._run(name, made_of))
                console.print(f"{data} by {name}: {usages[name][-1].cpu_seconds:.2f} CPU s", highlight=False)
        results = []
        for name in engines:
            medians = Usage(*(statistics.median(column) for column in zip(*usages[name], strict=True)))
            made = self._made(name)
            size, every_cell = made.stat().st_size / 1e6, has_every_cell(made, made_of)
            made.unlink()
            results.append(Result(name, data, medians, size, every_cell, self._odd_rows(name)))
        return results

    def _odd_rows(self, name: str) -> str:
        try:
            self._run(name, self._odd)
        except subprocess.CalledProcessError:
            return "refused"
        return "kept" if has_odd_rows(self._made(name)) else "LOST"

    def _made(self, name: str) -> Path:
        return self._directory / f"{name}.parquet"

    def _run(self, name: str, made_of: Path) -> Usage:
        python = self._peers if ENGINES[name].peer and self._peers else sys.executable
        paths = [str(path) for path in (made_of, self._made(name), self._warm_up)]
        done = subprocess.run(  # noqa: S603 - our own program
            [str(python), "-m", "local.bench.tabulation.process", name, *paths],
            env={**os.environ, "PYTHONPATH": str(REPOSITORY), "POLARS_MAX_THREADS": "1"},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=True,
            start_new_session=True,
        )
        return Usage(**json.loads(done.stdout))


def _table(data: str, results: Sequence[Result]) -> Table:
    table = Table(title=f"Tables of {data}", title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for column in ("CPU s", "s", "MB", "MB written", "×fastest", "every cell", "odd rows"):
        table.add_column(column, justify="right", no_wrap=True)
    fastest = min((result.usage.cpu_seconds for result in results if result.engine != OURS), default=None)
    for result in results:
        usage = result.usage
        table.add_row(
            result.engine,
            f"{usage.cpu_seconds:.2f}",
            f"{usage.seconds:.2f}",
            f"{usage.peak_rss_mb:.0f}",
            f"{result.mb:.1f}",
            f"{usage.cpu_seconds / fastest:.2f}" if fastest else "–",
            "yes" if result.every_cell else "NO",
            result.odd_rows,
        )
    return table


def _record(result: Result) -> dict[str, Any]:
    return {
        "engine": result.engine,
        "data": result.data,
        "seconds": round(result.usage.seconds, 4),
        "cpuSeconds": round(result.usage.cpu_seconds, 4),
        "peakRssMb": round(result.usage.peak_rss_mb, 1),
        "writtenMb": round(result.mb, 1),
        "everyCell": result.every_cell,
        "oddRows": result.odd_rows,
    }
