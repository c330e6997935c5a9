"""The five operations: what is sent, what each answer becomes, and what is never told."""

import json
import re
import socket
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
import urllib3

from lambdas.spapi.client import Call
from lambdas.spapi.errors import (
    LwaRefused,
    LwaUnavailable,
    SpApiAccessMissing,
    SpApiError,
    SpApiForbidden,
    SpApiNotFound,
    SpApiRejected,
    SpApiThrottled,
    SpApiUnavailable,
    SpApiUnreachable,
)
from lambdas.spapi.lwa import AccessTokens
from lambdas.spapi.reports import ReportsApi, ReportSpecification
from local.simulator import Document, Fault, Script, Simulator, Transfer
from tests.testing.samples import GERMANY, IMPATIENT, REPORT_TYPE, SELLER, WINDOW, ListeningPool, Unpaced, fails

SPECIFICATION: ReportSpecification = {
    "reportType": REPORT_TYPE,
    "marketplaceIds": [GERMANY],
    "dataStartTime": WINDOW["dataStartTime"],
    "dataEndTime": WINDOW["dataEndTime"],
    "reportOptions": {"custom": "true", "名": "値"},
}
RESTRICTED_TYPE = "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"
DONE = Script(statuses=("DONE",))
SINCE = "2026-11-10T00:00:00+00:00"


def add(simulator: Simulator, script: Script = DONE, **more: Any) -> str:
    return simulator.add_report(REPORT_TYPE, script, selling_partner_id=SELLER, **more).report_id


def listed(sp_api: ReportsApi) -> list[str]:
    return [report["reportId"] for report in sp_api.get_reports(report_type=REPORT_TYPE, created_since=SINCE)]


def test_create_report_sends_the_specification_as_it_is(simulator: Simulator, sp_api: ReportsApi) -> None:
    report_id = sp_api.create_report(SPECIFICATION)
    (report,) = simulator.reports
    assert report.report_id == report_id
    assert report.selling_partner_id == SELLER
    assert report.specification.received == SPECIFICATION


@pytest.mark.parametrize(
    "field", [{"createdTime": "soon"}, {"processingEndTime": "2026-11-10T00:00:00"}, {"reportDocumentId": ["D1"]}]
)
def test_a_report_that_is_not_as_its_model_says_is_no_report(
    simulator: Simulator, sp_api: ReportsApi, field: dict[str, Any]
) -> None:
    report_id = add(simulator, Script(statuses=("DONE",), extra=field))
    for ask in (lambda: sp_api.get_report(report_id), lambda: listed(sp_api)):
        with pytest.raises(SpApiUnavailable, match=f"has a {next(iter(field))} that is not as its model says$"):
            ask()


@pytest.mark.parametrize("wrapped", [False, True])
def test_get_report_returns_amazons_report_verbatim(simulator: Simulator, sp_api: ReportsApi, wrapped: bool) -> None:
    report_id = add(simulator, Script(statuses=("DONE",), wrapped=wrapped, extra={"new": {"field": [1]}}))
    (report,) = simulator.reports
    assert sp_api.get_report(report_id) == report.view()
    assert report.view()["new"] == {"field": [1]}


def test_get_reports_turns_every_page(simulator: Simulator, sp_api: ReportsApi) -> None:
    ids = [add(simulator, age=number) for number in range(205)]
    assert listed(sp_api) == ids
    assert simulator.count()["getReports"] == 3


def test_get_reports_asks_for_one_type_from_a_time_on(simulator: Simulator, sp_api: ReportsApi) -> None:
    today, _ = add(simulator, age=60), add(simulator, age=13 * 3600)
    simulator.add_report("GET_VENDOR_SALES_REPORT", DONE, selling_partner_id=SELLER)
    simulator.add_report(REPORT_TYPE, DONE, selling_partner_id="A2ANOTHER")
    assert listed(sp_api) == [today]


def test_get_reports_turns_no_page_that_is_not_wanted(simulator: Simulator, sp_api: ReportsApi) -> None:
    for number in range(101):
        add(simulator, age=number)
    assert next(sp_api.get_reports(report_type=REPORT_TYPE, created_since=SINCE))
    assert simulator.count()["getReports"] == 1


def test_cancel_report_takes_it_out_of_the_queue(simulator: Simulator, sp_api: ReportsApi) -> None:
    report_id = sp_api.create_report(SPECIFICATION)
    sp_api.cancel_report(report_id)
    assert [report.status for report in simulator.reports] == ["CANCELLED"]


@pytest.mark.parametrize("gzip", [False, True])
def test_get_report_document_returns_the_address(simulator: Simulator, sp_api: ReportsApi, gzip: bool) -> None:
    add(simulator, Script(statuses=("DONE",), report_document_id="DOC", document=Document.text("x", gzip=gzip)))
    document = sp_api.get_report_document("DOC", restricted=False)
    assert document["url"].startswith(f"{simulator.url}/documents/")
    assert document.get("compressionAlgorithm") == ("GZIP" if gzip else None)


def restricted_document(simulator: Simulator, document_id: str) -> str:
    script = Script(statuses=("DONE",), report_document_id=document_id)
    return simulator.add_report(RESTRICTED_TYPE, script, selling_partner_id=SELLER).report_document_id


@pytest.mark.parametrize("document_id", ["amzn1.spdoc.1.4.na.x", "D 1%ü?"])
def test_a_restricted_document_is_asked_for_with_a_token_for_it_alone(
    simulator: Simulator, sp_api: ReportsApi, http: ListeningPool, calls: list[Call], document_id: str
) -> None:
    restricted_document(simulator, document_id)
    assert sp_api.get_report_document(document_id, restricted=True)["url"]
    made = [call for call in simulator.calls if call.operation != "LWA"]
    assert [(call.operation, call.restricted_token) for call in made] == [
        ("createRestrictedDataToken", False),
        ("getReportDocument", True),
    ]
    assert [call["operation"] for call in calls] == ["createRestrictedDataToken", "getReportDocument"]
    # The next call goes with the ordinary token again.
    listed(sp_api)
    assert http.heard[-1].headers["x-amz-access-token"].startswith("Atza|")


def test_a_restricted_document_is_not_given_without_such_a_token(simulator: Simulator, sp_api: ReportsApi) -> None:
    document_id = restricted_document(simulator, "D1")
    with fails(SpApiAccessMissing, simulator=simulator):
        sp_api.get_report_document(document_id, restricted=False)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, SpApiRejected), (429, SpApiThrottled), (503, SpApiUnavailable), (403, SpApiForbidden)]
)
def test_a_token_that_is_not_given_fails_under_its_own_name(
    simulator: Simulator, sp_api: ReportsApi, status: int, kind: type[SpApiError]
) -> None:
    document_id = restricted_document(simulator, "D1")
    simulator.fail("createRestrictedDataToken", Fault(status=status))
    with fails(kind, simulator=simulator) as failed:
        sp_api.get_report_document(document_id, restricted=True)
    assert str(failed.value).startswith(f"createRestrictedDataToken: SP-API answered {status}: ")
    assert simulator.count() == {"LWA": 1, "createRestrictedDataToken": 1}


def test_an_expired_token_is_replaced_before_a_restricted_one_is_asked_for(
    simulator: Simulator, sp_api: ReportsApi
) -> None:
    document_id = restricted_document(simulator, "D1")
    listed(sp_api)
    simulator.expire_access_tokens()
    assert sp_api.get_report_document(document_id, restricted=True)["url"]
    assert simulator.count() == {"LWA": 2, "getReports": 1, "createRestrictedDataToken": 2, "getReportDocument": 1}


def test_a_restricted_token_that_is_refused_is_not_replaced_by_an_ordinary_one(
    simulator: Simulator, sp_api: ReportsApi
) -> None:
    document_id = restricted_document(simulator, "D1")
    simulator.fail("getReportDocument", Fault(status=403))
    with fails(SpApiForbidden, simulator=simulator):
        sp_api.get_report_document(document_id, restricted=True)
    assert simulator.count() == {"LWA": 1, "createRestrictedDataToken": 1, "getReportDocument": 1}


@pytest.mark.parametrize(
    ("details", "sent"), [("", 1), ("The access token you provided has expired.", 2), ("The token is revoked.", 1)]
)
def test_createreport_is_sent_again_only_where_amazon_says_that_the_token_in_memory_has_expired(
    simulator: Simulator, sp_api: ReportsApi, details: str, sent: int
) -> None:
    listed(sp_api)
    simulator.fail("createReport", [Fault(status=403, details=details, after=sent == 1)])
    with pytest.raises(SpApiError) if sent == 1 else nullcontext():
        sp_api.create_report(SPECIFICATION)
    assert simulator.count()["createReport"] == sent
    assert len(simulator.reports) == 1
    # What was refused is not used again.
    listed(sp_api)
    assert simulator.count()["LWA"] == 2


@pytest.mark.parametrize("odd", ["R 1", "R?x=1", "R#1", "R%2F1", "R+1", "R;1", "Ö1"])
def test_ids_are_quoted(simulator: Simulator, sp_api: ReportsApi, odd: str) -> None:
    add(simulator, Script(statuses=("DONE",), report_id=odd, report_document_id=f"D{odd}"))
    assert sp_api.get_report(odd)["reportId"] == odd
    assert sp_api.get_report_document(f"D{odd}", restricted=False)["reportDocumentId"] == f"D{odd}"
    with pytest.raises(SpApiRejected, match="only an IN_QUEUE report can be cancelled"):
        sp_api.cancel_report(odd)


@pytest.mark.parametrize("operation", ["getReport", "cancelReport", "getReportDocument"])
def test_a_slash_in_an_id_does_not_lead_elsewhere(sp_api: ReportsApi, http: ListeningPool, operation: str) -> None:
    with pytest.raises(SpApiAccessMissing, match="MissingAuthenticationToken"):
        perform(operation, sp_api, "../R/1")
    assert http.heard[-1].url.endswith("s/..%2FR%2F1")


def test_a_call_says_who_is_calling(sp_api: ReportsApi, http: ListeningPool) -> None:
    sp_api.create_report(SPECIFICATION)
    headers = {name.lower(): value for name, value in http.heard[-1].headers.items()}
    assert headers.pop("x-amz-access-token").startswith("Atza|")
    assert headers == {
        "user-agent": "reportflow/0.1 (Language=Python)",
        "accept": "application/json",
        "accept-encoding": "identity",
        "content-type": "application/json",
    }


SILENT = "SP-API (127.0.0.1) gave no answer"
QUOTA = "You exceeded your quota for the requested resource."
ANSWERS: list[tuple[Fault | Transfer, type[SpApiError], str]] = [
    (
        Fault(status=400),
        SpApiRejected,
        "SP-API answered 400: InvalidInput: Request has missing or invalid parameters and cannot be parsed.",
    ),
    (
        Fault(status=400, code="InvalidInput", message="Invalid", details="dataStartTime"),
        SpApiRejected,
        "SP-API answered 400: InvalidInput: Invalid dataStartTime",
    ),
    (
        Fault(status=401),
        SpApiForbidden,
        "SP-API answered 401: Unauthorized: Access to requested resource is denied.",
    ),
    (
        Fault(status=403),
        SpApiForbidden,
        "SP-API answered 403: Unauthorized: Access to requested resource is denied.",
    ),
    (
        Fault(status=404),
        SpApiNotFound,
        "SP-API answered 404: NotFound: One or more of the provided ReportRequestIds could not be found.",
    ),
    (
        Fault(status=415),
        SpApiRejected,
        "SP-API answered 415: UnsupportedMediaType: The request payload is in an unsupported format.",
    ),
    (Fault(status=429), SpApiThrottled, f"SP-API answered 429: QuotaExceeded: {QUOTA}"),
    (
        Fault(status=500),
        SpApiUnavailable,
        "SP-API answered 500: InternalFailure: We encountered an internal error. Please try again.",
    ),
    (Fault(status=502), SpApiUnavailable, "SP-API answered 502: 502 Bad Gateway"),
    (
        Fault(status=503),
        SpApiUnavailable,
        "SP-API answered 503: ServiceUnavailable: Service is temporarily unavailable. Please try again.",
    ),
    (Fault(status=504), SpApiUnavailable, "SP-API answered 504: 504 Gateway Timeout"),
    (Fault(reset=True), SpApiUnavailable, f"{SILENT}: the connection broke (ConnectionResetError)"),
    (Transfer(truncate_at=3), SpApiUnavailable, f"{SILENT}: the connection broke (IncompleteRead)"),
    (Transfer(reset_at=3), SpApiUnavailable, f"{SILENT}: the connection broke (ConnectionResetError)"),
    (
        Transfer(corrupt_at=0),
        SpApiUnavailable,
        "SP-API answered {success} with something other than a JSON object",
    ),
    (Transfer(redirect="http://127.0.0.1:9/"), SpApiUnavailable, "SP-API answered 307: no reason given"),
    (Fault(status=404, body="<h1>404 Not Found</h1>"), SpApiUnavailable, "SP-API answered 404: 404 Not Found"),
    (Fault(status=400, body=""), SpApiUnavailable, "SP-API answered 400: no reason given"),
    (
        Fault(status=408, body='{"message": "Request Timeout"}'),
        SpApiUnavailable,
        "SP-API answered 408: Request Timeout",
    ),
    (Fault(status=404, body='{"message": "Not Found"}'), SpApiNotFound, "SP-API answered 404: Not Found"),
    (Fault(status=403, body="Forbidden"), SpApiForbidden, "SP-API answered 403: Forbidden"),
    (Fault(status=429, body="<h1>Slow</h1>"), SpApiThrottled, "SP-API answered 429: Slow"),
]


@pytest.mark.parametrize(("fault", "kind", "said"), ANSWERS)
@pytest.mark.parametrize("operation", ["createReport", "getReport"])
def test_an_answer_that_is_no_success_has_its_error(
    simulator: Simulator,
    sp_api: ReportsApi,
    calls: list[Call],
    operation: str,
    fault: Fault | Transfer,
    kind: type[SpApiError],
    said: str,
) -> None:
    report_id = add(simulator, Script(statuses=("DONE",), report_id="R1", report_document_id="R1"))
    simulator.fail(operation, fault)
    with fails(kind, simulator=simulator) as failed:
        perform(operation, sp_api, report_id)
    expected = f"{operation}: " + said.format(success=202 if operation == "createReport" else 200)
    if re.search(r"answered \d+:", said):
        expected += f" (request id {simulator.calls[-1].request_id})"
    assert str(failed.value) == expected
    # A fresh token was refused: another one is not asked for. And nothing is ever sent a second time.
    assert simulator.count() == {"LWA": 1, operation: 1}
    assert [call["operation"] for call in calls] == [operation]


def perform(operation: str, sp_api: ReportsApi, an_id: str) -> None:
    operations: dict[str, Callable[[], object]] = {
        "createReport": lambda: sp_api.create_report(SPECIFICATION),
        "getReport": lambda: sp_api.get_report(an_id),
        "getReports": lambda: listed(sp_api),
        "cancelReport": lambda: sp_api.cancel_report(an_id),
        "getReportDocument": lambda: sp_api.get_report_document(an_id, restricted=False),
    }
    operations[operation]()


def test_a_report_that_cannot_be_cancelled_any_more(simulator: Simulator, sp_api: ReportsApi) -> None:
    report_id = add(simulator)
    with fails(SpApiRejected, simulator=simulator) as rejected:
        sp_api.cancel_report(report_id)
    assert f"Report {report_id} is DONE; only an IN_QUEUE report can be cancelled" in str(rejected.value)


@IMPATIENT
@pytest.mark.parametrize("operation", ["createReport", "getReport"])
def test_silence_ends_with_the_timeout(simulator: Simulator, sp_api: ReportsApi, operation: str) -> None:
    report_id = add(simulator, Script(statuses=("DONE",), report_id="R1", report_document_id="R1"))
    simulator.fail(operation, Fault(hang=30))
    with fails(SpApiUnavailable, simulator=simulator) as unavailable:
        perform(operation, sp_api, report_id)
    assert str(unavailable.value) == f"{operation}: {SILENT}: its answer did not arrive in time"
    assert simulator.count()[operation] == 1


def test_a_refused_connection_says_that_nothing_was_sent(
    simulator: Simulator, http: urllib3.PoolManager, tokens: AccessTokens
) -> None:
    calls: list[Call] = []
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # and never listens: connections are refused
        endpoint = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        sp_api = ReportsApi(
            http=http, endpoint=endpoint, tokens=tokens, selling_partner_id=SELLER, calls=calls, pace=Unpaced()
        )
        with fails(SpApiUnreachable, simulator=simulator) as unreachable:
            sp_api.create_report(SPECIFICATION)
    assert str(unreachable.value) == "createReport: no connection to SP-API (127.0.0.1): it refused the connection"
    assert [(call["operation"], call["status"]) for call in calls] == [("createReport", None)]


@pytest.mark.parametrize(
    ("script", "operation", "key"),
    [
        (Script(statuses=("DONE",), extra={"processingStatus": None}), "getReport", "processingStatus"),
        (Script(statuses=("DONE",), extra={"processingStatus": ""}), "getReport", "processingStatus"),
    ],
)
def test_an_answer_without_what_it_is_asked_for_is_none(
    simulator: Simulator, sp_api: ReportsApi, script: Script, operation: str, key: str
) -> None:
    report_id = add(simulator, script)
    with fails(SpApiUnavailable, simulator=simulator) as unavailable:
        perform(operation, sp_api, report_id)
    assert str(unavailable.value) == f"{operation}: SP-API's answer has no {key}"


def test_a_token_is_minted_once_for_all_calls(
    simulator: Simulator, sp_api: ReportsApi, http: urllib3.PoolManager, tokens: AccessTokens
) -> None:
    later = ReportsApi(
        http=http, endpoint=simulator.url, tokens=tokens, selling_partner_id=SELLER, calls=[], pace=Unpaced()
    )
    report_id = sp_api.create_report(SPECIFICATION)
    sp_api.get_report(report_id)
    later.get_report(report_id)
    assert simulator.count() == {"LWA": 1, "createReport": 1, "getReport": 2}


def test_each_selling_partner_has_its_own_token(
    simulator: Simulator, sp_api: ReportsApi, http: urllib3.PoolManager, tokens: AccessTokens
) -> None:
    another = ReportsApi(
        http=http, endpoint=simulator.url, tokens=tokens, selling_partner_id="A2ANOTHER", calls=[], pace=Unpaced()
    )
    report_id = sp_api.create_report(SPECIFICATION)
    with pytest.raises(SpApiNotFound):
        another.get_report(report_id)
    another.create_report(SPECIFICATION)
    assert [report.selling_partner_id for report in simulator.reports] == [SELLER, "A2ANOTHER"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_remembered_token_that_is_refused_is_replaced_once(
    simulator: Simulator, sp_api: ReportsApi, calls: list[Call], status: int
) -> None:
    report_id = sp_api.create_report(SPECIFICATION)
    simulator.fail("getReport", [Fault(status=status)])
    assert sp_api.get_report(report_id)["reportId"] == report_id
    assert simulator.count() == {"LWA": 2, "createReport": 1, "getReport": 2}
    assert [call["status"] for call in calls] == [202, status, 200]


def test_an_expired_token_creates_no_second_report_and_takes_no_second_reservation(
    simulator: Simulator, sp_api: ReportsApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    admitted: list[str] = []
    monkeypatch.setattr(Unpaced, "admit", lambda _, operation: admitted.append(operation))
    listed(sp_api)
    simulator.expire_access_tokens()
    sp_api.create_report(SPECIFICATION)
    assert admitted == ["getReports", "createReport"]
    assert len(simulator.reports) == 1
    assert [call.status for call in simulator.calls if call.operation == "createReport"] == [403, 202]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_of_the_replaced_token_is_final(simulator: Simulator, sp_api: ReportsApi, status: int) -> None:
    report_id = sp_api.create_report(SPECIFICATION)
    simulator.fail("getReport", Fault(status=status))
    with fails(SpApiForbidden, simulator=simulator):
        sp_api.get_report(report_id)
    assert simulator.count() == {"LWA": 2, "createReport": 1, "getReport": 2}


@pytest.mark.parametrize(("status", "kind"), [(401, LwaRefused), (503, LwaUnavailable)])
def test_without_a_token_nothing_is_sent(
    simulator: Simulator, sp_api: ReportsApi, calls: list[Call], status: int, kind: type[SpApiError]
) -> None:
    simulator.fail("LWA", Fault(status=status))
    with fails(kind, simulator=simulator):
        sp_api.create_report(SPECIFICATION)
    assert simulator.count() == {"LWA": 1}
    assert calls == []


def test_each_call_is_logged_with_amazons_request_id_and_no_secret(
    simulator: Simulator, sp_api: ReportsApi, calls: list[Call]
) -> None:
    report_id = add(simulator, Script(statuses=("DONE",), report_id="R1", report_document_id="R1"))
    for operation in ("createReport", "getReport", "getReports", "getReportDocument"):
        perform(operation, sp_api, report_id)
    simulator.fail("getReport", [Fault(status=429), Fault(reset=True)])
    for _ in range(2):
        with pytest.raises(SpApiError):
            sp_api.get_report(report_id)
    made = [call for call in simulator.calls if call.operation != "LWA"]
    assert [(call["operation"], call["status"]) for call in calls] == [(call.operation, call.status) for call in made]
    assert [call.status for call in made] == [202, 200, 200, 200, 429, None]
    assert [call.get("requestId") for call in calls] == [*(call.request_id for call in made[:-1]), None]
    assert all(0 <= call["seconds"] < 10 for call in calls)
    assert [secret for secret in simulator.secrets if secret in json.dumps(calls)] == []
    assert set().union(*calls) == {"operation", "status", "seconds", "requestId"}
