"""The states that each scenario of `make run` goes through, and its calls of Amazon."""

CREATED = ["Create report", "Creation outcome"]
TURN = ["Wait", "Get report", "Report status"]
LANDED = ["Handle done", "Landing outcome", "Report landed"]
RESTRICTED = ["Handle restricted", "Restricted landing outcome", "Report landed"]
AGAIN = ["Fatal outcome", "Wait to request again"]
DONE_CALLS = {"createReport": 1, "getReport": 3, "getReportDocument": 1, "document": 1}
OUTCOMES: dict[str, tuple[list[str], dict[str, int]]] = {
    "done, gzip TSV in Cp1252": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "done, JSON in UTF-8": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "done, TSV in windows-31j": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "done, in several parts": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "done, with findings": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "done, a page of HTML": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "done, of another week": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "done, unlike weeks before": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "done, with buyers' data": (
        [*CREATED, *TURN * 3, "Handle done", "Landing outcome", *RESTRICTED],
        # Once more, without a Restricted Data Token: Amazon does not call the type restricted.
        {**DONE_CALLS, "getReportDocument": 2, "document": 2},
    ),
    "done, with personal data": (
        [*CREATED, *TURN * 3, *RESTRICTED],
        {**DONE_CALLS, "createRestrictedDataToken": 1},
    ),
    "cancelled, no data": (
        [*CREATED, *TURN * 3, "Handle cancelled", "Cancellation outcome", "No data"],
        {"createReport": 1, "getReport": 3},
    ),
    "cancelled, unlike before": (
        [*CREATED, *TURN * 3, "Handle cancelled", "Cancellation outcome", "No data"],
        {"createReport": 1, "getReport": 3},
    ),
    "fatal, with a document": (
        [*([*CREATED, *TURN * 2, "Handle fatal", *AGAIN] * 3)[:-1], "Report fatal"],
        {"createReport": 3, "getReport": 6, "getReportDocument": 3, "document": 3},
    ),
    "fatal, without a document": (
        [*([*CREATED, *TURN * 3, "Handle fatal", *AGAIN] * 3)[:-1], "Report fatal"],
        {"createReport": 3, "getReport": 9},
    ),
    "throttled again and again": (
        [*CREATED, *TURN * 6, *LANDED],
        {"createReport": 4, "getReport": 6, "getReportDocument": 3, "document": 1},
    ),
    "wrapped in payload": ([*CREATED, *TURN * 3, *LANDED], DONE_CALLS),
    "input with a misspelt key": (["Create report", "Input refused", "Invalid request"], {}),
}
