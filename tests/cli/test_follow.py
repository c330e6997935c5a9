"""What is said while an execution is followed."""

from datetime import UTC, datetime

from rich.text import Text

from cli import follow
from cli.step_history import Step, StepError


def test_who_waits_for_a_retry_sees_what_for() -> None:
    step = Step("Create report", datetime(2026, 11, 20, tzinfo=UTC))
    assert "attempt" not in follow._now([step])
    step.faults += [StepError("SpApiUnavailable", "x"), StepError("SpApiForbidden", "[bold]403[/bold]: denied")]
    shown = Text.from_markup(follow._now([step])).plain
    assert shown.endswith("; its last attempt failed with SpApiForbidden: [bold]403[/bold]: denied")
