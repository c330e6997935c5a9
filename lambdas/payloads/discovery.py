"""The discovery machine's data."""

from typing import Any, Literal, NotRequired, TypedDict

from lambdas.payloads.state_data import Wait


class LeftOut(TypedDict):
    """Reports that are done and that a discovery does not take."""

    count: int
    reportIds: list[str]
    """The first fifty."""
    marketplaceIds: list[str]
    """The marketplaces of these reports; those that are not Amazon's are ids that no page explains."""
    reason: str


class ListingStart(TypedDict):
    """What List reports gets: the raw input, which execution it is, and the machine's data, a Listing from then on."""

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
