"""What a month costs, in dollars, by AWS's list prices for us-east-1 and arm64; what is assumed is named here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from lambdas.polling import poll_schedule

# aws.amazon.com/step-functions/pricing, /lambda/pricing, /s3/pricing, /secrets-manager/pricing, /kms/pricing
TRANSITION = 0.025 / 1000
INVOCATION = 0.20 / 1_000_000
GB_SECOND = 0.0000133334
STORED_GB_MONTH = 0.023
SECRET_MONTH = 0.40
KEY_MONTH = 1.00

# Assumed of a report: how long Amazon takes, and how large it is.
TAKES = timedelta(minutes=5)
GB = 0.001
# Assumed of the functions: what a call to Amazon and a landing take, at their memory.
CALL_GB_SECONDS = 0.25 * 0.3
LANDING_GB_SECONDS = 1.77 * 2
# Create report and its outcome; Wait, Get report and Report status; Handle done, its outcome and Report landed.
CREATING, TURN, LANDING = 2, 3, 3
ALREADY_LANDED = CREATING + 1
# List reports, its outcome and Reports listed: what Amazon makes by itself seldom fills more than a page.
LISTING = 3


def polls(takes: timedelta = TAKES) -> int:
    """Return how often a report is asked about that takes so long, without experience of its type."""
    start = datetime(2026, 11, 1, tzinfo=UTC)
    poll = poll_schedule.first_poll(
        report_id="", started_at=start, deadline_seconds=48 * 3600, durations=[], factor=poll_schedule.FACTOR
    )
    now, number = start, 0
    while now - start < takes:
        now += timedelta(seconds=poll["waitSeconds"])
        poll = poll_schedule.next_poll(poll_schedule.after_wait(poll), now=now)
        number += 1
    return number


def transitions(executions: int, reports: int, *, discoveries: int, polls: int) -> int:
    """Return the state transitions of these executions: some land a report, some are discoveries that find nothing."""
    already = executions - reports - discoveries
    return already * ALREADY_LANDED + reports * (CREATING + TURN * polls + LANDING) + discoveries * LISTING


def dollars(executions: int, reports: int, *, discoveries: int, polls: int, secrets: int) -> dict[str, float]:
    """Return the month's dollars by what they are paid for, in cents."""
    month = amounts(executions, reports, discoveries=discoveries, polls=polls)
    month["secrets and key"] = secrets * SECRET_MONTH + KEY_MONTH
    return {service: round(amount, 2) for service, amount in month.items()}


def amounts(executions: int, reports: int, *, discoveries: int, polls: int) -> dict[str, float]:
    """Return what these executions cost in dollars, whatever the time they take, unrounded."""
    calls = executions + reports * polls
    compute = calls * CALL_GB_SECONDS + reports * LANDING_GB_SECONDS
    return {
        "Step Functions": transitions(executions, reports, discoveries=discoveries, polls=polls) * TRANSITION,
        "Lambda": (calls + reports) * INVOCATION + compute * GB_SECOND,
        "S3": reports * GB * STORED_GB_MONTH,
    }
