"""Whether Amazon makes reports of a type at all: still, at a request, for this account, in these marketplaces."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from itertools import chain

from lambdas.payloads.request import Request
from lambdas.request import report_types
from lambdas.request.options import VENDOR_GROUP
from lambdas.request.report_types import ReportType
from lambdas.request.spelling import nearest
from lambdas.spapi.regions import MARKETPLACES

DISCOVERY = "a discovery finds its reports and lands them (docs/backfill.md)"
# Types begin and end alike.
ALIKE = 0.7
# So long before a type's last day its end is announced.
FORESEEN = timedelta(days=180)


def refusals(request: Request, *, now: datetime) -> Iterator[str]:
    """Yield a sentence for each reason why Amazon takes no request for this report."""
    name = request["reportType"]
    kind = report_types.get(name)
    yield from not_made(request, now=now)
    if kind.mode == "list":
        yield f"Amazon makes {name} by itself and takes no request for it: {kind.instead or DISCOVERY}"
    if kind.mode == "schedule":
        yield (
            f"Amazon makes {name} on a schedule only: create one with `reportflow amazon-schedules set`; {DISCOVERY}"
        )
    if kind.one_marketplace and len(request["marketplaceIds"]) > 1:
        found = f"marketplaceIds has {len(request['marketplaceIds'])}"
        yield f"{name} takes one marketplace, and {found}: start one execution for each"


def not_made(request: Request, *, now: datetime) -> Iterator[str]:
    """Yield a sentence for each reason why there is no such report, whoever would ask for it."""
    name, partner = request["reportType"], request["sellingPartnerId"]
    kind = report_types.get(name)
    if gone := ended(name, now=now):
        yield gone
    if "vendor" not in kind.accounts and partner.startswith(VENDOR_GROUP):
        yield f"{name} is for sellers, and sellingPartnerId {partner} is a vendor group"
    if elsewhere := without(kind, request["marketplaceIds"]):
        yield f"Amazon makes {name} for {', '.join(kind.marketplaces)}, and marketplaceIds has {', '.join(elsewhere)}"


def ended(report_type: str, *, now: datetime) -> str | None:
    """Return since when Amazon does not make a type any more, and what to do instead."""
    kind = report_types.get(report_type)
    if not kind.deprecated_on or now.date() < kind.deprecated_on:
        return None
    return f"Amazon has not made {report_type} since {kind.deprecated_on}: {kind.instead}"


def without(kind: ReportType, marketplace_ids: Sequence[str]) -> list[str]:
    """Return the countries of these marketplaces that do not have a type."""
    countries = [MARKETPLACES[one][0] for one in marketplace_ids if one in MARKETPLACES]
    return [country for country in countries if kind.marketplaces and country not in kind.marketplaces]


def notes(report_type: str, *, now: datetime) -> list[str]:
    """Return what a person should know of a type that is requested all the same."""
    return list(chain(_unknown(report_type), _ending(report_type, now=now)))


@cache  # A file of reports asks of the same few types for each window of each selling partner.
def _unknown(report_type: str) -> tuple[str, ...]:
    if report_types.is_known(report_type):
        return ()
    meant = nearest(report_type, report_types.names(), alike=ALIKE)
    return (f"{report_type} is not in the catalogue{f': did you mean {meant}?' if meant else ''}",)


def _ending(report_type: str, *, now: datetime) -> Iterator[str]:
    kind = report_types.get(report_type)
    if kind.deprecated_on and now.date() < kind.deprecated_on <= (now + FORESEEN).date():
        yield f"Amazon does not make {report_type} from {kind.deprecated_on} on: {kind.instead}"
    if kind.successor:
        yield f"{report_type} is no longer on Amazon's pages, which have {kind.successor}"
