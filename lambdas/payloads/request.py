"""What an execution asks for."""

from typing import Literal, NotRequired, TypedDict


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
    """The time zone of these days: its name, or an offset from UTC. Without days where Amazon has the report."""
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
