"""The names of a report's objects: what their keys have in common, and their metadata."""

from urllib.parse import quote

from lambdas.payloads import StateData, window_of


def path_of(state_data: StateData) -> str:
    """Return what the keys of a report's document and of its manifest have in common."""
    request, window, report_id = state_data["request"], window_of(state_data), state_data["poll"]["reportId"]
    date = (window.get("dataStartTime") or request.get("asOf") or state_data["report"]["createdTime"])[:10]
    return (
        f"sellingPartnerId={request['sellingPartnerId']}/reportType={request['reportType']}/date={date}/"
        # Amazon does not say what a reportId is made of; a slash must not make folders.
        + quote(report_id, safe="")
    )


def metadata_of(state_data: StateData) -> dict[str, str]:
    """Return the metadata of a report's objects in S3."""
    return {
        "report-id": quote(state_data["poll"]["reportId"]),
        "report-type": state_data["request"]["reportType"],
        "selling-partner-id": state_data["request"]["sellingPartnerId"],
    }
