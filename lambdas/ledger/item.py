"""A request's item in the ledger: what it says, under which key, and how it is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, get_args

from lambdas.dynamodb import from_item, to_item
from lambdas.request.identity import digest, window_digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.payloads.request import Request
    from lambdas.payloads.results import Failure, Landed, NoDocument, RequestAgain

    Result = Landed | NoDocument | Failure | RequestAgain | None


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
    """True once a place in the queue for quota was promised: the next attempt is not queued again."""
    attempts: int = 0
    """Reports that this execution has asked for."""
    report_id: str | None = None
    result: Result = None
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
        """Return the entry after a change of status, one version later; `changes` are of its other fields."""
        changed = replace(self, status=status, updated_at=now, version=self.version + 1, **changes)
        step = {"status": str(status), "at": now.isoformat()}
        if changed.report_id:
            step["reportId"] = changed.report_id
        return replace(changed, history=(*changed.history, step))


def claimed_by(*, execution: str, now: datetime, entry: Entry | None) -> Entry:
    """Return the execution's own entry unchanged, else a new one that is QUEUED.

    The new one keeps the version and the unanswered calls.
    """
    if entry and entry.execution == execution:
        return entry
    return Entry(
        status="QUEUED",
        execution=execution,
        claimed_at=now,
        updated_at=now,
        version=entry.version if entry else 0,
        unanswered_calls=entry.unanswered_calls if entry else (),
    )


def request_key(request: Request) -> dict[str, Any]:
    """Return the key of a request's item: `request#<reportType>#<window>#<options>`, as DynamoDB's client takes it."""
    return _key(request, f"{window_prefix(request)}{digest(request['reportOptions'])}")


def window_prefix(request: Request) -> str:
    """Return how the keys of one window begin, whatever the options: `request#<reportType>#<window>#`."""
    return f"request#{request['reportType']}#{window_digest(request)}#"


def report_key(request: Request, report_id: str) -> dict[str, Any]:
    """Return the key of a report's item: `report#<reportId>`."""
    return _key(request, f"report#{report_id}")


def document_key(request: Request, document_id: str) -> dict[str, Any]:
    """Return the key of a document's item: `document#<reportDocumentId>`."""
    return _key(request, f"document#{document_id}")


def encoded(entry: Entry) -> dict[str, Any]:
    """Return the attributes of an item, as DynamoDB's client takes them: times in ISO 8601, the result as JSON."""
    return to_item(
        {
            "status": entry.status,
            "execution": entry.execution,
            "claimedAt": entry.claimed_at.isoformat(),
            "updatedAt": entry.updated_at.isoformat(),
            "version": entry.version,
            "unansweredCalls": [time.isoformat() for time in entry.unanswered_calls],
            "hasQueuePlace": entry.has_queue_place,
            "attempts": entry.attempts,
            "history": list(entry.history),
            "reportId": entry.report_id,
            "result": json.dumps(entry.result) if entry.result else None,
            "notBefore": entry.not_before.isoformat() if entry.not_before else None,
        }
    )


def decoded(item: Mapping[str, Any]) -> Entry:
    """Return the entry of an item, as DynamoDB's client returns it."""
    values = from_item(item)
    return Entry(
        status=values["status"],
        execution=values["execution"],
        claimed_at=datetime.fromisoformat(values["claimedAt"]),
        updated_at=datetime.fromisoformat(values["updatedAt"]),
        version=int(values["version"]),
        unanswered_calls=tuple(map(datetime.fromisoformat, values["unansweredCalls"])),
        has_queue_place=values["hasQueuePlace"],
        attempts=int(values["attempts"]),
        report_id=values.get("reportId"),
        result=json.loads(values.get("result", "null")),
        not_before=datetime.fromisoformat(values["notBefore"]) if "notBefore" in values else None,
        history=tuple(values["history"]),
    )


def _key(request: Request, entry: str) -> dict[str, Any]:
    return to_item({"sellingPartnerId": request["sellingPartnerId"], "entry": entry})
