"""docs/cost.md, line by line."""

from collections.abc import Iterator

from tests.testing.costs import PRICES, Costs, dollars

READY = {"a minute": 75, "5 minutes": 315, "15 minutes": 915}
STANDARD = "5 minutes"
REPORTS_A_DAY, DAYS = 10, 365 / 12
THOUSAND = 1000
INTRODUCTION = """# Cost

What AWS charges for getting reports, counted in executed runs: `make test` executes the synthesized machine with its
functions (tests/workflow/test_costs.py) and compares, `UPDATE_SNAPSHOT=1 make test` makes this file. Prices are in
[prices.json](prices.json), with their source. The seconds there are assumed, not measured on Lambda: each run a cold
start at its memory (boto3 and its clients take an eighth of a second on a whole vCPU, of which 256 MB are a seventh),
and a quarter of a second per call of Amazon's. Even so Lambda is the least of it.

A report of a type that has been seen five times before is counted; those took from four fifths to twice as long. The
other column is the same machine with a Wait of 30 seconds, always: what most do.

Not counted: one metric more for each report type (`SecondsToLand`), storage, the bytes of a document (into AWS they
are free) and the seconds that a very large one takes; see [decisions](decisions.md), "What it costs", for those. Free
tiers are left out.
"""


def lines(runs: dict[str, tuple[Costs, Costs]], stands: dict[str, int]) -> Iterator[str]:
    """Yield the lines of docs/cost.md."""
    ours, theirs = runs[STANDARD]
    yield from INTRODUCTION.splitlines()
    yield ""
    yield f"## One report, ready after {STANDARD}"
    yield ""
    yield "| | count | dollars per 1,000 reports | the same, polled every 30 seconds |"
    yield "|---|---|---|---|"
    for name, price in PRICES["dollars"].items():
        if ours[name]:
            here, there = (costs[name] * price * THOUSAND for costs in (ours, theirs))
            yield f"| {name} | {f'{ours[name]:.5f}'.rstrip('0').rstrip('.')} | {here:.4f} | {there:.4f} |"
    yield f"| **all** | | **{dollars(ours) * THOUSAND:.2f}** | **{dollars(theirs) * THOUSAND:.2f}** |"
    yield ""
    yield "## By how long Amazon takes"
    yield ""
    yield "| ready after about | transitions | dollars per 1,000 reports | every 30 seconds: transitions | dollars |"
    yield "|---|---|---|---|---|"
    for name, both in runs.items():
        figures = " | ".join(f"{costs['state transition']:.0f} | {dollars(costs) * THOUSAND:.2f}" for costs in both)
        yield f"| {name} | {figures} |"
    yield ""
    yield "## What stands, a month, for one selling partner"
    yield ""
    yield "| | count | dollars |"
    yield "|---|---|---|"
    for name, count in _standing(stands, sellers=1).items():
        yield f"| {name} | {count} | {PRICES['dollars a month'][name] * count:.2f} |"
    yield ""
    yield "The secrets are the application's and one for each selling partner; a key is the restricted zone's."
    yield ""
    yield f"## A month, with {REPORTS_A_DAY} reports a day and selling partner"
    yield ""
    yield "| selling partners | reports | for reports | standing | dollars | every 30 seconds |"
    yield "|---|---|---|---|---|---|"
    for sellers in (1, 50, 1000):
        reports = sellers * REPORTS_A_DAY * DAYS
        kept = _standing(stands, sellers=sellers)
        stand = sum(PRICES["dollars a month"][name] * count for name, count in kept.items())
        ready, polled = (dollars(costs) * reports for costs in (ours, theirs))
        columns = (ready, stand, ready + stand, polled + stand)
        yield f"| {sellers:,} | {reports:,.0f} | {' | '.join(f'{column:,.2f}' for column in columns)} |"


def _standing(stands: dict[str, int], *, sellers: int) -> dict[str, int]:
    return {**stands, "secret": stands["secret"] + sellers}
