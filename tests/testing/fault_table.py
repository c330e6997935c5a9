"""The fault matrix: what can go wrong, and the outcome that it must have. `docs/faults.md` is made of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from local.scenarios import ANOTHER_WEEK, BUYERS, NOT_YET
from local.simulator import Document, Fault, Script
from local.simulator.document import Transfer
from tests.testing.fault_injection import (
    Arrange,
    aws_fails,
    before,
    lambda_fails,
    landed_yesterday,
    lose_the_secret,
    lwa,
    outage,
    revoke,
    rotate,
    set_the_clock_back,
    set_the_clock_forward,
    short_deadline,
    silent,
    together,
)
from tests.testing.scenario_steps import ORDERS, somebody_cancels
from tests.testing.small_parts import BY_NAME

RATE = {"x-amzn-RateLimit-Limit": "0.0167"}
GZIPPED = Document.tsv([["sku", "quantity"], *([f"A-{number}", "1"] for number in range(500))])
NO_ROLE = "The application does not have access to this report type"
PAGE = "<h1>Sorry</h1>"
TOKEN_OVER = "The access token you provided is revoked, malformed or invalid."
FATAL_AGAIN = Script(statuses=("FATAL",), document=Document.error_details(NOT_YET))


@dataclass(frozen=True, kw_only=True)
class Row:
    """A fault, the outcome or error that it `ends` with, and what is there then.

    `again` is how the next start with the same input ends when the fault has passed; `reports` counts those that were
    created by then.
    """

    fault: str
    script: Script = field(default_factory=Script)
    arrange: Arrange = lambda _: None
    given: Mapping[str, Any] = field(default_factory=lambda: ORDERS.input)
    ends: str = "LANDED"
    ledger: str = "LANDED"
    reports: int = 1
    unanswered: int = 0
    """The createReports that may have had their effect, as far as the ledger knows."""
    unrecorded: bool = False
    """Whether the document has landed all the same."""
    again: str | None = None
    starts: int = 1
    """How many executions are started at once; all but one find what that one has landed."""
    like: str = ""
    """The fault that stands for it in `make test`; all are in `make exhaustive`."""
    then: tuple[Script, ...] = ()
    """How the reports of the next start behave, where the script is not to go on."""


def failing(operation: str, *faults: Fault | Transfer, always: bool = False) -> Script:
    """Return the script of a report with these faults of an operation, used up call by call or there `always`."""
    return Script(document=GZIPPED, faults={operation: faults[0] if always else [*faults]})


UNREACHABLE = EndpointConnectionError(endpoint_url="https://aws.example")
SILENT = ReadTimeoutError(endpoint_url="https://aws.example")
REJECTED: Any = {"ledger": "QUEUED", "again": "LANDED"}
WAITING: Any = {"ledger": "REQUESTED", "again": "LANDED"}

LOGIN = (
    Row(fault="Login with Amazon: 400", arrange=lwa(Fault(status=400), always=True), ends="LwaRefused", **REJECTED),
    Row(
        fault="Login with Amazon: 401",
        like="Login with Amazon: 400",
        arrange=lwa(Fault(status=401), always=True),
        ends="LwaRefused",
        **REJECTED,
    ),
    Row(
        fault="Login with Amazon: 403 unauthorized_client",
        like="Login with Amazon: 400",
        arrange=lwa(Fault(status=403, body='{"error": "unauthorized_client"}'), always=True),
        ends="LwaRefused",
        **REJECTED,
    ),
    Row(
        fault="Login with Amazon: 400 ServerError",
        like="Login with Amazon: 503, three times",
        arrange=lwa(Fault(status=400, body='{"error": "ServerError"}')),
    ),
    Row(fault="Login with Amazon: 429", like="Login with Amazon: 503, three times", arrange=lwa(Fault(status=429))),
    Row(fault="Login with Amazon: 500", like="Login with Amazon: 503, three times", arrange=lwa(Fault(status=500))),
    Row(fault="Login with Amazon: 503, three times", arrange=lwa(*[Fault(status=503)] * 3)),
    Row(
        fault="Login with Amazon: 403 as a page, three times",
        like="Login with Amazon: 503, three times",
        arrange=lwa(*[Fault(status=403, body="<h1>Forbidden</h1>")] * 3),
    ),
    *(
        Row(
            fault=f"Login with Amazon: {status} {words}, three times",
            like="Login with Amazon: 503, three times",
            arrange=lwa(*[Fault(status=status, body=body)] * 3),
        )
        for status in (400, 401)
        for words, body in (("as a page", PAGE), ("without a word", ""))
    ),
    Row(fault="Login with Amazon: connection reset", like="Login with Amazon: silent", arrange=lwa(Fault(reset=True))),
    Row(fault="Login with Amazon: silent", arrange=silent("get_report", "/auth/o2/token")),
    Row(
        fault="access token expires in the loop",
        arrange=before("get_report", lambda s: s.simulator.expire_access_tokens(), run=2),
    ),
    Row(
        fault="client secret rotated in the loop",
        like="access token expires in the loop",
        arrange=before("get_report", rotate, run=2),
    ),
    Row(
        fault="secret missing", arrange=before("create_report", lose_the_secret), ends="CredentialsMissing", **REJECTED
    ),
    Row(
        fault="authorization withdrawn in the loop",
        arrange=before("get_report", revoke, run=2),
        ends="LwaRefused",
        **WAITING,
    ),
)
CREATION = (
    Row(fault="createReport: 429", script=failing("createReport", Fault(status=429))),
    Row(
        fault="createReport: 429 with its rate",
        like="createReport: 429",
        script=failing("createReport", Fault(status=429, headers=RATE)),
    ),
    Row(fault="createReport: 400", script=failing("createReport", Fault(status=400)), ends="SpApiRejected", **REJECTED),
    Row(
        fault="createReport: 403 that names the missing role",
        script=failing("createReport", Fault(status=403, details=NO_ROLE)),
        ends="SpApiAccessMissing",
        **REJECTED,
    ),
    Row(fault="createReport: 403 for an hour", arrange=outage("createReport", Fault(status=403), minutes=59)),
    Row(
        fault="createReport: 403 for more than an hour",
        arrange=outage("createReport", Fault(status=403), minutes=90),
        ends="SpApiForbidden",
        unanswered=1,
        **REJECTED,
    ),
    Row(
        fault="createReport without an answer, then getReports: 403 for an hour",
        like="createReport: 403 for an hour",
        script=failing("createReport", Fault(status=500, after=True)),
        arrange=outage("getReports", Fault(status=403), minutes=59),
    ),
    Row(
        fault="createReport: 403, report created",
        like="createReport: 500, report created",
        script=failing("createReport", Fault(status=403, after=True)),
    ),
    *(
        Row(
            fault=f"createReport: {status}{when}",
            like=f"createReport: 500{when}" if status != 500 else "",
            script=failing("createReport", Fault(status=status, after=after)),
        )
        for status in (500, 502, 503, 504)
        for after, when in ((False, ""), (True, ", report created"))
    ),
    Row(
        fault="createReport: 400 as a page, report created",
        like="createReport: 500, report created",
        script=failing("createReport", Fault(status=400, body=PAGE, after=True)),
    ),
    Row(fault="createReport: silent", arrange=silent("create_report", "/2021-06-30/reports")),
    Row(
        fault="createReport: silent, report created", arrange=silent("create_report", "/2021-06-30/reports", after=True)
    ),
    Row(
        fault="createReport: connection reset",
        like="createReport: silent",
        script=failing("createReport", Fault(reset=True)),
    ),
    Row(
        fault="createReport: connection reset, report created",
        like="createReport: silent, report created",
        script=failing("createReport", Fault(reset=True, after=True)),
    ),
)
POLLING = (
    Row(fault="getReport: 429", like="createReport: 429", script=failing("getReport", Fault(status=429))),
    Row(
        fault="getReport: 429 with its rate",
        like="createReport: 429",
        script=failing("getReport", Fault(status=429, headers=RATE)),
    ),
    Row(fault="getReport: 500", script=failing("getReport", Fault(status=500))),
    Row(fault="getReport: 502", like="getReport: 500", script=failing("getReport", Fault(status=502))),
    Row(fault="getReport: 504", like="getReport: 500", script=failing("getReport", Fault(status=504))),
    Row(fault="getReport: silent", arrange=silent("get_report", "/2021-06-30/reports")),
    Row(fault="getReport: connection reset", like="getReport: silent", script=failing("getReport", Fault(reset=True))),
    Row(fault="getReport: 400", script=failing("getReport", Fault(status=400)), ends="SpApiRejected", **WAITING),
    Row(
        fault="getReport: 403 for an hour",
        like="createReport: 403 for an hour",
        arrange=outage("getReport", Fault(status=403), minutes=59),
    ),
    Row(
        fault="getReport: 403 for more than an hour",
        arrange=outage("getReport", Fault(status=403), minutes=90),
        ends="SpApiForbidden",
        **WAITING,
    ),
    Row(
        fault="getReport: 403 that names the missing role",
        like="getReportDocument: 403 that names the missing role",
        script=failing("getReport", Fault(status=403, details=NO_ROLE)),
        ends="SpApiAccessMissing",
        **WAITING,
    ),
    Row(
        fault="getReport: 403 for an hour that says the token is over",
        like="createReport: 403 for an hour",
        arrange=outage("getReport", Fault(status=403, details=TOKEN_OVER), minutes=59),
    ),
    Row(
        fault="getReport: 403 as a page for an hour",
        like="createReport: 403 for an hour",
        arrange=outage("getReport", Fault(status=403, body=f"<h1>{NO_ROLE}</h1>"), minutes=59),
    ),
    Row(fault="report unknown at first (404)", script=Script(not_found_first=2)),
    Row(
        fault="getReport: 404 as a page for ten minutes",
        arrange=outage("getReport", Fault(status=404, body=PAGE), minutes=10),
    ),
    Row(
        fault="report lost (404 for good)",
        script=Script(not_found_first=1000),
        ends="SpApiNotFound",
        ledger="LOST",
        reports=2,
        again="LANDED",
        then=(Script(),),
    ),
    Row(
        fault="processingStatus unknown",
        script=Script(statuses=("IN_QUEUE", "ON_HOLIDAY", "DONE")),
        ends="UnexpectedStatus",
        **WAITING,
    ),
    Row(
        fault="processingStatus goes back",
        like="answers wrapped in payload",
        script=Script(statuses=("IN_PROGRESS", "IN_QUEUE", "DONE")),
    ),
    Row(fault="reportId is another one", script=Script(extra={"reportId": "999"})),
    Row(fault="answers wrapped in payload", script=Script(wrapped=True)),
    Row(
        fault="DONE without a reportDocumentId",
        script=Script(missing_document_id=True),
        ends="ReportDocumentIdMissing",
        ledger="REQUESTED",
    ),
)
DOCUMENTS = (
    Row(
        fault="getReportDocument: 429", like="createReport: 429", script=failing("getReportDocument", Fault(status=429))
    ),
    Row(
        fault="getReportDocument: 429 with its rate",
        like="createReport: 429",
        script=failing("getReportDocument", Fault(status=429, headers=RATE)),
    ),
    Row(fault="getReportDocument: 503", script=failing("getReportDocument", Fault(status=503))),
    Row(
        fault="getReportDocument: silent",
        like="getReportDocument: 503",
        arrange=silent("handle_done", "/2021-06-30/documents"),
    ),
    Row(fault="getReportDocument: 400 at first", script=failing("getReportDocument", Fault(status=400))),
    Row(
        fault="getReportDocument: 403 that names the missing role",
        script=failing("getReportDocument", Fault(status=403, details=NO_ROLE)),
        ends="SpApiAccessMissing",
        **WAITING,
    ),
    Row(
        fault="getReportDocument: 403 for an hour",
        like="createReport: 403 for an hour",
        arrange=outage("getReportDocument", Fault(status=403), minutes=59),
    ),
    Row(
        fault="getReportDocument: 403 for more than an hour",
        like="getReport: 403 for more than an hour",
        arrange=outage("getReportDocument", Fault(status=403), minutes=90),
        ends="SpApiForbidden",
        **WAITING,
    ),
    Row(
        fault="createRestrictedDataToken: 403 for an hour",
        like="createReport: 403 for an hour",
        given=BY_NAME["done, with personal data"].input,
        arrange=outage("createRestrictedDataToken", Fault(status=403), minutes=59),
    ),
    Row(fault="document's address expired (403)", script=failing("document", Fault(status=403))),
    Row(
        fault="document's address expired (400 ExpiredToken)",
        like="document's address expired (403)",
        script=failing("document", Fault(status=400, code="ExpiredToken")),
    ),
    *(
        Row(
            fault=f"document: 400 {code}",
            like="document's address expired (403)",
            script=failing("document", Fault(status=400, code=code)),
        )
        for code in ("RequestTimeTooSkewed", "SignatureDoesNotMatch")
    ),
    Row(
        fault="document redirects to an address of its host that has nothing",
        like="document's address expired (403)",
        script=failing("document", Transfer(redirect="/nowhere")),
    ),
    Row(
        fault="document redirects without saying where",
        like="document's address expired (403)",
        script=failing("document", Transfer(redirect="")),
    ),
    Row(
        fault="document: 404, three times",
        like="document's address expired (403)",
        script=failing("document", *[Fault(status=404)] * 3),
    ),
    Row(fault="document: 503", like="document: 502 for an hour", script=failing("document", Fault(status=503))),
    Row(
        fault="document: 503 SlowDown with Retry-After",
        like="document: 502 for an hour",
        script=failing("document", Fault(status=503, headers={"Retry-After": "7200"})),
    ),
    Row(
        fault="document: 400 as a page",
        like="document's address expired (403)",
        script=failing("document", Fault(status=400, body=PAGE)),
    ),
    Row(fault="document: 502 for an hour", script=failing("document", *[Fault(status=502)] * 7)),
    Row(
        fault="document: 503 for more than an hour",
        script=failing("document", *[Fault(status=503)] * 8),
        ends="DocumentUnavailable",
        **WAITING,
    ),
    Row(fault="document ends early", script=failing("document", Transfer(truncate_at=100))),
    Row(
        fault="document: connection reset midway",
        like="document ends early",
        script=failing("document", Transfer(reset_at=100)),
    ),
    Row(
        fault="document comes slowly",
        like="document ends early",
        script=failing("document", Transfer(bytes_per_second=20_000)),
    ),
    Row(
        fault="gzip damaged on the way",
        like="document ends early",
        script=failing("document", Transfer(corrupt_at=200)),
    ),
    Row(
        fault="gzip damaged for good",
        script=failing("document", Transfer(corrupt_at=200), always=True),
        ends="DocumentCorrupt",
        ledger="REQUESTED",
    ),
    Row(fault="document has columns of buyers' data", script=Script(document=Document.tsv(BUYERS))),
    Row(
        fault="document says that it is of another window",
        script=Script(document=Document.json(ANOTHER_WEEK)),
        given=BY_NAME["done, of another week"].input,
    ),
    Row(
        fault="document is an HTML page",
        like="document says that it is of another window",
        script=Script(document=Document.of(b"<html>", content_type="text/html")),
    ),
    Row(
        fault="document redirects elsewhere",
        script=failing("document", Transfer(redirect="https://elsewhere.example/")),
        ends="DocumentOriginRefused",
        **WAITING,
    ),
    Row(
        fault="document redirects to an address without TLS",
        like="document redirects elsewhere",
        script=failing("document", Transfer(redirect="http://bucket.s3.amazonaws.com/one")),
        ends="DocumentOriginRefused",
        **WAITING,
    ),
)
OUTCOMES = (
    Row(
        fault="CANCELLED by Amazon",
        script=Script(statuses=("IN_PROGRESS", "CANCELLED")),
        ends="NO_DATA",
        ledger="NO_DATA",
    ),
    Row(
        fault="CANCELLED by somebody, in the queue",
        script=Script(statuses=("IN_QUEUE",)),
        arrange=somebody_cancels,
        ends="CANCELLED_ELSEWHERE",
        ledger="CANCELLED_ELSEWHERE",
    ),
    Row(
        fault="FATAL, data not yet available, for good",
        script=FATAL_AGAIN,
        ends="ReportFatal",
        ledger="FATAL",
        reports=3,
    ),
    Row(
        fault="FATAL for a reason that does not pass",
        script=Script(statuses=("FATAL",), document=Document.error_details("why")),
        ends="ReportFatal",
        ledger="FATAL",
    ),
    Row(
        fault="deadline passes, report in the queue",
        script=Script(statuses=("IN_QUEUE",)),
        arrange=short_deadline,
        ends="ReportOverdue",
        ledger="WITHDRAWN",
    ),
    Row(
        fault="FATAL, and its document: 503, three times",
        like="FATAL for a reason that does not pass",
        script=Script(
            statuses=("FATAL",), document=Document.error_details("why"), faults={"document": [Fault(status=503)] * 3}
        ),
        ends="ReportFatal",
        ledger="FATAL",
    ),
    Row(
        fault="deadline passes, report in the queue, and cancelReport: 403 for an hour",
        like="deadline passes, report in the queue",
        script=Script(statuses=("IN_QUEUE",)),
        arrange=together(short_deadline, outage("cancelReport", Fault(status=403), minutes=59)),
        ends="ReportOverdue",
        ledger="WITHDRAWN",
    ),
    Row(
        fault="deadline passes, report in progress",
        script=Script(statuses=(*["IN_PROGRESS"] * 17, "DONE")),
        arrange=short_deadline,
        ends="ReportOverdue",
        ledger="OVERDUE",
        again="LANDED",
    ),
    Row(fault="clock set back by an hour", arrange=before("get_report", set_the_clock_back, run=2)),
    Row(
        fault="clock set forward by an hour",
        like="clock set back by an hour",
        arrange=before("get_report", set_the_clock_forward, run=2),
    ),
    Row(fault="schedule fires three times at once", starts=3),
    Row(fault="schedule comes a day late once more", arrange=landed_yesterday, ends="ALREADY_LANDED"),
)
AWS = (
    Row(
        fault="Lambda: no concurrency left",
        like="Lambda: out of memory",
        arrange=before("create_report", lambda_fails("Lambda.TooManyRequestsException")),
    ),
    Row(
        fault="Lambda: run timed out",
        like="Lambda: out of memory",
        arrange=before("handle_done", lambda_fails("Sandbox.Timedout")),
    ),
    Row(
        fault="DynamoDB throttles the claim",
        like="a transaction has the request's item when it is to be claimed",
        arrange=aws_fails("create_report", "PutItem", "ProvisionedThroughputExceededException"),
    ),
    Row(
        fault="DynamoDB away when the report is to be recorded",
        # The first such write takes the quota.
        arrange=aws_fails("create_report", "TransactWriteItems", UNREACHABLE, after=1),
    ),
    Row(
        fault="DynamoDB silent in the loop",
        like="a transaction has the quota's item when a poll takes from it",
        arrange=aws_fails("get_report", "UpdateItem", SILENT),
    ),
    Row(
        fault="DynamoDB away for ten minutes when the outcome is to be recorded",
        like="DynamoDB away when the report is to be recorded",
        arrange=aws_fails("handle_done", "UpdateItem", UNREACHABLE, times=5),
    ),
    Row(
        fault="DynamoDB away for good when the report is to be asked for",
        arrange=aws_fails("create_report", "PutItem", UNREACHABLE, times=99),
        ends="AwsUnavailable",
        ledger="",
        again="LANDED",
    ),
    Row(
        fault="DynamoDB away for good when the outcome is to be recorded",
        arrange=aws_fails("handle_done", "PutItem", UNREACHABLE, times=99),
        ends="AwsUnavailable",
        ledger="REQUESTED",
        again="LANDED",
        unrecorded=True,
    ),
    Row(
        fault="S3 throttles the upload (SlowDown)",
        like="S3 away",
        arrange=aws_fails("handle_done", "PutObject", "SlowDown"),
    ),
    Row(fault="S3 away", arrange=aws_fails("handle_done", "PutObject", UNREACHABLE, times=3)),
    Row(
        fault="S3 away for good",
        arrange=aws_fails("handle_done", "PutObject", UNREACHABLE, times=99),
        ends="AwsUnavailable",
        **WAITING,
    ),
    Row(
        fault="S3 denies access",
        arrange=aws_fails("handle_done", "PutObject", "AccessDenied"),
        ends="AwsDenied",
        **WAITING,
    ),
    Row(
        fault="the restricted zone's key is disabled",
        given=BY_NAME["done, with personal data"].input,
        arrange=aws_fails("handle_restricted", "PutObject", "KMS.DisabledException"),
        ends="AwsRejected",
        **WAITING,
    ),
    Row(fault="Lambda: out of memory", arrange=before("handle_done", lambda_fails("Runtime.OutOfMemory"))),
    Row(
        fault="a transaction has the request's item when it is to be claimed",
        arrange=aws_fails("create_report", "PutItem", "TransactionConflictException"),
    ),
    Row(
        fault="a transaction has the quota's item when a rate is learned",
        like="a transaction has the quota's item when a poll takes from it",
        script=failing("createReport", Fault(status=429, headers=RATE)),
        arrange=aws_fails("create_report", "UpdateItem", "TransactionConflictException", times=99),
    ),
    Row(
        fault="a transaction has the quota's item when a poll takes from it",
        arrange=aws_fails("get_report", "UpdateItem", "TransactionConflictException"),
    ),
    Row(fault="Secrets Manager throttles", arrange=aws_fails("create_report", "GetSecretValue", "ThrottlingException")),
    Row(
        fault="Secrets Manager fails (500)",
        like="Secrets Manager throttles",
        arrange=aws_fails("create_report", "GetSecretValue", "InternalServiceError"),
    ),
)
FAULTS = (*LOGIN, *CREATION, *POLLING, *DOCUMENTS, *OUTCOMES, *AWS)


def table() -> Iterator[str]:
    """Yield the lines of docs/faults.md."""
    yield "# Faults"
    yield ""
    yield "What can go wrong on the way of one report, the outcome that it has, and how many reports are created."
    yield "`make exhaustive` executes each row (tests/workflow/test_fault_matrix.py), `make test` those that are not"
    yield "like another. `UPDATE_SNAPSHOT=1 make test` makes this file of them. The next start has the same input, and"
    yield "comes after the fault has passed; its reports are counted too. What lands lands once, with its right bytes."
    yield ""
    yield "| fault | ends as | the ledger says | next start | reports |"
    yield "|---|---|---|---|---|"
    for row in FAULTS:
        ledger, again = (f"`{word}`" if word else "" for word in (row.ledger, row.again))
        yield f"| {row.fault} | `{row.ends}` | {ledger} | {again} | {row.reports} |"
