"""Tabulate: a landed report becomes rows of its type's table. Neither its execution nor the ledger knows of it.

In: messages of SQS, one at a time, each a `Report Landed` event, or the same from a backfill of tables. Out: nothing;
events `Report Tabulated` and `Report Columns Changed` (docs/events.md). Raises: CatalogContended, FileContended,
DocumentCorrupt, EventRefused, AWS's errors: the message comes again, three times at most.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lambdas import clock
from lambdas.dependencies import dependencies
from lambdas.observability.events import publish
from lambdas.observability.invocation_log import log_invocation
from lambdas.tables.landed_report import LandedReport
from lambdas.tables.rows import NotTabular
from lambdas.tables.table_files import Superseded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from lambdas.observability.invocation_log import InvocationLog
    from lambdas.tables.tabulate import TabulatedTable

TABULATED, COLUMNS_CHANGED = "Report Tabulated", "Report Columns Changed"
# Personal data is kept for so many days after its delivery, and S3 counts the days of a file from its creation.
LATEST_RESTRICTED = timedelta(days=1)
CHANGES = ("appeared", "vanished", "renamed")


def tabulate(
    report: LandedReport, *, put: Callable[[LandedReport], Sequence[TabulatedTable]], run: InvocationLog
) -> Sequence[TabulatedTable] | None:
    """Put a report into its tables by `put`; None if there is nothing to be put, which the run's outcome explains."""
    try:
        tables = put(report)
    except Superseded as newer:
        run.outcome, run.notes = "SUPERSEDED", [str(newer)]
        return None
    except NotTabular as reason:
        run.outcome, run.notes = "NOT_TABULAR", [str(reason)]
        run.measured["NotTabular"] = 1
        return None
    run.outcome = "TABULATED" if any(table["changed"] for table in tables) else "UNCHANGED"
    return tables


def events_of(
    report: LandedReport, tables: Sequence[TabulatedTable], *, database: str, now: datetime
) -> dict[str, dict[str, Any]]:
    """Return the details of the events about a report in its tables, by detail-type."""
    detail = {
        "executionArn": report.execution_arn,
        "sellingPartnerId": report.selling_partner_id,
        "reportType": report.report_type,
        "marketplaceIds": [*report.marketplace_ids],
        "reportOptions": {**report.report_options},
        **{name: value for name, value in _window(report).items() if value},
        "reportId": report.report_id,
        "landedAt": report.landed_at.isoformat(),
        "database": database,
    }
    events = {TABULATED: {**detail, "tabulatedAt": now.isoformat(), "tables": [*tables]}}
    added = {table["table"]: table["columnsAdded"] for table in tables if table["columnsAdded"]}
    change = report.layout_change or {}
    if added or any(change.get(key) for key in CHANGES):
        events[COLUMNS_CHANGED] = {**detail, **{key: change.get(key, []) for key in CHANGES}, "added": added}
    return events


def _window(report: LandedReport) -> dict[str, str]:
    return {"dataStartTime": report.window_start, "dataEndTime": report.window_end}


def reason_to_leave_out(report: LandedReport, *, wanted: bool, restricted: bool, now: datetime) -> str | None:
    """Return why a report gets no rows, in a word; None if it gets some.

    `wanted`: reports.toml does not exclude its type. A restricted report gets rows only shortly after its landing.
    """
    if not wanted:
        return "NOT_WANTED"
    return "TOO_LATE" if restricted and now - report.landed_at > LATEST_RESTRICTED else None


def handler(event: Mapping[str, Any], _context: object) -> None:
    """Tabulate the report that a message tells of."""
    for record in event["Records"]:
        with log_invocation("Tabulate") as run:
            _tabulate_record(json.loads(record["body"])["detail"], run)


def _tabulate_record(told: Mapping[str, Any], run: InvocationLog) -> None:
    now, environment = clock.now(), dependencies().environment
    manifest = dependencies().table_files.manifest(environment.report_bucket, told["manifestKey"])
    report = LandedReport.from_manifest(manifest)
    run.fields = {
        "executionArn": report.execution_arn,
        "sellingPartnerId": report.selling_partner_id,
        "reportType": report.report_type,
        "reportId": report.report_id,
    }
    wanted = dependencies().report_config.has_table(report.report_type, report.selling_partner_id)
    run.outcome = reason_to_leave_out(report, wanted=wanted, restricted=bool(environment.report_zone), now=now)
    if run.outcome:
        return
    tables = tabulate(report, put=dependencies().tabulator.tabulate, run=run)
    if tables is None:
        return
    events = events_of(report, tables, database=environment.tables_database, now=now)
    for detail_type, detail in events.items():
        publish(detail_type, detail, put_events=dependencies().put_events)
    run.fields["tables"] = {table["table"]: table["rows"] for table in tables}
    run.measured = {
        "Tabulated": 1,
        "TabulatedRows": sum(table["rows"] for table in tables),
        "SecondsToTabulate": (now - report.landed_at).total_seconds(),
        "ColumnsChanged": int(COLUMNS_CHANGED in events),
    }
