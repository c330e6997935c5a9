"""Follows an execution to its end: each state as it is left, and all polls of a report in one line."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.text import Text

from cli.execution import Execution, describe
from cli.formatting import duration
from cli.step_history import StepHistory
from cli.terminal import console
from cli.timeline import POLLING, timeline

if TYPE_CHECKING:
    from rich.console import Console

    from cli.stack import DeployedStack
    from cli.step_history import Step

POLL_SECONDS = 2.0


def follow(deployed: DeployedStack, arn: str) -> Execution:
    """Return the execution when it has ended. Progress goes to standard error; Ctrl-C leaves the execution running."""
    history, screen = StepHistory(deployed, arn), console(stderr=True)
    told = 0
    try:
        with screen.status("Waiting for the first state …") as status:
            while True:
                # The history last: what is described as running may have ended by then, not the other way round.
                execution = describe(deployed, arn)
                steps = history.read()
                told = _tell(screen, steps, told, ended=execution.status != "RUNNING")
                if execution.status != "RUNNING":
                    return execution
                status.update(_now(steps))
                sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        screen.print(f"\nIt goes on without you: reportflow status {execution_name(arn)} --follow", soft_wrap=True)
        raise


def execution_name(arn: str) -> str:
    """Return the name that is the end of an ARN."""
    return arn.rsplit(":", 1)[1]


def _tell(screen: Console, steps: list[Step], told: int, *, ended: bool) -> int:
    """Print the steps that are over and not printed yet; return how many lines are printed."""
    over = timeline(steps if ended else steps[:-1])
    if not ended and steps and steps[-1].state in POLLING:
        # More polls may come to those of the last line.
        over = over[:-1]
    for line in over[told:]:
        at = f"  {line.at.astimezone():%Y-%m-%d %H:%M:%S %Z}  "
        screen.print(Text.assemble((at, "dim"), line.said), soft_wrap=True)
    return max(told, len(over))


def _now(steps: list[Step]) -> str:
    if not steps:
        return "Waiting for the first state …"
    step = steps[-1]
    polls = sum(one.state == "Get report" for one in steps)
    # The reason for a retry stands with it.
    failed = f"; its last attempt failed with {step.faults[-1].error}: {step.faults[-1].cause}" if step.faults else ""
    return escape(f"{step.state}, since {duration(step.entered, None)}; {polls} polls so far{failed}")
