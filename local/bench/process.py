"""One method in a process of its own: `python -m local.bench.process METHOD URL WARM_UP_URL CHARSET`, prints Usage.

Imports, clients and a small landing come first, as in a warm function; then the clocks start.
"""

import json
import re
import resource
import sys
import time
from pathlib import Path
from typing import NamedTuple

from local.bench.methods import METHODS

STATUS = Path("/proc/self/status")


class Usage(NamedTuple):
    """What one landing took; memory in MiB, of the whole process."""

    seconds: float
    cpu_seconds: float
    peak_rss_mb: float


def measure(method: str, url: str, warm_up_url: str, charset: str) -> Usage:
    """Land the document at `url` by `method`."""
    land = METHODS[method].prepared()
    land(warm_up_url, "warm-up", charset)
    seconds, cpu_seconds = time.perf_counter(), time.process_time()
    land(url, "document", charset)
    return Usage(time.perf_counter() - seconds, time.process_time() - cpu_seconds, peak_rss_mb())


def peak_rss_mb() -> float:
    """Return the most memory that this process has had, in MiB."""
    # Linux counts ru_maxrss from before exec: a small process begins with the peak of the one that started it.
    found = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text()) if STATUS.exists() else None
    return int(found[1]) / 1024 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(*sys.argv[1:])._asdict()))
