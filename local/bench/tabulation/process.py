"""One engine in a process: `python -m local.bench.tabulation.process ENGINE REPORT TO WARM_UP`, prints Usage.

Imports and a small report come first, as in a warm function; then the clocks start.
"""

import json
import sys
import time
from pathlib import Path

from local.bench.process import Usage, peak_rss_mb
from local.bench.tabulation.engines import ENGINES


def measure(engine: str, report: Path, to: Path, warm_up: Path) -> Usage:
    """Make the Parquet of a report."""
    tabulate = ENGINES[engine].tabulate
    tabulate(warm_up, to)
    seconds, cpu_seconds = time.perf_counter(), time.process_time()
    tabulate(report, to)
    return Usage(time.perf_counter() - seconds, time.process_time() - cpu_seconds, peak_rss_mb())


if __name__ == "__main__":
    engine, *paths = sys.argv[1:]
    sys.stdout.write(json.dumps(measure(engine, *map(Path, paths))._asdict()))
