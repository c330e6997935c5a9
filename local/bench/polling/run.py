"""One run of the polling bench: tables for people, and polling.json."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local.bench.polling.comparison import BLIND, DEFAULT, Row, compare
from local.bench.polling.durations import CHOSEN_ON, JUDGED_BY

MIXES = {"the constants were chosen on": CHOSEN_ON, "they are judged by": JUDGED_BY}
LEGEND = (
    "Simulated, with the handlers' own waits over durations that are assumed: in equal parts the types that the "
    "columns name by their median, and in each one report of a hundred that takes up to four hours. Delay is from a "
    "report's end to the poll that notices it; dollars are list prices. ×optimum: the mean delay, as a multiple of the "
    "least possible for as many calls."
)


def run_polling(directory: Path, *, console: Console) -> None:
    """Simulate, tell, and write polling.json into `directory`."""
    results = {}
    for name, draws in MIXES.items():
        with console.status("Looking for the optimum"):
            rows = results[name] = list(compare(draws))
        console.print(_mix(name, [row for row in rows if row.reports == "mix"]))
        console.print(_types(rows, list(draws)))
    console.print(LEGEND, highlight=False)
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / "polling.json"
    path.write_text(json.dumps([_record(name, row) for name in MIXES for row in results[name]], indent=2) + "\n")


def _mix(name: str, rows: Sequence[Row]) -> Table:
    table = _table(f"A mix that {name}", ["calls", "mean s", "p95 s", "transitions", "$/1,000", "×optimum"])
    for policy, _, score, times in rows:
        numbers = f"{score.calls:.1f}", f"{score.mean_delay:.1f}", f"{score.p95_delay:.0f}", f"{score.transitions:.0f}"
        table.add_row(policy, *numbers, f"{score.dollars:.2f}", f"{times:.2f}")
    default = next(row for row in rows if row.policy == DEFAULT)
    optimum = default.score.mean_delay / default.times_optimum
    table.add_row("optimum, for as many calls", f"{default.score.calls:.1f}", f"{optimum:.1f}", *[""] * 3, "1.00")
    return table


def _types(rows: Sequence[Row], names: Sequence[str]) -> Table:
    table = _table("×optimum by type", names)
    times = {(row.policy, row.reports): row.times_optimum for row in rows}
    for policy in [*BLIND, DEFAULT]:
        table.add_row(policy, *(f"{times[policy, name]:.2f}" for name in names))
    return table


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _record(mix: str, row: Row) -> dict[str, str | float]:
    numbers = {key: round(value, 3) for key, value in row.score._asdict().items()}
    return {
        "mix": mix,
        "policy": row.policy,
        "reports": row.reports,
        **numbers,
        "timesOptimum": round(row.times_optimum, 3),
    }
