"""The definition: clean by lint, and every branch, retry and catch of it is missed when it is gone."""

from tests.machine.lint import lint
from tests.template import Template

STATE = {"request", "result.outcome", "report.processingStatus", "poll.waitSeconds", "poll.overdue", "poll"}
OUTPUTS = {
    "Create report": {"request", "result", "report", "poll"},
    "Get report": {"request", "result", "report", "poll"},
    "Handle done": {"outcome"},
    "Handle cancelled": {"outcome", "reason"},
    "Handle fatal": {"outcome", "cause"},
    "Handle overdue": {"outcome", "cause"},
}
STATUSES = {"Report status": {"DONE", "CANCELLED", "FATAL", "IN_QUEUE", "IN_PROGRESS"}}


def test_the_definition_is_clean(template: Template) -> None:
    assert lint(template.definition(), outputs=OUTPUTS, values=STATUSES) == []
