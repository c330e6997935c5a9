"""All reports of all selling partners, and the scripts by which new ones will behave."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from itertools import count
from uuid import uuid4

from local.simulator.calls import Call
from local.simulator.faults import FaultQueues, Mishap
from local.simulator.report import Report
from local.simulator.script import Faults, Script
from local.simulator.specification import RETENTION, Specification


class Cast:
    """The scripts for the coming reports of one type and seller: one each, the last for all further ones."""

    def __init__(self, scripts: Iterable[Script]) -> None:
        self._parts = deque((script, FaultQueues(script.faults)) for script in scripts)

    @property
    def faults(self) -> FaultQueues:
        """Those of createReport and getReports, until the next report is created."""
        return self._parts[0][1]

    def next(self) -> Script:
        """Return the script of a report created now."""
        return (self._parts.popleft() if len(self._parts) > 1 else self._parts[0])[0]


class Store:
    """The books. Whoever uses them holds the simulator's lock."""

    def __init__(self, *, clock: Callable[[], float], usual: Script) -> None:
        self._clock = clock
        self._usual = usual
        self._numbers = count(50_039_018_801)
        self._reports: dict[tuple[str, str], Report] = {}
        self._scripts: dict[tuple[str, str | None], tuple[Script, ...]] = {}
        self._casts: dict[tuple[str, str], Cast] = {}
        self._faults: dict[str | None, FaultQueues] = defaultdict(FaultQueues)

    def script(self, report_type: str, scripts: tuple[Script, ...], *, selling_partner_id: str | None) -> None:
        """Set the scripts of a type, for one seller or for all that have none of their own."""
        self._scripts[report_type, selling_partner_id] = scripts
        for key in [key for key in self._casts if key[0] == report_type and selling_partner_id in (None, key[1])]:
            del self._casts[key]

    def fail(self, operation: str, faults: Faults, *, selling_partner_id: str | None) -> None:
        """Plan faults for an operation whatever the report, for one seller or for all."""
        self._faults[selling_partner_id].plan(operation, faults)

    def cast(self, report_type: str, selling_partner_id: str) -> Cast:
        """Return the scripts still waiting for reports of that type and seller."""
        own, for_all = (self._scripts.get((report_type, seller)) for seller in (selling_partner_id, None))
        key = report_type, selling_partner_id
        if key not in self._casts:
            self._casts[key] = Cast(own or for_all or (self._usual,))
        return self._casts[key]

    def create(
        self, specification: Specification, *, selling_partner_id: str, script: Script, created: float | None = None
    ) -> Report:
        """Enter a new report. A scripted reportId is used once per seller, so that a second report is seen as one."""
        number = str(next(self._numbers))
        taken = (selling_partner_id, script.report_id) in self._reports
        report = Report(
            report_id=number if taken else script.report_id or number,
            selling_partner_id=selling_partner_id,
            specification=specification,
            script=script,
            report_document_id=script.report_document_id or f"amzn1.spdoc.1.4.na.{uuid4()}.T{number}.2500",
            created=self._clock() if created is None else created,
            faults=FaultQueues(script.faults),
        )
        self._reports[selling_partner_id, report.report_id] = report
        return report

    def reports(self, selling_partner_id: str | None = None) -> list[Report]:
        """Return the reports of one seller or all, the oldest first."""
        found = [each for each in self._reports.values() if selling_partner_id in (None, each.selling_partner_id)]
        return sorted(found, key=lambda report: report.created)

    def report(self, selling_partner_id: str, report_id: str) -> Report | None:
        """Return the report, unless it is another seller's or older than Amazon keeps reports."""
        report = self._reports.get((selling_partner_id, report_id))
        return report if report and self._clock() - report.created <= RETENTION.total_seconds() else None

    def with_document(self, selling_partner_id: str, report_document_id: str) -> Report | None:
        """Return the newest report that has this document."""
        matching = [
            report
            for report in self.reports(selling_partner_id)
            if report.report_document_id == report_document_id and report.document
        ]
        return matching[-1] if matching else None

    def next_fault(self, call: Call) -> Mishap:
        """Tell what goes wrong with this call: the seller's or everybody's faults come before those of the script."""
        for queues in self._queues(call):
            for mishap in queues.take(call.operation):
                return mishap
        return None

    def _queues(self, call: Call) -> Iterable[FaultQueues]:
        yield from (self._faults[seller] for seller in (call.selling_partner_id, None))
        if not call.selling_partner_id:
            return
        report = call.report_id and self._reports.get((call.selling_partner_id, call.report_id))
        if report:
            yield report.faults
        elif call.report_type:
            yield self.cast(call.report_type, call.selling_partner_id).faults
