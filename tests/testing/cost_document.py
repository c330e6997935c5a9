"""docs/cost.md, line by line."""

from collections.abc import Iterator

from cli.athena import DOLLARS_PER_BYTE, LEAST_BYTES
from planning.costs import MONTHLY, PRICES, TABLES, Counts, standing
from tests.testing.costs import dollars

READY = {"a minute": 75, "5 minutes": 315, "15 minutes": 915}
STANDARD = "5 minutes"
REPORTS_A_DAY, DAYS = 10, 365 / 12
THOUSAND = 1000
INTRODUCTION = """# Cost

What AWS charges for getting reports, counted in executed runs: `make test` executes the synthesized machine with its
functions (tests/workflow/test_costs.py) and counts the synthesized template. It compares both with the prices and
counts of `reportflow plan` (`planning/costs.py`). `UPDATE_SNAPSHOT=1 make test` makes this file. Prices are public ones
for us-east-1, of November 2026. The seconds are assumed, not measured on Lambda: each run a cold start at its memory
(boto3 and its clients take an eighth of a second on a whole vCPU, of which 256 MB are a seventh), and a quarter of a
second per call of Amazon's. Even so Lambda is the least of it.

A report of a type that has been seen five times before is counted; those took from four fifths to twice as long. The
other column is the same machine with a Wait of 30 seconds, always: what most do.

Not counted: storage, the bytes of a document (into AWS they are free) and the seconds that a very large one takes;
see [decisions](decisions.md), "What it costs", for those. AWS's free tiers are left out; ten alarm metrics, ten
metrics, three dashboards, 4,000 state transitions a month and a million invocations are among them.
"""
STANDING = """\
The secrets are the application's and one for each selling partner; the key is the restricted zone's. A metric costs
by the hour in which it has values. The client secret's age and the missing windows have one such hour a day;
`Throttled`, and `CredentialsRefused` of a selling partner, have one when something is wrong, and cost 0.30 dollars
each if that is always.

Options cost more: `dashboard` 3.00 dollars for the dashboard, and 0.30 for each metric that it shows
([which](metrics.md), 24 of them, and one for each report type) if there are reports in every hour;
`encryptionKey=customer` 1.00 for a key and 0.03 per 10,000 uses.
"""


STANDS = f"{sum(MONTHLY[unit] * count for unit, count in TABLES.items()):.2f}"
TABLES_BESIDE = f"""\
SQS takes three requests: EventBridge sends a message, Lambda receives and deletes it. A table that is there and has the
report's columns takes two of Glue. A document of JSON or XML is read twice, and each array or kind of record has a file
and requests of its own.

{STANDS} dollars a month stand: Lambda's polling of the queue, and an alarm; twice that with `restrictedTables`.

Athena charges {DOLLARS_PER_BYTE * 1e12:.0f} dollars for a TB that a query scans, and for 10 MB at least:
{LEAST_BYTES * DOLLARS_PER_BYTE * THOUSAND:.2f} dollars per 1,000 queries.
"""


def lines(runs: dict[str, tuple[Counts, Counts]], tabulated: Counts, stack: Counts) -> Iterator[str]:
    """Yield the lines of docs/cost.md."""
    ours, theirs = runs[STANDARD]
    yield from INTRODUCTION.splitlines()
    yield ""
    yield f"## One report, ready after {STANDARD}"
    yield ""
    yield "| | dollars for a million | count | dollars per 1,000 reports | the same, polled every 30 seconds |"
    yield "|---|---|---|---|---|"
    for name, (_, price) in PRICES.items():
        if ours[name]:
            here, there = (costs[name] * price * THOUSAND for costs in (ours, theirs))
            count = f"{ours[name]:.5f}".rstrip("0").rstrip(".")
            yield f"| {name} | {price * 1e6:,.6g} | {count} | {here:.4f} | {there:.4f} |"
    yield f"| **all** | | | **{dollars(ours) * THOUSAND:.2f}** | **{dollars(theirs) * THOUSAND:.2f}** |"
    yield ""
    yield from _tables(tabulated)
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
    yield "| | each | count | dollars |"
    yield "|---|---|---|---|"
    stands = standing(selling_partners=1, stack=stack)
    for name, amount in stands.items():
        yield f"| {name} | {MONTHLY[name]:.2f} | {amount / MONTHLY[name]:.3g} | {amount:.2f} |"
    yield f"| **all** | | | **{sum(stands.values()):.2f}** |"
    yield ""
    yield from STANDING.splitlines()
    yield ""
    yield f"## A month, with {REPORTS_A_DAY} reports a day and selling partner"
    yield ""
    yield "| selling partners | reports | for reports | standing | dollars | every 30 seconds |"
    yield "|---|---|---|---|---|---|"
    for sellers in (1, 50, 1000):
        reports = sellers * REPORTS_A_DAY * DAYS
        stand = sum(standing(selling_partners=sellers, stack=stack).values())
        ready, polled = (dollars(costs) * reports for costs in (ours, theirs))
        columns = (ready, stand, ready + stand, polled + stand)
        yield f"| {sellers:,} | {reports:,.0f} | {' | '.join(f'{column:,.2f}' for column in columns)} |"


def _tables(tabulated: Counts) -> Iterator[str]:
    yield "## More for tables, a report"
    yield ""
    yield "| | dollars for a million | count | dollars per 1,000 reports |"
    yield "|---|---|---|---|"
    for name, count in tabulated.items():
        price = PRICES[name][1]
        shown = f"{count:.6f}".rstrip("0").rstrip(".")
        yield f"| {name} | {price * 1e6:,.6g} | {shown} | {count * price * THOUSAND:.4f} |"
    yield f"| **all** | | | **{dollars(tabulated) * THOUSAND:.2f}** |"
    yield ""
    yield from TABLES_BESIDE.splitlines()
    yield ""
