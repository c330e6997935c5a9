"""What each function's answer has, for the lint: its keys, and the values that a Choice reads."""

LOOP = {
    "request",
    "request.restricted",
    "result",
    "result.outcome",
    "report",
    "report.processingStatus",
    "poll",
    "poll.waitSeconds",
    "poll.overdue",
}
OUTPUTS = {
    "Create report": LOOP,
    "Get report": LOOP,
    "Handle done": {"outcome", "waitSeconds"},
    "Handle restricted": {"outcome", "waitSeconds"},
    "Handle cancelled": {"outcome", "reason", "waitSeconds", "cause"},
    "Handle fatal": {"outcome", "cause", "waitSeconds"},
    "Handle overdue": {"outcome", "cause"},
}
VALUES = {
    "Creation outcome": {
        *{"WAIT", "ALREADY_LANDED", "CREATED", "ADOPTED"},
        *{"NO_DATA", "CANCELLED_ELSEWHERE", "TOO_SOON", "FATAL", "OVERDUE"},
    },
    "Landing outcome": {"LANDED", "ALREADY_LANDED", "WAIT", "PERSONAL_DATA"},
    "Restricted landing outcome": {"LANDED", "ALREADY_LANDED", "WAIT"},
    "Cancellation outcome": {"NO_DATA", "CANCELLED_ELSEWHERE", "ASK_AGAIN", "TOO_SOON"},
    "Fatal outcome": {"FATAL", "ASK_AGAIN", "WAIT"},
    "Report status": {"DONE", "CANCELLED", "FATAL", "IN_QUEUE", "IN_PROGRESS"},
}
