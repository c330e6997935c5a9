"""How the simulated Amazon shall behave for a report: plain data, one Script per report."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from local.simulator.document import Document, Transfer
from local.simulator.quota import PLANS

OPERATIONS = {*PLANS, "LWA", "document"}


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A call that goes wrong, or only takes long.

    status                  the HTTP status to answer, in the wording of the called service (502 and 504: HTML)
    code, message, details  instead of that service's usual words
    body                    instead of the service's form of an error: a page, a text, JSON of another shape, nothing
    headers                 sent with the error, e.g. x-amzn-RateLimit-Limit, which a 429 has not by default
    hang                    seconds before anything else happens, or, with `after`, between the effect and the answer
    reset                   the connection is reset instead of an answer
    after                   the operation takes effect first: what fails is its answer

    With neither status nor reset the answer is the ordinary one, late.
    """

    status: int | None = None
    code: str | None = None
    message: str | None = None
    details: str = ""
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: float = 0.0
    reset: bool = False
    after: bool = False


# One fault that happens at every call, or a sequence that is used up call by call (None: an ordinary call).
Faults = Fault | Transfer | Sequence[Fault | Transfer | None]


@dataclass(frozen=True, kw_only=True)
class Script:
    """The course of one report.

    statuses            one per getReport; the last repeats. Anything is allowed, also what Amazon does not know
    begins              instead: seconds after creation at which each status begins (one number per status)
    document            None: when DONE one as the type has it, nothing when FATAL or CANCELLED
    missing_document_id no reportDocumentId, though the report is finished
    wrapped             answers about this report come inside {"payload": …}, as API version 2020-09-04 had it
    report_id, report_document_id   these, instead of new ones
    not_found_first     the first getReports after creation answer 404
    extra               merged into the Report object
    faults              by operation. createReport and getReports: for the type and seller, the others for this report
    """

    statuses: Sequence[str] = ("IN_QUEUE", "IN_PROGRESS", "DONE")
    begins: Sequence[float] = ()
    document: Document | None = None
    missing_document_id: bool = False
    wrapped: bool = False
    report_id: str | None = None
    report_document_id: str | None = None
    not_found_first: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)
    faults: Mapping[str, Faults] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.statuses:
            raise ValueError("statuses is empty: a report has at least one status")
        if self.begins and len(self.begins) != len(self.statuses):
            raise ValueError(f"begins has {len(self.begins)} numbers for {len(self.statuses)} statuses: one for each")
        for operation in self.faults:
            check_operation(operation)
        if "LWA" in self.faults:
            raise ValueError("faults has 'LWA', which belongs to no report: use Simulator.fail")

    def reached(self, *, polls: int, seconds: float) -> int:
        """Count the statuses reached, at least one."""
        count = bisect_right(self.begins, seconds) if self.begins else polls
        return min(max(count, 1), len(self.statuses))

    def with_outcome(self, outcome: str, document: Document | None) -> Self:
        """Return the same course, but that a report that would be DONE ends otherwise."""
        statuses = [outcome if status == "DONE" else status for status in self.statuses]
        return replace(self, statuses=statuses, document=document)


def check_operation(operation: str) -> None:
    """Raise ValueError for a name that no call has."""
    if operation not in OPERATIONS:
        raise ValueError(f"{operation!r} is not an operation; allowed: {', '.join(sorted(OPERATIONS))}")
