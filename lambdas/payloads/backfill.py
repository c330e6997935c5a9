"""The backfill machine's data."""

from typing import Any, Literal, TypedDict


class BackfillStart(TypedDict):
    """What Plan backfill and Summarize backfill get: the raw input, and which execution it is."""

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
