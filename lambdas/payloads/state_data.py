"""The report machine's data, from state to state."""

from collections.abc import Mapping
from typing import Any, NotRequired, Protocol, TypedDict

from lambdas.payloads.request import Request
from lambdas.payloads.results import CreationResult, DocumentWait, Failure, Landed, NoDocument, PersonalData, Window


class Context(Protocol):
    """What a handler asks of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long this run may still take."""


class AwaitedNotification(TypedDict):
    """`$.poll.notification`, where Amazon tells of a report's end."""

    expected: bool
    """Whether it is still to come: until then, waits are long."""
    askedAt: str
    """When Amazon was last asked how far the report is. A notification from before that is no news."""
    expiresAt: str
    """When the ledger forgets the wait, in seconds since 1970: DynamoDB takes numbers as text."""
    came: NotRequired[Any]
    """What the state Wait leaves when a notification has cut it short."""


class Poll(TypedDict):
    """`$.poll`: where the loop is. Seconds are whole."""

    reportId: str
    """The report that is asked about. Amazon's sandbox answers with another one's data, so `$.report` does not say."""
    number: int
    waitSeconds: int
    waitedSeconds: int
    startedAt: str
    deadlineSeconds: int
    factor: float
    """The next wait is this many times the cube root of the seconds in which the report is likely to end."""
    durations: list[int]
    """The seconds that earlier reports of the type took, of those that took longer than this one up to now."""
    overdue: bool
    notification: NotRequired[AwaitedNotification]


class Wait(TypedDict):
    """`$.poll` until createReport is called: for quota, or for another execution with the same request."""

    waitSeconds: int


class CreateReportInput(TypedDict):
    """What Create report gets: the raw input and which execution it is."""

    input: Any
    executionArn: str
    startTime: str
    attempt: NotRequired[int]
    """How often this state has been retried."""


class Created(TypedDict):
    """The machine's data after Create report."""

    request: Request
    result: CreationResult | Landed | NoDocument | Failure
    report: NotRequired[dict[str, Any]]
    """Amazon's latest Report object, verbatim."""
    poll: NotRequired[Poll | Wait]


class StateData(TypedDict):
    """The machine's data in the loop and in the handlers."""

    executionArn: NotRequired[str]
    attempt: NotRequired[int]
    """How often this state has been retried."""
    request: Request
    result: CreationResult | DocumentWait | PersonalData
    report: dict[str, Any]
    poll: Poll


def personal_columns(state_data: StateData) -> list[str]:
    """Return the columns for which the document has not landed outside the restricted zone."""
    result: Mapping[str, Any] = state_data["result"]
    return [*result.get("personalColumns", [])]


def window_of(state_data: StateData) -> Window:
    """Return the part of every result that says what was asked for; the dates of a report by its id are Amazon's."""
    request = state_data["request"]
    dates = state_data["report"] if "reportId" in request else request
    window: Window = {
        "sellingPartnerId": request["sellingPartnerId"],
        "reportType": request["reportType"],
        "marketplaceIds": request["marketplaceIds"],
        "reportOptions": request["reportOptions"],
        "reportId": state_data["poll"]["reportId"],
    }
    if "dataStartTime" in dates:
        window["dataStartTime"] = dates["dataStartTime"]
    if "dataEndTime" in dates:
        window["dataEndTime"] = dates["dataEndTime"]
    if "firstDay" in request:
        window["firstDay"], window["lastDay"] = request["firstDay"], request["lastDay"]
        window["timeZone"] = request["timeZone"]
    if "notes" in request:
        window["notes"] = request["notes"]
    return window
