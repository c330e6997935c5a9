"""Finds executions by what they were asked for and how they ended, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypedDict

from cli.console_page.executions import ExecutionRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.console_page.execution_index import ExecutionIndex

ROWS = 50
# Of those that are not known yet, so many are described for one answer: the page asks again.
DESCRIBED_AT_ONCE = 30


class NamedRow(ExecutionRow):
    """An execution with the name that reports.toml has for its selling partner."""

    partner: str | None


class Found(TypedDict):
    """A page of executions.

    `total` is how many there are among the `searched` of the `listed` ones; all are listed if `complete`.
    """

    rows: list[NamedRow]
    total: int
    searched: int
    listed: int
    complete: bool


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is searched for; "" is anything."""

    kind: str = ""
    state: str = ""
    """running, failed, well, or an outcome or error's name."""
    text: str = ""
    """In the name, the selling partner's id or name, or the report type."""
    since: str = ""
    """Windows that end on this day or later, ISO 8601."""
    until: str = ""
    """Windows that begin on this day or earlier."""
    findings: str = ""
    """Anything: only those with findings."""
    parent: str = ""
    """The name of the backfill or the discovery that has started them."""

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Wanted:
        """Return what an address asks for."""
        return cls(**{field.name: arguments.get(field.name, "").strip() for field in fields(cls)})

    @property
    def needs_description(self) -> bool:
        """Whether ListExecutions alone cannot say it."""
        plain = self.state in ("", "running", "failed")
        return bool(self.text or self.since or self.until or self.findings) or not plain


def search(index: ExecutionIndex, wanted: Wanted, *, names: Mapping[str, str], page: int) -> Found:
    """Return a page of what is wanted, counted from 0; `names` are the selling partners' by id."""
    parent = index.find(wanted.parent) if wanted.parent else None
    candidates = [row for row in index.rows() if _by_list(row, wanted) and (not parent or is_child(row, parent))]
    if wanted.parent and not parent:
        candidates = []
    matches, searched = candidates, len(candidates)
    if wanted.needs_description:
        seen = list(_described(index, candidates))
        searched = len(seen)
        matches = [row for row in seen if _by_description(row, wanted, names)]
    return {
        "rows": [
            {**row, "partner": names.get(row["sellingPartnerId"] or "")}
            for row in index.described(matches[page * ROWS : (page + 1) * ROWS])
        ],
        "total": len(matches),
        "searched": searched,
        "listed": len(candidates),
        "complete": index.is_complete and not index.is_cut,
    }


def is_child(row: ExecutionRow, parent: ExecutionRow) -> bool:
    """Say whether a backfill or a discovery has started an execution, by the names that both give."""
    if row["kind"] != "report" or row["started"] < parent["started"] - 1:
        return False
    whose = _as_in_names(parent["sellingPartnerId"] or "")
    if parent["kind"] == "backfill":
        alike = row["reportType"] in (None, parent["reportType"]) and row["name"].startswith(f"backfill-{whose}-")
        return alike and row["started"] <= (parent["stopped"] or float("inf"))
    began = f"-{datetime.fromtimestamp(parent['started'], UTC):%Y%m%dT%H%M%S}-"
    return row["name"].startswith(f"discovery-{whose}-") and began in row["name"]


def parent_of(index: ExecutionIndex, row: ExecutionRow) -> str | None:
    """Return the name of the backfill or discovery that has started an execution, if one has."""
    kind = row["name"].partition("-")[0]
    if row["kind"] != "report" or kind not in ("backfill", "discovery"):
        return None
    parents = (each for each in index.rows() if each["kind"] == kind and each["started"] <= row["started"] + 1)
    return next((each["name"] for each in index.described(list(islice(parents, 10))) if is_child(row, each)), None)


def _as_in_names(partner: str) -> str:
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "_-") else "-" for letter in partner[:20]
    )


def _by_list(row: ExecutionRow, wanted: Wanted) -> bool:
    states: dict[str, tuple[str, ...]] = {
        "running": ("RUNNING",),
        "failed": ("FAILED", "TIMED_OUT", "ABORTED"),
        "well": ("SUCCEEDED",),
    }
    return wanted.kind in ("", row["kind"]) and row["status"] in states.get(wanted.state, (row["status"],))


def _described(index: ExecutionIndex, rows: list[ExecutionRow]) -> Iterator[ExecutionRow]:
    left = DESCRIBED_AT_ONCE
    for row in rows:
        left -= row["reportType"] is None
        if left < 0:
            return
        yield from index.described([row])


def _by_description(row: ExecutionRow, wanted: Wanted, names: Mapping[str, str]) -> bool:
    partner = row["sellingPartnerId"] or ""
    said: list[Any] = [row["name"], row["reportType"], partner, names.get(partner), row["outcome"]]
    text = " ".join(filter(None, said)).lower()
    return (
        all(word in text for word in wanted.text.lower().split())
        and (wanted.state in ("", "running", "failed", "well") or wanted.state == row["outcome"])
        and (not wanted.since or row["lastDay"] >= wanted.since)
        and (not wanted.until or "" < row["firstDay"] <= wanted.until)
        and (not wanted.findings or bool(row["finding"]))
    )
