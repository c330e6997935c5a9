"""Command line of the bench: `make bench ARGS="…"`."""

import argparse
import sys
from collections.abc import Callable, Iterable

from rich.console import Console

from local.bench.methods import METHODS
from local.bench.orders import SIZES
from local.bench.polling.run import run_polling
from local.bench.run import run
from local.bench.tabulation.answers import run_answers
from local.bench.tabulation.run import run_tables
from local.synthesis import REPOSITORY

CTRL_C = 130


def parser() -> argparse.ArgumentParser:
    """Return the parser; its --help is the documentation."""
    made = argparse.ArgumentParser(
        prog="make bench",
        usage='make bench ARGS="[options]"',
        description="Measures how reports land, against the alternatives, on this machine: a document's source and an "
        "S3 of sorts on 127.0.0.1, TLS between. Data, results (landing.json) and the peers' environment, which is "
        "installed from the package index when they are asked for, are in build/bench/.",
        epilog="Exit code: 0 if every method landed right and reportflow's kept within their memory, 1 if not, 2 for "
        "bad arguments, 130 after Ctrl-C.",
    )
    made.add_argument("--data", type=_some_of(SIZES), default=list(SIZES), help=f"of {','.join(SIZES)} (default: all)")
    made.add_argument("--rounds", type=_rounds, default=3, help="landings of each report by each method (default: 3)")
    made.add_argument(
        "--methods", type=_some_of(METHODS), default=list(METHODS), help=f"of {','.join(METHODS)} (default: all)"
    )
    made.add_argument(
        "--polling", action="store_true", help="simulate polling instead: delay, calls and dollars (polling.json)"
    )
    made.add_argument(
        "--tables",
        action="store_true",
        help="make Parquet of reports instead, against DuckDB, pyarrow and polars (tables.json)",
    )
    made.add_argument(
        "--answers",
        action="store_true",
        help="measure from Report Landed to a query's answer instead, on the embedded AWS (answers.json)",
    )
    return made


def _some_of(known: Iterable[str]) -> Callable[[str], list[str]]:
    def names(text: str) -> list[str]:
        found = text.split(",")
        for name in found:
            if name not in known:
                raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return [name for name in known if name in found]

    return names


def _rounds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def main() -> int:
    """Measure, and return the exit code."""
    arguments = parser().parse_args()
    console, directory = Console(), REPOSITORY / "build" / "bench"
    try:
        if arguments.polling:
            run_polling(directory, console=console)
            return 0
        if arguments.answers:
            run_answers(directory, console=console)
            return 0
        sizes = {name: SIZES[name] for name in arguments.data}
        if arguments.tables:
            return 0 if run_tables(directory, sizes=sizes, rounds=arguments.rounds, console=console) else 1
        right = run(
            directory,
            sizes=sizes,
            methods=arguments.methods,
            rounds=arguments.rounds,
            console=console,
        )
    except KeyboardInterrupt:
        console.print("\nStopped.")
        return CTRL_C
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
