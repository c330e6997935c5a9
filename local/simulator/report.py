"""One report in the simulator's books, and Amazon's view of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from local.simulator.document import Document
from local.simulator.faults import FaultQueues
from local.simulator.sample_documents import sample_document
from local.simulator.script import Script
from local.simulator.specification import Specification
from local.simulator.window_reading import read_window

TERMINAL = {"CANCELLED", "DONE", "FATAL"}


@dataclass(kw_only=True)
class Report:
    """A report. Times are in seconds on the simulator's clock.

    `reached` has a time for each status reached so far, `hidden` counts the getReports still to be answered by 404.
    """

    report_id: str
    selling_partner_id: str
    specification: Specification
    script: Script
    report_document_id: str
    created: float
    polls: int = 0
    cancelled: float | None = None
    report_schedule_id: str | None = None
    faults: FaultQueues = field(repr=False)
    reached: list[float] = field(init=False)
    hidden: int = field(init=False)

    def __post_init__(self) -> None:
        self.reached = [self.created]
        self.hidden = self.script.not_found_first

    @property
    def report_type(self) -> str:
        """The reportType asked for."""
        return self.specification.report_type

    @property
    def status(self) -> str:
        """The processingStatus last reached."""
        return self.script.statuses[len(self.reached) - 1] if self.cancelled is None else "CANCELLED"

    @property
    def document(self) -> Document | None:
        """What can be downloaded by now."""
        finished = self.status in TERMINAL and self.cancelled is None
        if not finished:
            return None
        return self.script.document or (self._usual_document if self.status == "DONE" else None)

    @cached_property
    def _usual_document(self) -> Document:
        created = datetime.fromtimestamp(self.created, UTC)
        return sample_document(self.specification, read_window(self.specification, now=created))

    def advance(self, *, now: float, polled: bool = False) -> None:
        """Move on to the status due now; `polled` counts a getReport that finds the report."""
        if self.cancelled is not None:
            return
        self.polls += polled
        count = self.script.reached(polls=self.polls, seconds=now - self.created)
        for begin in self.script.begins[len(self.reached) : count]:
            self.reached.append(self.created + begin)
        self.reached += [now] * (count - len(self.reached))

    def view(self) -> dict[str, Any]:
        """Make Amazon's Report object: reportOptions are never in it, a field without a value is missing."""
        times = list(zip(self.script.statuses, self.reached, strict=False))
        started = next((at for status, at in times if status != "IN_QUEUE"), None)
        ended = next((at for status, at in times if status in TERMINAL), self.cancelled)
        fields = {
            "reportType": self.report_type,
            "marketplaceIds": self.specification.marketplace_ids,
            "reportId": self.report_id,
            "dataStartTime": timestamp(self.specification.data_start.timestamp()),
            "dataEndTime": timestamp(self.specification.data_end.timestamp()),
            "reportScheduleId": self.report_schedule_id,
            "createdTime": timestamp(self.created),
            "processingStatus": self.status,
            "processingStartTime": None if started is None else timestamp(started),
            "processingEndTime": None if ended is None else timestamp(ended),
            "reportDocumentId": self.report_document_id if self._tells_document() else None,
        }
        return {name: value for name, value in fields.items() if value is not None} | dict(self.script.extra)

    def _tells_document(self) -> bool:
        return self.document is not None and not self.script.missing_document_id


def timestamp(at: float) -> str:
    """Write seconds since the epoch as live responses do: whole seconds, +00:00."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
