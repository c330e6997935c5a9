"""Finds the report that a createReport without an answer has created after all.

Amazon's listing does not echo a report's options, and it shows what anybody has asked for on the selling partner's
behalf. So a report is taken for ours only if its window is, if it was created when we were calling, and if nobody was
calling with other options at that time: `clear_of_others` sees to that before the call.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from lambdas.spapi.reports import LISTED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambdas.ledger.item import Entry
    from lambdas.ledger.table import Ledger
    from lambdas.payloads.request import Request
    from lambdas.spapi.reports import ReportsApi

# Amazon's clock and ours may differ by this much.
SKEW = timedelta(seconds=60)
# A call has had its effect after this long: the function that made it is over by then.
CALL = timedelta(seconds=60)
# A listing may trail a creation: nobody looks before that.
LISTING_LAG = timedelta(seconds=60)
# createReports of one execution that give no answer, over half an hour: each may have cost one of the partner's.
MOST_UNANSWERED = 5


class CreateReportUnanswered(Exception):
    """createReport gave no answer, again and again, and Amazon lists no report that it has created."""


def settled_at(entry: Entry) -> datetime:
    """Return from when on getReports lists what this entry's unanswered calls have created: later with each call."""
    return max(entry.unanswered_calls) + LISTING_LAG * (1 << max(0, entry.unanswered_attempts - 1))


def check_attempts(entry: Entry) -> None:
    """Raise CreateReportUnanswered if another createReport is one too many."""
    if entry.unanswered_attempts >= MOST_UNANSWERED:
        said = f"createReport gave no answer {entry.unanswered_attempts} times"
        raise CreateReportUnanswered(f"{said}, and Amazon lists no report that it has created")


def clear_of_others(calls: Sequence[datetime]) -> datetime | None:
    """Return the earliest time to call createReport so that its report cannot be confused with another one.

    `calls` are the unanswered calls for the same window with other options; without any the answer is None.
    """
    return max(calls) + CALL + 2 * SKEW if calls else None


def left_behind(request: Request, entry: Entry, *, sp_api: ReportsApi, ledger: Ledger, now: datetime) -> str | None:
    """Return the reportId of the oldest report that one of this entry's unanswered calls has created, if one has.

    Raises:
        NotAdmitted: there is no quota for getReports.
    """
    since = max(min(entry.unanswered_calls) - SKEW, now - LISTED)
    # Not all that was created since: a listing of more pages than there is quota for would start over each time.
    until = min(max(entry.unanswered_calls) + CALL + SKEW, now)
    listed = sp_api.get_reports(
        report_type=request["reportType"],
        created_since=since.isoformat(timespec="seconds"),
        created_until=until.isoformat(timespec="seconds"),
    )
    ours = [report for report in listed if _of_window(report, request) and _created_by(report, entry.unanswered_calls)]
    for report in sorted(ours, key=_created):
        if not ledger.knows_report(request, report["reportId"]):
            return str(report["reportId"])
    return None


def _created(report: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(report["createdTime"])


def _created_by(report: dict[str, Any], calls: Sequence[datetime]) -> bool:
    return any(call - SKEW <= _created(report) <= call + CALL + SKEW for call in calls)


def _of_window(report: dict[str, Any], request: Request) -> bool:
    if not set(request["marketplaceIds"]) <= set(report.get("marketplaceIds", request["marketplaceIds"])):
        return False
    asked_and_listed = ((request.get(key), report.get(key)) for key in ("dataStartTime", "dataEndTime"))
    return all(
        # Amazon lists whole seconds.
        abs(datetime.fromisoformat(asked) - datetime.fromisoformat(listed)) < timedelta(seconds=1)
        for asked, listed in asked_and_listed
        if isinstance(asked, str) and listed
    )
