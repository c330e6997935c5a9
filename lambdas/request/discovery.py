"""The input of a discovery: the selling partner, the report type, and how far back to look."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from lambdas.payloads.discovery import LeftOut
from lambdas.payloads.request import Request
from lambdas.request import availability
from lambdas.request import parsing as requests
from lambdas.request.parsing import InvalidRequest
from lambdas.spapi.reports import LISTED

KEYS = ("sellingPartnerId", "reportType", "marketplaceIds", "allMarketplaces", "days")
# So many reports that are left out are named.
NAMED = 50


class Discovery(NamedTuple):
    """What a discovery looks for."""

    template: Request
    """The request of any report of the type."""
    since: datetime
    """Reports that were made before are not listed."""
    all_marketplaces: bool
    """Whether reports of other marketplaces than the request's are taken as well."""

    def shared_with(self, report: Mapping[str, Any]) -> list[str]:
        """Return the marketplaces for which a listed report is taken."""
        wanted = self.template["marketplaceIds"]
        # A report that names none is for all of the selling partner's.
        shared = [one for one in wanted if one in report.get("marketplaceIds", wanted)]
        return shared or (wanted if self.all_marketplaces else [])


def parse_discovery(raw: Any, *, now: datetime) -> Discovery:
    """Return what the input of an execution stands for.

    Days count from `now`, not from the start of the execution: one that is redriven later asks for no more than Amazon
    lists.

    Raises:
        InvalidRequest: one sentence that names the key, what was found and what is allowed.
    """
    if not isinstance(raw, dict) or set(raw) - set(KEYS):
        found = f"the keys {', '.join(map(str, raw))}" if isinstance(raw, dict) else "something else"
        raise InvalidRequest(f"the input must be a JSON object of {', '.join(KEYS)}, and {found[:200]} was found")
    days, everywhere = raw.get("days", LISTED.days), raw.get("allMarketplaces", False)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= LISTED.days:
        raise InvalidRequest(f"days is {str(days)[:60]!r}; allowed is a whole number from 1 to {LISTED.days}")
    if not isinstance(everywhere, bool):
        raise InvalidRequest(f"allMarketplaces is {str(everywhere)[:60]!r}; allowed are true and false")
    given = {key: value for key, value in raw.items() if key not in ("days", "allMarketplaces")}
    template = requests.parse_request({**given, "reportId": "any", "background": True}, now=now)
    for sentence in availability.not_made(template, now=now):
        raise InvalidRequest(sentence)
    return Discovery(template, now - timedelta(days=days), everywhere)


def left_out(reports: Sequence[dict[str, Any]], before: LeftOut | None) -> LeftOut | None:
    """Return what was left out so far, with these reports."""
    if not reports:
        return before
    ids = [*(before["reportIds"] if before else []), *(report["reportId"] for report in reports)]
    theirs = {one for report in reports for one in report["marketplaceIds"]}
    return {
        "count": (before["count"] if before else 0) + len(reports),
        "reportIds": ids[:NAMED],
        "marketplaceIds": sorted(theirs.union(before["marketplaceIds"] if before else [])),
        "reason": "they are of marketplaces that marketplaceIds does not have; allMarketplaces takes them too",
    }
