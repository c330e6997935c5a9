"""What the functions of the report machine have found: `$.result`."""

from typing import Literal, NotRequired, TypedDict

from lambdas.payloads.findings import Finding


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
