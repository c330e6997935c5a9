"""SP-API's usage plans: how often an operation may be called for one selling partner.

Source: Amazon's models reports_2021-06-30.json and tokens_2021-03-01.json.
"""

from typing import NamedTuple


class UsagePlan(NamedTuple):
    """A limit: one call per `interval_ms` milliseconds, and `burst` calls at once after a pause."""

    interval_ms: float
    burst: int


PLANS = {
    "createReport": UsagePlan(60_000, 15),
    "getReport": UsagePlan(500, 15),
    "getReports": UsagePlan(45_100, 10),
    "cancelReport": UsagePlan(45_100, 10),
    "getReportDocument": UsagePlan(60_000, 15),
    "createReportSchedule": UsagePlan(45_100, 10),
    "getReportSchedules": UsagePlan(45_100, 10),
    "getReportSchedule": UsagePlan(45_100, 10),
    "cancelReportSchedule": UsagePlan(45_100, 10),
    "createRestrictedDataToken": UsagePlan(1_000, 10),
}


def even_plan(count: int, seconds: int) -> UsagePlan:
    """Return the plan under which no span of `seconds` sees more than `count` calls: one at a time, evenly."""
    return UsagePlan(seconds * 1000 / count * 1.001, 1)


def interval_of_rate(rate: str | None) -> float | None:
    """Return the milliseconds between two calls at a rate per second; None if the text is no sensible rate.

    `rate` is the value of the header x-amzn-RateLimit-Limit.
    """
    try:
        interval_ms = 1000 / float(rate or "")
    except (ValueError, ZeroDivisionError):
        return None
    return interval_ms if 10 <= interval_ms <= 86_400_000 else None
