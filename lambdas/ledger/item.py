"""A request's item in the ledger: what it says, under which key, and how it is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, TypedDict, get_args

from lambdas.request.identity import digest, window_digest

if TYPE_CHECKING:
    from lambdas.payloads import Failure, Landed, NoDocument, Request, RequestAgain

    Result = Landed | NoDocument | Failure | RequestAgain | None


class PreviousLanding(TypedDict):
    """A report that had landed: of what its bytes and its rows were."""

    reportId: str
    sha256: str | None
    rows: int | None


Outcome = Literal["LANDED", "NO_DATA", "CANCELLED_ELSEWHERE", "TOO_SOON", "FATAL", "OVERDUE", "WITHDRAWN", "LOST"]
# QUEUED: an execution has it, and nothing was asked for. CLAIMED: createReport is being called, or gave no answer.
# ASK_AGAIN: a report came to nothing, and its execution asks for another one later.
Status = Literal["QUEUED", "CLAIMED", "REQUESTED", "ASK_AGAIN", Outcome]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What the ledger knows of a request."""

    status: Status
    execution: str
    """The execution that it belongs to; when that one is over, the next may take it."""
    claimed_at: datetime
    updated_at: datetime
    version: int
    unanswered_calls: tuple[datetime, ...] = ()
    """When createReport was called without an answer so far: each may have created a report."""
    has_queue_place: bool = False
    """Whether it has its place among those that wait for quota."""
    attempts: int = 0
    """Reports that this execution has asked for."""
    report_id: str | None = None
    result: Result = None
    previous_landing: PreviousLanding | None = None
    """What had landed for the request before this execution took it."""
    not_before: datetime | None = None
    """When to ask again, of ASK_AGAIN."""
    history: tuple[dict[str, str], ...] = ()
    """The status changes since this execution has it: `status`, `at`, and `reportId` if there is one."""

    @property
    def ended(self) -> bool:
        """Whether nobody is at work on it."""
        return self.status in get_args(Outcome)

    @property
    def may_exist_at_amazon(self) -> bool:
        """Whether Amazon may be at work on a report of it."""
        return bool(self.unanswered_calls) or self.status in ("REQUESTED", "OVERDUE")

    @property
    def unanswered_attempts(self) -> int:
        """How often createReport was called without an answer since this execution has it, also where that is settled.

        A claim that was released, and one that a report was found for, do not count.
        """
        following = [*(step["status"] for step in self.history[1:]), ""]
        claims = [after for step, after in zip(self.history, following, strict=True) if step["status"] == "CLAIMED"]
        return sum(after not in ("QUEUED", "REQUESTED") for after in claims)

    def with_status(self, status: Status, *, now: datetime, **changes: Any) -> Entry:
        """Return the entry after a change of status."""
        changed = replace(self, status=status, updated_at=now, version=self.version + 1, **changes)
        step = {"status": str(status), "at": now.isoformat()}
        if changed.report_id:
            step["reportId"] = changed.report_id
        return replace(changed, history=(*changed.history, step))


def claimed_by(*, execution: str, now: datetime, seen: Entry | None) -> Entry:
    """Return the entry of an execution that takes a request, in place of what was `seen`: its own goes on."""
    if seen and seen.execution == execution:
        return seen
    return Entry(
        status="QUEUED",
        execution=execution,
        claimed_at=now,
        updated_at=now,
        version=seen.version if seen else 0,
        unanswered_calls=seen.unanswered_calls if seen else (),
        previous_landing=_landed(seen) if seen else None,
    )


def _landed(seen: Entry) -> PreviousLanding | None:
    if seen.status != "LANDED" or not seen.result or seen.result["outcome"] != "LANDED":
        return seen.previous_landing
    return {"reportId": seen.result["reportId"], "sha256": seen.result["sha256"], "rows": seen.result["rows"]}


def request_key(request: Request) -> dict[str, Any]:
    """Return the key of a request's item."""
    return _key(request, f"{window_prefix(request)}{digest(request['reportOptions'])}")


def window_prefix(request: Request) -> str:
    """Return how the keys of one window begin, whatever the options."""
    return f"request#{request['reportType']}#{window_digest(request)}#"


def report_key(request: Request, report_id: str) -> dict[str, Any]:
    """Return the key of a report's item."""
    return _key(request, f"report#{report_id}")


def document_key(request: Request, document_id: str) -> dict[str, Any]:
    """Return the key of a document's item."""
    return _key(request, f"document#{document_id}")


def encoded(entry: Entry) -> dict[str, Any]:
    """Return the attributes of an item."""
    item: dict[str, Any] = {
        "status": {"S": entry.status},
        "execution": {"S": entry.execution},
        "claimedAt": {"S": entry.claimed_at.isoformat()},
        "updatedAt": {"S": entry.updated_at.isoformat()},
        "version": {"N": str(entry.version)},
        "asked": {"L": [{"S": time.isoformat()} for time in entry.unanswered_calls]},
        "waited": {"BOOL": entry.has_queue_place},
        "attempts": {"N": str(entry.attempts)},
        "history": {"L": [{"M": {key: {"S": value} for key, value in step.items()}} for step in entry.history]},
    }
    if entry.report_id:
        item["reportId"] = {"S": entry.report_id}
    if entry.result:
        item["result"] = {"S": json.dumps(entry.result)}
    if entry.previous_landing:
        item["before"] = {"S": json.dumps(entry.previous_landing)}
    if entry.not_before:
        item["notBefore"] = {"S": entry.not_before.isoformat()}
    return item


def decoded(item: dict[str, Any]) -> Entry:
    """Return the entry that an item stands for."""
    not_before = item.get("notBefore", {}).get("S")
    return Entry(
        status=item["status"]["S"],
        execution=item["execution"]["S"],
        claimed_at=datetime.fromisoformat(item["claimedAt"]["S"]),
        updated_at=datetime.fromisoformat(item["updatedAt"]["S"]),
        version=int(item["version"]["N"]),
        unanswered_calls=tuple(datetime.fromisoformat(time["S"]) for time in item["asked"]["L"]),
        has_queue_place=item["waited"]["BOOL"],
        attempts=int(item["attempts"]["N"]),
        report_id=item.get("reportId", {}).get("S"),
        result=json.loads(item.get("result", {}).get("S", "null")),
        previous_landing=json.loads(item.get("before", {}).get("S", "null")),
        not_before=datetime.fromisoformat(not_before) if not_before else None,
        history=tuple({key: value["S"] for key, value in step["M"].items()} for step in item["history"]["L"]),
    )


def _key(request: Request, entry: str) -> dict[str, Any]:
    return {"sellingPartnerId": {"S": request["sellingPartnerId"]}, "entry": {"S": entry}}
