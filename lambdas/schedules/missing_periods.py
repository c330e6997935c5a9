"""The periods that are missing among reports that Amazon makes one after another, such as settlements."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdas.payloads.results import Landed

# Periods meet in the same second, or in two that follow each other.
MEETING = timedelta(seconds=1)


class MissingPeriod(NamedTuple):
    """From the end of one report to the begin of the next, of the same marketplaces."""

    marketplace_ids: tuple[str, ...]
    start: datetime
    end: datetime


def missing_periods(landed: Iterable[Landed]) -> Iterator[MissingPeriod]:
    """Yield the gaps between the periods of reports that have landed, by marketplaces, oldest first.

    `landed` may be in any order; a report without a period counts for nothing.
    """
    periods: dict[tuple[str, ...], list[tuple[datetime, datetime]]] = defaultdict(list)
    for each in landed:
        if "dataStartTime" in each and "dataEndTime" in each:
            start, end = (datetime.fromisoformat(each[key]) for key in ("dataStartTime", "dataEndTime"))
            periods[tuple(each["marketplaceIds"])].append((start, end))
    for marketplace_ids, theirs in sorted(periods.items()):
        covered = min(theirs)[0]
        for start, end in sorted(theirs):
            if start - covered > MEETING:
                yield MissingPeriod(marketplace_ids, covered, start)
            covered = max(covered, end)
