"""docs/scale.md, from simulated days of fleets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

from local.bench.scale.account import NEW_SLOTS, SLOTS, Account, Retrier
from local.bench.scale.simulation import Fleet, Month, Simulation, quantile
from planning.costs import by_service, standing, used

INTRODUCTION = """# Scale

What happens when thousands of scheduled reports are due at the same second. `make scale` simulates it on a virtual
clock and writes this page; `make exhaustive` compares. Real are the decisions: the reservations
(`lambdas/quota/gcra.py`), the polls (`lambdas/polling/poll_schedule.py`), the pauses between retries (from the
synthesized machine). Simulated are the quotas: Amazon's buckets of each selling partner, and, with the defaults of a
large region, Lambda's concurrent executions, Step Functions' StartExecution and StateTransition. DynamoDB takes of a
new table on demand 4,000 write units a second, and 1,000 for one partition, which has a selling partner's items.
Assumed are the seconds of each function (as in [cost](cost.md): always a cold start), the 20 ms of a transaction, and
how long Amazon takes: half of the reports four minutes, one of a hundred half an hour, none more than four
hours.

Every report is due at 06:00 UTC: the worst case. A selling partner's 20 reports are more than the 15 createReport
that Amazon takes at once, so five of them wait for up to five minutes.
"""
AFTER = """
Red is an execution that failed; throttled is a call that Amazon answered with 429. p95 is from the start of an
execution to the document in the bucket: of each selling partner's reports, then the middle and the worst of the
selling partners (of one day these are 20 reports, so that the worst is Amazon's longest). Dollars are for 30 such
days, with what [stands](cost.md).

## What gives first

- **A new account** runs 10 functions at once. Nothing fails: the machine repeats what Lambda has no room for, for four
  hours. But reports wait for hours, and each refusal is a state transition to pay for. Ask for more concurrency
  before you have more than a few hundred reports at one time; `reportflow doctor` says how much the account has.
- **At 5,000 selling partners** Lambda's 1,000 concurrent executions are the first quota that is used up. Nothing fails,
  and the middle selling partner waits no longer than with three times as many: the pauses of the retries are shorter
  than what Amazon takes. StateTransition, with 5,000 a second, is used up next: Step Functions then lets the
  executions wait.
- **DynamoDB** comes third. With the default of 1,000 functions a new table on demand has room for all writes. With
  3,000 functions its 4,000 units a second are used up: a quarter of a million writes are delayed, functions run
  longer, and even 3,000 are not enough. Nothing fails. A table in use takes twice its peak, so only the first such
  day is like that.
- **One selling partner with 300 reports at one second** is more than its partition takes, and its transactions meet
  1,211 times, are cancelled and repeated. No report comes later for it: createReport takes 15 of them at once, and one
  a minute.
- **What to change**: spread the schedules over two hours (other minutes in `cron(…)`), which costs nothing: neither
  Lambda nor DynamoDB then refuses anything. More concurrent executions alone move the limit to the table.
- **What does not give**: Amazon's quotas are per selling partner, so more selling partners do not wait for each other.
  Start reports needs five and a half minutes of its fifteen for 100,000 executions.
"""


class Case(NamedTuple):
    """A row of the page."""

    name: str
    fleet: Fleet
    slots: int


CASES = (
    Case("1 × 300", Fleet(1, 300, 1), SLOTS),
    Case("500 × 20", Fleet(500, 20, 30), SLOTS),
    Case("500 × 20, a new account", Fleet(500, 20, 3), NEW_SLOTS),
    Case("5,000 × 20", Fleet(5_000, 20, 1), SLOTS),
    Case("5,000 × 20, with 3,000 functions", Fleet(5_000, 20, 1), 3 * SLOTS),
    Case("5,000 × 20, spread over two hours", Fleet(5_000, 20, 1, spread=7_200), SLOTS),
)
COLUMNS = (
    *("days", "red", "throttled", "p95, middle", "p95, worst", "functions at once", "refused by Lambda"),
    *(
        "transitions a second",
        "write units a second",
        "delayed writes",
        "conflicts",
        "polls a report",
        "dollars a month",
    ),
)


def lines(retrier: Retrier, cases: tuple[Case, ...] = CASES) -> Iterator[str]:
    """Yield the page, which takes a minute or two to simulate."""
    yield from INTRODUCTION.splitlines()
    yield ""
    yield f"| selling partners × reports a day | {' | '.join(COLUMNS)} |"
    yield f"|---|{'---|' * len(COLUMNS)}"
    with ProcessPoolExecutor() as pool:
        months = pool.map(played, cases, [retrier] * len(cases))
        for case, month in zip(cases, months, strict=True):
            yield f"| {case.name} | {' | '.join(row(case, month).values())} |"
    yield from AFTER.splitlines()


def played(case: Case, retrier: Retrier) -> Month:
    """Simulate one row."""
    return Simulation(Account(case.slots), retrier).play(case.fleet)


def row(case: Case, month: Month) -> Mapping[str, str]:
    """Return a row's figures, by column."""
    worst = [quantile(seconds, 0.95) for seconds in month.seconds.values()]
    figures = (
        *(f"{case.fleet.days}", f"{month.red:,}", f"{month.throttled:,}"),
        *(f"{quantile(worst, 0.5) / 60:.0f} min", f"{max(worst) / 60:.0f} min"),
        *(f"{month.account.peak:,} of {case.slots:,}", f"{month.account.refused:,}"),
        f"{max(month.account.by_second.values()):,}",
        *(f"{max(month.account.writes.values()):,}", f"{month.write_delays:,}", f"{month.conflicts:,}"),
        *(f"{month.polls / month.landed:.1f}", f"{dollars(case, month):,.0f}"),
    )
    return dict(zip(COLUMNS, figures, strict=True))


def dollars(case: Case, month: Month) -> float:
    """Return what 30 such days cost."""
    counts = used(month.landed, month.landed, discoveries=0, polls=month.polls / month.landed)
    # With those of the retries.
    counts["state transition"] = month.account.transitions
    played = sum(by_service(counts).values()) * 30 / case.fleet.days
    return played + sum(standing(selling_partners=case.fleet.partners).values())
