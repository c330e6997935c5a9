"""What Amazon would answer with a 400, CANCELLED or FATAL, minutes or hours later: refused before it is asked.

Only what is known to fail is refused, by the type's entry in the catalogue. What Amazon mends by itself is left to it.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from lambdas.payloads import Request
from lambdas.request import report_types, window_reading
from lambdas.request.report_types import ReportType
from lambdas.request.window import Window
from lambdas.request.window_reading import RequestRefused, WindowToAsk

VENDOR_GROUP = "amzn1.vg."


def checked_window(request: Request, window: Window, *, now: datetime) -> WindowToAsk:
    """Return the window that Amazon is to be asked for, as the type reads it, and the days that it stands for.

    Raises:
        RequestRefused: one sentence that says what Amazon would not take, and how to mend it.
    """
    kind = report_types.get(request["reportType"])
    for sentence in chain(_of_type(request, kind, now), _of_options(request, kind)):
        raise RequestRefused(sentence)
    asked = window_reading.window_to_ask(request, kind, window, now=now)
    for sentence in window_reading.too_long_or_old(request, kind, asked, now=now):
        raise RequestRefused(sentence)
    return asked


def _of_type(request: Request, kind: ReportType, now: datetime) -> Iterator[str]:
    name, partner, marketplaces = request["reportType"], request["sellingPartnerId"], request["marketplaceIds"]
    if kind.deprecated_on and now.date() >= kind.deprecated_on:
        yield f"Amazon has not made {name} since {kind.deprecated_on}: {kind.instead}"
    if kind.mode == "list":
        instead = kind.instead or "a discovery finds its reports and lands them (docs/backfill.md)"
        yield f"Amazon makes {name} by itself and takes no request for it: {instead}"
    if kind.mode == "schedule":
        yield (
            f"Amazon makes {name} on a schedule only: create one with createReportSchedule; "
            "a discovery finds its reports and lands them (docs/backfill.md)"
        )
    if "vendor" not in kind.accounts and partner.startswith(VENDOR_GROUP):
        yield f"{name} is for sellers, and sellingPartnerId {partner} is a vendor group"
    if kind.one_marketplace and len(marketplaces) > 1:
        yield f"{name} takes one marketplace, and marketplaceIds has {len(marketplaces)}: start one execution for each"


def _of_options(request: Request, kind: ReportType) -> Iterator[str]:
    name, given = request["reportType"], request["reportOptions"]
    for option in kind.required_options:
        if option not in given:
            allowed = f"; allowed are {', '.join(kind.options[option])}" if option in kind.options else ""
            yield f"reportOptions lacks {option}, which {name} needs{allowed}"
    for option, values in kind.options.items():
        if option in given and given[option] not in values:
            yield f"reportOptions.{option} is {given[option][:60]!r}; {name} allows {', '.join(values)}"
