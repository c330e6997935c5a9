"""One run of the bench: data, peers, landings, cold import; then the table and landing.json."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from local.bench.methods import METHODS
from local.bench.orders import CHARSETS, Report, report
from local.bench.peers import PeersMissing, peers_python
from local.bench.process import Usage
from local.bench.rounds import Job, jobs_of, measure, too_large
from local.bench.stage import LandedWrong, stage
from local.bench.startup import cold_import, zipped_size
from local.bench.tables import LEGEND, beyond_memory, landing_table, write_json
from local.synthesis import REPOSITORY

# Whoever cares about the charset lands this one in cp1252 too.
SEVERAL_CHARSETS = "1GiB"
WARM_UP_BYTES = 10 * 10**6


def run(directory: Path, *, sizes: Mapping[str, int], methods: Sequence[str], rounds: int, console: Console) -> bool:
    """Measure `methods` on reports of `sizes` (bytes by name); return whether all landed right, in their memory."""
    data = directory / "data"
    reports = {name: _reports(data, name, size, console) for name, size in sizes.items()}
    warm_up = report(data, name="warm-up", size=WARM_UP_BYTES, charset="utf-8", advance=lambda _: None)
    peers, missing = _peers(directory / "peers", methods, console)
    methods = [name for name in methods if peers or not METHODS[name].peer]
    jobs = [job for name in sizes for job in jobs_of(methods, name, size=sizes[name], reports=reports[name])]
    lines = _Lines(console, len(jobs) * rounds)
    with stage(directory=directory, warm_up=warm_up, peers=peers) as running:
        results, right = measure(jobs, stage=running, rounds=rounds, tell=lines.tell)
    write_json(directory / "landing.json", results)
    for _, of_report in groupby(results, key=lambda result: result.job.report):
        console.print(landing_table(list(of_report)))
    console.print(LEGEND, highlight=False)
    for note in [*_left_out(sizes, methods), *missing]:
        console.print(f"[bold]{note}", soft_wrap=True)
    beyond = beyond_memory(results)
    for excess in beyond:
        console.print(f"[red]Too much memory: {excess}", soft_wrap=True)
    _tell_startup(console)
    return right and not beyond


def _reports(directory: Path, name: str, size: int, console: Console) -> list[Report]:
    made = []
    for charset in CHARSETS if name == SEVERAL_CHARSETS else CHARSETS[:1]:
        console.print(f"Report of {name}, {charset}: written once, kept in {directory}", soft_wrap=True)
        with Progress(console=console, transient=True) as progress:
            advance = partial(progress.advance, progress.add_task("writing", total=size))
            made.append(report(directory, name=name, size=size, charset=charset, advance=advance))
    return made


def _peers(directory: Path, methods: Sequence[str], console: Console) -> tuple[Path | None, list[str]]:
    """Return the peers' Python, and what is to be said where there is none although it is needed."""
    if not any(METHODS[name].peer for name in methods):
        return None, []
    console.print(f"Peers: installed once from the package index, into {directory}", soft_wrap=True)
    try:
        return peers_python(directory), []
    except PeersMissing as error:
        missing = f"The peers' rows are MISSING, they could not be installed: {error}"
        console.print(f"[red]{missing}", soft_wrap=True)
        return None, [missing]


def _left_out(sizes: Mapping[str, int], methods: Sequence[str]) -> list[str]:
    return [
        f"{method} is left out for {name}: it holds all of it in memory, several times."
        for name, size in sizes.items()
        for method in methods
        if too_large(method, size)
    ]


def _tell_startup(console: Console) -> None:
    zipped = zipped_size(REPOSITORY / "cdk.out")
    size = f"{zipped / 1e6:.2f} MB zipped" if zipped else "unknown, `make synth` makes it"
    console.print(f"{cold_import()} Its package: {size}.", highlight=False, soft_wrap=True)


class _Lines:
    """Tells of each landing in a line."""

    def __init__(self, console: Console, total: int) -> None:
        self._console = console
        self._total = total
        self._told = 0

    def tell(self, job: Job, outcome: Usage | LandedWrong) -> None:
        self._told += 1
        shown = f"{outcome.seconds:.2f} s" if isinstance(outcome, Usage) else f"[red]{outcome}[/]"
        self._console.print(f"{self._told:>3}/{self._total} {job}: {shown}", highlight=False, soft_wrap=True)
