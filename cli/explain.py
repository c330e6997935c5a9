"""reportflow explain: why an execution ended as it did, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.diagnosis import ledger_says, now_waits, of_type, passing, request_of
from cli.execution import Execution, of_any_id
from cli.ledger_query import LedgerRow, row_of_request
from cli.outcome_help import help_for
from cli.outcome_view import colour, findings, summary
from cli.stack import Connection, DeployedStack, JsonOption, find
from cli.step_history import StepHistory
from cli.terminal import console, print_json
from cli.timeline import timeline
from lambdas.spapi.foreign import error_message
from local.fast_clock import now

if TYPE_CHECKING:
    from cli.step_history import Step
    from lambdas.payloads.request import Request


@dataclass(frozen=True)
class Case:
    """All that is known of an execution."""

    execution: Execution
    steps: list[Step]
    request: Request | None
    row: LedgerRow | None

    @property
    def result(self) -> dict[str, Any]:
        """The result it ended with, which its last state still had when it failed."""
        outputs = (step.output for step in reversed(self.steps) if isinstance(step.output, dict))
        last: Any = next((output["result"] for output in outputs if "result" in output), {})
        result = self.execution.output or last
        return result if isinstance(result, dict) else {}

    @property
    def cause(self) -> str:
        """Why, in Amazon's words where there are any."""
        result = self.result
        said = error_message(self.execution.cause or "") or result.get("cause") or result.get("reason") or ""
        return now_waits(self.steps) if self.execution.status == "RUNNING" else str(said)

    @property
    def advice(self) -> str:
        """What it means and what to do, as Markdown."""
        execution, reason = self.execution, str(self.result.get("reason"))
        names = [reason] if execution.error == "ReportFatal" else []
        known = {
            "executionArn": execution.arn,
            "name": execution.name,
            "sellingPartnerId": self.request["sellingPartnerId"] if self.request else "the selling partner",
            "reportId": self.result.get("reportId") or (self.row and self.row.entry.report_id) or "unknown",
        }
        return help_for(
            [*names, execution.outcome, execution.status], known={key: str(value) for key, value in known.items()}
        )


def explain(
    *,
    execution: Annotated[str, typer.Argument(metavar="EXECUTION", help="Its name, its ARN, or a reportId.")],
    seller: Annotated[
        str | None, typer.Option(metavar="ID", help="The selling partner of a reportId: its ledger alone is read.")
    ] = None,
    as_json: JsonOption = False,
    connection: Connection,
) -> None:
    """Explain why an execution ended as it did: Amazon's words, what they mean, what to do, and what has happened.

    Exit code: 0 it is explained, 3 there is no such execution or report.
    """
    deployed = find(connection)
    case = case_of(deployed, execution, seller=seller)
    lines = timeline(case.steps)
    known = [*passing(case.execution), *of_type(case.request, now=now()), *ledger_says(case.row, case.execution)]
    if as_json:
        happened = [{"at": line.at, "what": line.said} for line in lines]
        print_json(
            {
                **summary(case.execution),
                "cause": case.cause,
                "advice": case.advice,
                "known": known,
                "happened": happened,
            }
        )
        return
    _print(case, known, [(f"{line.at.astimezone():%Y-%m-%d %H:%M:%S}", line.said) for line in lines])


def case_of(deployed: DeployedStack, wanted: str, *, seller: str | None = None) -> Case:
    """Return the case of an execution's name or ARN, or of a reportId.

    Raises:
        CommandFailed: there is no such execution or report.
    """
    execution = of_any_id(deployed, wanted, seller=seller)
    steps = StepHistory(deployed, execution.arn).read()
    request = request_of(execution, steps)
    return Case(execution, steps, request, row_of_request(deployed, request) if request else None)


def _print(case: Case, known: list[str], lines: list[tuple[str, str]]) -> None:
    screen, execution = console(), case.execution
    screen.print(Text.assemble((execution.outcome, f"bold {colour(execution)}"), f"  {execution.name}"), soft_wrap=True)
    if case.cause:
        screen.print(Padding(Text(case.cause), (1, 0, 0, 2)))
    for finding in findings(case.result):
        screen.print(Padding(finding, (1, 0, 0, 2)))
    screen.print(Padding(Markdown(case.advice, hyperlinks=False), (1, 0, 0, 2)))
    if known:
        screen.print(Text("\nWhat is known besides", "bold"))
        for fact in known:
            screen.print(Padding(Text(fact), (0, 0, 0, 2)))
    screen.print(Text("\nWhat has happened", "bold"))
    happened = Table.grid(padding=(0, 0, 0, 2))
    happened.add_column(style="dim", no_wrap=True)
    happened.add_column(overflow="fold")
    for line in lines:
        happened.add_row(*line)
    screen.print(happened)
