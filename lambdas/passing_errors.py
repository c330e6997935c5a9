"""Which errors pass, by their names: read by the machine's Retry lists, `reportflow redrive`, `explain` and Find gaps.

An error that is in no group here does not get better by being repeated.
"""

# A quota is used up, Amazon's or the ledger's share of it.
THROTTLED = ("SpApiThrottled", "NotAdmitted")
# Amazon failed or was silent.
AMAZON = ("SpApiUnavailable", "SpApiUnreachable", "LwaUnavailable")
# Amazon denies access and does not say why: an outage, or a role that is missing.
DENIED = ("SpApiForbidden",)
# The address of a document does not serve, or its host has a bad hour: each attempt asks for another address.
DOCUMENT_HOST = ("DocumentUrlExpired", "DocumentUnavailable")
# The document did not arrive whole, or Amazon does not name it yet.
DOCUMENT = ("DocumentTooSlow", "DocumentIncomplete", "DocumentCorrupt", "ReportDocumentIdMissing")
# Not a failure: the next run goes on.
UNFINISHED = ("DocumentUnfinished",)
# Another execution wrote the same item, or landed the same window, in between.
LEDGER = ("ClaimLost", "LandedInBetween")
# The account runs as many functions as it may. This function has not run, so nothing is repeated.
CROWDED = ("Lambda.TooManyRequestsException",)
# The function did not get to answer, or an AWS service did not answer the function.
AWS = (
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    "AwsThrottled",
    "AwsUnavailable",
)
# A redrive goes on from the state that failed with one of these.
REDRIVEN = frozenset((*THROTTLED, *AMAZON, *DENIED, *DOCUMENT_HOST, *DOCUMENT, *UNFINISHED, *LEDGER, *CROWDED, *AWS))
# These end in a Fail state, or where a redrive only looks: the same input is started again, and the ledger sees to it
# that a report which Amazon has is adopted.
RESTARTED = frozenset(
    (
        "ReportOverdue",
        "ReportTooSoon",
        "CreateReportUnanswered",
        "States.Timeout",
        # Reasons of ReportFatal.
        "NOT_YET_AVAILABLE",
        "COOLDOWN",
    )
)


def passes(error: str) -> bool:
    """Say whether an execution that failed with this error may succeed later, unchanged."""
    return error in REDRIVEN or error in RESTARTED
