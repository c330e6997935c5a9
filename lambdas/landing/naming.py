"""The names of a window's objects: what their keys have in common, and their metadata."""

from datetime import datetime
from urllib.parse import quote

from lambdas.payloads.state_data import StateData, window_of
from lambdas.request.identity import digest, fingerprint
from lambdas.spapi.regions import country_of

# So many marketplaces are named; of more, their number is.
NAMED_MARKETPLACES = 4


def path_of(state_data: StateData) -> str:
    """Return what the keys of a window's document and of its manifest have in common, whichever report it is.

    A report that Amazon made by itself has no window of ours: its id decides.
    """
    request, window, report_id = state_data["request"], window_of(state_data), state_data["poll"]["reportId"]
    # A request without days is of a report that Amazon had already.
    instant = window.get("dataStartTime") or request.get("asOf") or state_data["report"]["createdTime"]
    first = window.get("firstDay") or datetime.fromisoformat(instant).date().isoformat()
    last = window.get("lastDay", first)
    # Amazon does not say what a reportId is made of; a slash must not make folders.
    name = quote(report_id, safe="")
    if "reportId" not in request:
        # The rest is for people: what tells one window from the next is the digest.
        asked = digest([request["sellingPartnerId"], fingerprint(request)])
        days = first if first == last else f"{first}_{last}"
        name = f"{days}_{_countries(request['marketplaceIds'])}_{asked}"
    return f"sellingPartnerId={request['sellingPartnerId']}/reportType={request['reportType']}/date={first}/{name}"


def _countries(marketplace_ids: list[str]) -> str:
    named = sorted({quote(country_of(each), safe="") for each in marketplace_ids})
    return "-".join(named) if len(named) <= NAMED_MARKETPLACES else f"{len(named)}-marketplaces"


def metadata_of(state_data: StateData) -> dict[str, str]:
    """Return the metadata of a report's objects in S3."""
    return {
        "report-id": quote(state_data["poll"]["reportId"]),
        "report-type": state_data["request"]["reportType"],
        "selling-partner-id": state_data["request"]["sellingPartnerId"],
    }
