"""All that flows between the machines' states: their contract.

The names are SP-API's own where it has one. Tokens, restricted-data tokens and document URLs have no place here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple, NotRequired, Protocol, TypedDict


class Context(Protocol):
    """What a handler asks of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int:
        """Return how long this run may still take."""


class Request(TypedDict):
    """`$.request`: the execution's input, normalized once by Create report, then untouched."""

    sellingPartnerId: str
    reportType: str
    marketplaceIds: list[str]
    reportOptions: dict[str, str]
    unknownOptions: NotRequired[Literal["allow"]]
    """Whether options that the catalogue does not know go to Amazon all the same."""
    notes: NotRequired[list[str]]
    """What a person should know of the report type, such as that it is not known."""
    restricted: bool
    """Whether the report's document holds personal data: it lands in a zone of its own."""
    refresh: bool
    """Whether it is asked for again although it has landed before."""
    dataStartTime: NotRequired[str]
    """The instant in UTC that Amazon is asked for, as dataEndTime; its type may read the date alone."""
    dataEndTime: NotRequired[str]
    firstDay: NotRequired[str]
    """The first day that is meant, by the request's own calendar; without a window, the day it was asked for."""
    lastDay: NotRequired[str]
    """The last one, inclusive."""
    timeZone: NotRequired[str]
    """Whose days they are: a time zone's name, or an offset from UTC. Without days where Amazon has the report."""
    background: bool
    """Whether it lets the others go first, where a quota is short."""
    reportId: NotRequired[str]
    """The report to get, where Amazon has it already and none is to be asked for."""
    asOf: NotRequired[str]
    """When the report was asked for, where no end of the window says so: it tells one such request from the next."""
    deadlineHours: NotRequired[float]
    """How long this report is waited for, whatever its type and the deployment say."""
    utf8Copy: NotRequired[bool]
    """Whether a text gets a UTF-8 copy, whatever the deployment says."""


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


class Window(TypedDict):
    """The part of every result that says what was asked for."""

    sellingPartnerId: str
    reportType: str
    marketplaceIds: list[str]
    reportOptions: dict[str, str]
    dataStartTime: NotRequired[str]
    dataEndTime: NotRequired[str]
    firstDay: NotRequired[str]
    lastDay: NotRequired[str]
    timeZone: NotRequired[str]
    reportId: str
    notes: NotRequired[list[str]]
    """The request's."""


FindingCode = Literal[
    "EMPTY",
    "FORMAT",
    "RAGGED",
    "DUPLICATE_COLUMNS",
    "LAYOUT",
    "ROWS",
    "CHARSET",
    "WINDOW",
    "PERSONAL_DATA",
    "NO_DATA",
    "NOT_INSPECTED",
]


class Finding(TypedDict):
    """Something odd about a landed document, or about there being none: docs/findings.md."""

    code: FindingCode
    severity: Literal["info", "warning", "error"]
    sentence: str
    details: dict[str, Any]
    """By code: counts, line numbers, names of columns."""


class EarlierReports(NamedTuple):
    """What a selling partner's earlier reports of a type were like."""

    usually_has_rows: bool = False
    always_had_rows: bool = False
    """Whether each of those of the same marketplaces, options and length of the window had some; false of a few."""
    rows: Sequence[int] = ()
    """Of those of the same marketplaces, options and length of the window."""
    columns: Sequence[str] | None = None
    """Of the last of those."""


class Landed(Window):
    """`$.result` of Handle done: where the document is and what it is. The manifest beside it says more.

    ALREADY_LANDED: the same document had landed before, of this report or of another one.
    """

    outcome: Literal["LANDED", "ALREADY_LANDED"]
    reportDocumentId: str
    bucket: str
    key: str
    """Of the window: its next report is the next version of the same object."""
    versionId: str
    manifestKey: str
    bytes: int
    sha256: str | None
    """Of the object as it landed, as `bytes` is. None for a document that took more than one run."""
    rows: int | None
    """Lines after the header of a delimited text; null where lines do not count rows."""
    charset: str | None
    """None for a binary document."""
    secondsToLand: int
    suspectEmpty: bool
    """Whether it has no rows, where this type usually has some for this selling partner."""
    findings: list[Finding]
    """What is odd about it. It has landed as served all the same."""
    changed: bool | None
    """Whether its bytes differ from those that had landed before; None if none had, or if that is not known."""
    supersededBy: str | None
    """The newer report of the window, if it had landed before this one came: the document is then that one's."""


class NoDocument(Window):
    """`$.result` of Handle cancelled: the recorded reason why there is no document."""

    outcome: Literal["NO_DATA", "CANCELLED_ELSEWHERE"]
    reason: str
    findings: list[Finding]
    """That it is odd that there is none."""


class RequestAgain(Window):
    """`$.result` of Handle cancelled and Handle fatal, when another report is to be asked for after a while."""

    outcome: Literal["ASK_AGAIN"]
    reason: str
    waitSeconds: int


class PersonalData(TypedDict):
    """`$.result` of Handle done, when the document holds personal data: Handle restricted lands it."""

    outcome: Literal["PERSONAL_DATA"]
    reason: str
    personalColumns: list[str]


class DocumentWait(TypedDict):
    """`$.result` of Handle done, Handle restricted and Handle fatal, when it is not their turn to ask for it yet."""

    outcome: Literal["WAIT"]
    reason: str
    waitSeconds: int
    personalColumns: NotRequired[list[str]]
    """What PersonalData had of the document."""


class Failure(Window):
    """`$.result` of Handle fatal, Handle overdue and Handle cancelled: the execution's error and cause."""

    outcome: Literal["FATAL", "OVERDUE", "TOO_SOON"]
    reason: str
    """The class it falls into: fatal.Reason for a fatal report, the processingStatus of any other."""
    cause: str
    """One or more sentences for a person, Amazon's own words verbatim."""


class CreationResult(TypedDict):
    """`$.result` of Create report, when there is a report to wait for or a reason to wait before there is one."""

    outcome: Literal["CREATED", "ADOPTED", "WAIT"]
    reason: str


class Wait(TypedDict):
    """`$.poll` until createReport is called: for quota, or for another execution with the same request."""

    waitSeconds: int


class CreateReportInput(TypedDict):
    """What Create report gets: the raw input and whose execution it is."""

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
    """The machine's data in the loop and in the handlers, with whose execution it is."""

    executionArn: NotRequired[str]
    attempt: NotRequired[int]
    """How often this state has been retried."""
    request: Request
    result: CreationResult | DocumentWait | PersonalData
    report: dict[str, Any]
    poll: Poll


class BackfillStart(TypedDict):
    """What Plan backfill and Summarize backfill get: the raw input, and whose execution it is."""

    input: Any
    executionArn: str
    executionName: str
    startTime: str


class BackfillPlan(TypedDict):
    """The backfill machine's data after Plan backfill: each of the `windows` is started with what is `given`."""

    name: str
    """What the executions' names begin with."""
    given: dict[str, Any]
    windows: list[dict[str, str]]


class BackfillSummary(TypedDict):
    """The output of a backfill: how many windows have ended how, and where the list of them all is."""

    outcome: Literal["COMPLETE", "INCOMPLETE"]
    windows: int
    outcomes: dict[str, int]
    bucket: str
    key: str
    cause: str
    """What has to be done about an incomplete backfill; empty for a complete one."""


class LeftOut(TypedDict):
    """Reports that are done and that a discovery does not take."""

    count: int
    reportIds: list[str]
    """The first fifty."""
    marketplaceIds: list[str]
    """Whose they are; those that are not Amazon's are ids that no page explains."""
    reason: str


class ListingStart(TypedDict):
    """What List reports gets: the raw input, whose execution it is, and the machine's data, a Listing from then on."""

    input: Any
    executionArn: str
    startTime: str
    data: Any


class Listing(TypedDict):
    """The discovery machine's data after List reports: WAIT for the next page, or LISTED."""

    outcome: Literal["WAIT", "LISTED"]
    found: int
    started: int
    leftOut: NotRequired[LeftOut]
    nextToken: NotRequired[str]
    """Where Amazon's list goes on. It opens nothing by itself."""
    turned: NotRequired[list[str]]
    """Of each nextToken that was followed a digest: one that comes again would lead in circles."""
    poll: NotRequired[Wait]


class ScheduleInvocation(TypedDict):
    """What EventBridge Scheduler sends to Start reports: the schedule's timing, and when it was due."""

    schedule: str
    timeZone: str
    flexibleMinutes: int
    scheduledTime: str


def finding(code: FindingCode, severity: Literal["info", "warning", "error"], sentence: str, **details: Any) -> Finding:
    """Return a finding."""
    return {"code": code, "severity": severity, "sentence": sentence, "details": details}


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
