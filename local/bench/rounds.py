"""The measurement: every method lands every report, interleaved, the order turned each round; medians count."""

import statistics
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from local.bench.methods import METHODS
from local.bench.orders import SIZES, Report
from local.bench.process import Usage
from local.bench.stage import LandedWrong, Stage

# Methods that hold all of it would need some 14 GB for the next size.
LARGEST_IN_MEMORY = SIZES["1GiB"]


class Job(NamedTuple):
    """One method and one report, under the names that the results have."""

    method: str
    data: str
    report: Report

    def __str__(self) -> str:
        """Name the job in a line."""
        return f"{self.data} {self.report.charset} by {self.method}"


class Result(NamedTuple):
    """The medians of one job's landings."""

    job: Job
    usage: Usage

    @property
    def mb_per_s(self) -> float:
        """Millions of uncompressed bytes per second."""
        return self.job.report.size / 1e6 / self.usage.seconds


def jobs_of(methods: Sequence[str], data: str, *, size: int, reports: Sequence[Report]) -> list[Job]:
    """Return what is to be landed of one size: UTF-8 by every method that can, other charsets where they matter."""
    return [
        Job(name, data, report)
        for report in reports
        for name in methods
        if (report.charset == "utf-8" or METHODS[name].charset_matters) and not too_large(name, size)
    ]


def too_large(method: str, size: int) -> bool:
    """Say whether a report of `size` bytes would need more memory by `method` than is sensible."""
    return METHODS[method].kind == "in memory" and size > LARGEST_IN_MEMORY


def measure(
    jobs: Sequence[Job], *, stage: Stage, rounds: int, tell: Callable[[Job, Usage | LandedWrong], None]
) -> tuple[list[Result], bool]:
    """Return the results, and whether every landing was right. `tell` hears how each went."""
    usages: dict[Job, list[Usage]] = defaultdict(list)
    right = True
    for job in _turns(jobs, rounds):
        try:
            usage = stage.land(job.method, METHODS[job.method], job.report)
        except LandedWrong as error:
            right = False
            tell(job, error)
        else:
            usages[job].append(usage)
            tell(job, usage)
    results = [
        Result(job, Usage(*(statistics.median(column) for column in zip(*usages[job], strict=True))))
        for job in jobs
        if usages[job]
    ]
    return results, right


def _turns(jobs: Sequence[Job], rounds: int) -> Iterator[Job]:
    for number in range(rounds):
        yield from reversed(jobs) if number % 2 else jobs
