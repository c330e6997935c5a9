"""What comes out: tables for people, and landing.json."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.table import Table

from local.bench.methods import METHODS, Kind
from local.bench.rounds import Result

# What a method is compared with: the fastest of a kind, on the same report.
REFERENCES: dict[str, Kind] = {"×copy": "plain copy", "×stream": "streaming", "×memory": "in memory"}
# Memory is flat when all sizes of a report take the same, give or take this share.
FLAT = 0.1
LEGEND = (
    "Medians of the transfer alone: imports and clients come before it. MB/s are of the report uncompressed; CPU and "
    "peak memory (MiB) are the client's. CPU/copy: how many times the CPU time of the plain copy. ×copy, ×stream, "
    "×memory: how many times as fast as the plain copy, the best streaming peer and the best way that holds all of it "
    "in memory. copy, upload_fileobj and reportflow-transfer pass the gzip on unread. reportflow-verified passes it on "
    "too, and reads all of it; reportflow-utf8 lands a UTF-8 gzip beside that: of UTF-8 S3 copies it, which takes no "
    "time here; of cp1252 it is made on the way. The others land it inflated."
)


def landing_table(results: Sequence[Result]) -> Table:
    """Return the results of one report as a table, in the order given."""
    job = results[0].job
    table = Table(title=f"{job.data}, {job.report.charset}", title_justify="left", box=None, padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True)
    for column in ("s", "CPU s", "MB/s", "MB", "CPU/copy", *REFERENCES):
        table.add_column(column, justify="right", no_wrap=True)
    for result in results:
        usage = result.usage
        table.add_row(
            result.job.method,
            f"{usage.seconds:.2f}",
            f"{usage.cpu_seconds:.2f}",
            f"{result.mb_per_s:.0f}",
            f"{usage.peak_rss_mb:.0f}",
            _cpu_of_copy(result, results),
            *(_times(result, kind, results) for kind in REFERENCES.values()),
        )
    return table


def _cpu_of_copy(result: Result, results: Sequence[Result]) -> str:
    copies = [other.usage.cpu_seconds for other in results if METHODS[other.job.method].kind == "plain copy"]
    return f"{result.usage.cpu_seconds / copies[0]:.2f}" if copies else "–"


def beyond_memory(results: Sequence[Result]) -> list[str]:
    """Say of which methods memory is beyond its bound, or grows with a report of the same charset."""
    found = []
    for name, charset in dict.fromkeys((result.job.method, result.job.report.charset) for result in results):
        alike = [r for r in results if (r.job.method, r.job.report.charset) == (name, charset)]
        peaks = {f"{r.job.data} {charset}": r.usage.peak_rss_mb for r in alike}
        most, least = max(peaks, key=peaks.__getitem__), min(peaks, key=peaks.__getitem__)
        bound = METHODS[name].most_mb
        if bound and peaks[most] > bound:
            found.append(f"{name} took {peaks[most]:.0f} MB for {most}, more than its {bound:.0f} MB")
        if bound and peaks[most] > peaks[least] * (1 + FLAT) ** 2:
            found.append(f"{name} took {peaks[most]:.0f} MB for {most}, and {peaks[least]:.0f} MB for {least}")
    return found


def _times(result: Result, kind: Kind, results: Sequence[Result]) -> str:
    best = min((other.usage.seconds for other in results if METHODS[other.job.method].kind == kind), default=None)
    return f"{best / result.usage.seconds:.2f}" if best else "–"


def write_json(path: Path, results: Sequence[Result]) -> None:
    """Write the results to `path`, as a list."""
    path.write_text(json.dumps([_record(result) for result in results], indent=2) + "\n")


def _record(result: Result) -> dict[str, Any]:
    charset = result.job.report.charset
    return {
        "method": result.job.method,
        "data": result.job.data,
        "seconds": round(result.usage.seconds, 4),
        "cpuSeconds": round(result.usage.cpu_seconds, 4),
        "mbPerS": round(result.mb_per_s, 1),
        "peakRssMb": round(result.usage.peak_rss_mb, 1),
    } | ({} if charset == "utf-8" else {"charset": charset})
