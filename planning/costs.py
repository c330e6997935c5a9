"""What a month costs, in dollars: AWS's list prices, and how much of what executions and a stack take.

The counts are those of executed runs and of the synthesized template; `tests/workflow/test_costs.py` compares them.
Prices are those of aws.amazon.com/<service>/pricing in November 2026 for us-east-1, without free tiers.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from lambdas.polling import poll_schedule

if TYPE_CHECKING:
    from collections.abc import Mapping

Counts = dict[str, float]
# A count's unit: the service that it belongs to, and the dollars for one.
PRICES = {
    "state transition": ("Step Functions", 25e-6),
    "Lambda invocation": ("Lambda", 0.2e-6),
    "Lambda GB-second on arm64": ("Lambda", 13.3334e-6),
    "DynamoDB write unit": ("DynamoDB", 0.625e-6),
    "DynamoDB read unit": ("DynamoDB", 0.125e-6),
    "S3 write": ("S3", 5e-6),
    "S3 read": ("S3", 0.4e-6),
    "GB-month in S3": ("S3", 0.023),
    "SQS request": ("SQS", 0.4e-6),
    "Glue request": ("Glue", 1e-6),
    "Secrets Manager call": ("Secrets Manager", 5e-6),
    "GB of logs": ("logs, traces, events", 0.5),
    "trace": ("logs, traces, events", 5e-6),
    "event": ("logs, traces, events", 1e-6),
}
# A month of what stands whether there are reports or not.
MONTHLY = {
    "secret": 0.40,
    "KMS key": 1.00,
    "metric that an alarm looks at": 0.10,
    "metric": 0.30,
    "dashboard": 3.00,
    # Lambda asks an empty queue five times in 20 seconds (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html).
    "queue that a function polls": 5 * 3 * 60 * 24 * 365 / 12 * PRICES["SQS request"][1],
}
# The stack without options, and no selling partner's secret. A metric costs by the hour in which it has values: the
# two that are measured once a day have one such hour in 24, and those of faults have none while all is well.
STACK: Counts = {"secret": 1, "KMS key": 1, "metric that an alarm looks at": 12, "metric": 2 / 24}

# Assumed of a report: how long Amazon takes, and how large it is.
TAKES, GB = timedelta(minutes=5, seconds=15), 0.001
# Assumed of each function, in seconds: a cold start at its memory (boto3 and its clients take an eighth of a second on
# a whole vCPU, of which 256 MB are a seventh), and a quarter of a second per call of Amazon's.
SECONDS = {"create_report": 1.5, "get_report": 1.25, "handle_done": 1.5, "publish_outcome": 1.25, "tabulate": 1.5}
MEMORY_GB = {
    "create_report": 0.25,
    "get_report": 0.25,
    "handle_done": 1769 / 1024,
    "publish_outcome": 0.25,
    "tabulate": 1769 / 1024,
}


def _runs(*functions: str) -> Counts:
    seconds = sum(SECONDS[name] * MEMORY_GB[name] for name in functions)
    return {"Lambda invocation": len(functions), "Lambda GB-second on arm64": seconds}


# A report that lands, but for its polls; one poll; a window that has landed before; a page of a discovery.
LANDED: Counts = {
    "state transition": 5,
    **_runs("create_report", "handle_done", "publish_outcome"),
    "DynamoDB write unit": 14,
    "DynamoDB read unit": 9,
    "S3 write": 4,
    "S3 read": 2,
    "Secrets Manager call": 6,
    "GB of logs": 30e-6,
    "trace": 1,
    "event": 1,
}
POLL: Counts = {
    "state transition": 3,
    **_runs("get_report"),
    "DynamoDB write unit": 1,
    "DynamoDB read unit": 1,
    "GB of logs": 12e-6,
}
_BESIDE: Counts = {"GB of logs": 20e-6, "trace": 1, "event": 1}
ALREADY: Counts = {
    "state transition": 3,
    **_runs("create_report", "publish_outcome"),
    "DynamoDB read unit": 1,
    **_BESIDE,
}
# What a report takes more where it becomes rows of a table that is there. EventBridge sends one message, which Lambda
# receives and deletes.
TABULATED: Counts = {
    **_runs("tabulate"),
    "SQS request": 3,
    "S3 read": 3,
    "S3 write": 1,
    "Glue request": 2,
    "GB of logs": 1e-6,
    "event": 1,
}
# And the stack: the queue, and the alarm on what cannot become rows.
TABLES: Counts = {"queue that a function polls": 1, "metric that an alarm looks at": 1}
LISTED: Counts = {"state transition": 3, **_runs("create_report"), "DynamoDB write unit": 1, **_BESIDE}


def polls(takes: timedelta = TAKES) -> int:
    """Return how often a report is asked about that takes so long, where five before took about as long."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    poll = poll_schedule.first_poll(
        report_id="",
        started_at=start,
        deadline_seconds=48 * 3600,
        durations=[int(takes.total_seconds() * share) for share in (0.8, 1, 1, 1.2, 2)],
        factor=poll_schedule.FACTOR,
    )
    now, number = start, 0
    while now - start < takes:
        now += timedelta(seconds=poll["waitSeconds"])
        poll = poll_schedule.next_poll(poll_schedule.after_wait(poll), now=now)
        number += 1
    return number


def used(executions: int, reports: int, *, discoveries: int, polls: float, tabulated: int = 0) -> Counts:
    """Return how much these executions take: those that land a report, discoveries, and others, which land nothing.

    `tabulated` is how many of the reports become rows of a table.
    """
    total: Counts = defaultdict(float)
    kinds = [(reports, LANDED), (reports * polls, POLL), (discoveries, LISTED)]
    kinds += [(tabulated, TABULATED)] if tabulated else []
    for number, counts in (*kinds, (executions - reports - discoveries, ALREADY)):
        for unit, count in counts.items():
            total[unit] += number * count
    return {**total, "GB-month in S3": reports * GB}


def by_service(counts: Counts) -> dict[str, float]:
    """Return the dollars of what executions take, by service."""
    dollars: Counts = defaultdict(float)
    for unit, count in counts.items():
        service, price = PRICES[unit]
        dollars[service] += count * price
    return dict(dollars)


def standing(*, selling_partners: int, stack: Mapping[str, float] = STACK, tables: bool = False) -> dict[str, float]:
    """Return the dollars a month of what stands: of the stack, its tables, and a secret for each selling partner."""
    counts = {**stack, "secret": stack["secret"] + selling_partners}
    for unit, count in TABLES.items() if tables else ():
        counts[unit] = counts.get(unit, 0) + count
    return {unit: MONTHLY[unit] * count for unit, count in counts.items()}
