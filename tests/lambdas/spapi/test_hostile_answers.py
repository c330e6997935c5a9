"""Amazon's side as no model has it: whatever it answers ends as a named error, in time, in memory, without a secret."""

import json
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
import urllib3

from lambdas.spapi import exchange
from lambdas.spapi.client import Call
from lambdas.spapi.errors import (
    LwaRefused,
    LwaUnavailable,
    SpApiAnswerTooLarge,
    SpApiError,
    SpApiForbidden,
    SpApiListingEndless,
    SpApiRejected,
    SpApiThrottled,
    SpApiUnavailable,
)
from lambdas.spapi.lwa import AccessTokens, Credentials, grantless
from lambdas.spapi.reports import ReportsApi, ReportScheduleSpecification
from tests.testing.kinds import one_of_each
from tests.testing.samples import REPORT_TYPE, SELLER, Unpaced, memory_below
from tests.testing.scripted_http_server import ScriptedHost, answer, serving

TOKEN = "Atza|CANARY-ACCESS-0123456789"
CREDENTIALS = Credentials("amzn1.client-CANARY-0123", "amzn1.oa2-cs.v1.CANARY-SECRET", "Atzr|CANARY-REFRESH-0123456789")
RESTRICTED = "Atz.sprdt|CANARY-RESTRICTED-0123456789"
SECRETS = (TOKEN, *CREDENTIALS, RESTRICTED)
REPORT = {
    "reportId": "R1",
    "reportType": REPORT_TYPE,
    "processingStatus": "DONE",
    "createdTime": "2026-11-01T00:00:00Z",
}
DEEP = b"[" * 100_000


def said(content: object, *, status: str = "200 OK", **headers: str) -> bytes:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return answer(body, status=status, content_length=len(body), connection="close", **headers)


GRANTED = said({"access_token": TOKEN, "expires_in": 3600})


@pytest.fixture
def http() -> Iterator[urllib3.PoolManager]:
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        yield pool


def tokens_of(host: ScriptedHost, http: urllib3.PoolManager) -> AccessTokens:
    return AccessTokens(http=http, endpoint=host.origin, credentials=lambda *_: CREDENTIALS)


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def sp_api(http: urllib3.PoolManager, calls: list[Call]) -> Callable[[ScriptedHost], ReportsApi]:
    def of(host: ScriptedHost) -> ReportsApi:
        tokens = tokens_of(host, http)
        return ReportsApi(
            http=http, endpoint=host.origin, tokens=tokens, selling_partner_id=SELLER, calls=calls, pace=Unpaced()
        )

    return of


SCHEDULE: ReportScheduleSpecification = {"reportType": REPORT_TYPE, "marketplaceIds": [], "period": "P1D"}
OPERATIONS: dict[str, Callable[[ReportsApi], Any]] = {
    "createReport": lambda api: api.create_report({"reportType": REPORT_TYPE, "marketplaceIds": []}),
    "getReport": lambda api: api.get_report("R1"),
    "getReports": lambda api: list(api.get_reports(report_type=REPORT_TYPE, created_since="2026-11-01T00:00:00Z")),
    "cancelReport": lambda api: api.cancel_report("R1"),
    "getReportDocument": lambda api: api.get_report_document("D1", restricted=False),
    "createReportSchedule": lambda api: api.create_report_schedule(SCHEDULE),
    "getReportSchedules": lambda api: api.get_report_schedules([REPORT_TYPE]),
    "getReportSchedule": lambda api: api.get_report_schedule("ID1"),
    "cancelReportSchedule": lambda api: api.cancel_report_schedule("ID1"),
    "createRestrictedDataToken": lambda api: api.get_report_document("D1", restricted=True),
}


def tells_nothing(error: BaseException, *besides: object) -> None:
    shown = "".join(traceback.format_exception(error)) + repr(besides)
    assert [secret for secret in SECRETS if any(secret[at : at + 12] in shown for at in range(len(secret) - 12))] == []
    assert len(str(error)) < 1_300
    assert str(error).isprintable()


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("body", [DEEP, b"[]", b"NaN", b'{"a": NaN}', b'{"a": "\\ud800"}', b"\xff", b"9" * 5_000])
def test_what_is_no_json_object_is_no_answer(
    sp_api: Callable[[ScriptedHost], ReportsApi], operation: str, body: bytes
) -> None:
    with serving(GRANTED, said(body)) as host, pytest.raises(SpApiUnavailable, match=r"other than a JSON object$"):
        OPERATIONS[operation](sp_api(host))


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(
    "status", ["400 Bad Request", "403 Forbidden", "404 Not Found", "429 Slow", "500 Oh", "302 Go"]
)
def test_an_error_that_echoes_what_was_sent_gives_no_secret_back(
    sp_api: Callable[[ScriptedHost], ReportsApi], calls: list[Call], operation: str, status: str
) -> None:
    message = (
        f"\x1b]0;x\x07\u202e Canonical String 'x-amz-access-token:{TOKEN}' of {CREDENTIALS.client_secret} {'x' * 9_999}"
    )
    errors = said(
        {"errors": [{"code": TOKEN, "message": message, "details": TOKEN}]}, status=status, x_amzn_requestid=TOKEN
    )
    with serving(GRANTED, errors, GRANTED, errors) as host, pytest.raises(SpApiError) as failed:
        OPERATIONS[operation](sp_api(host))
    tells_nothing(failed.value, calls)
    assert "Canonical String" in str(failed.value)


def test_an_error_that_echoes_a_restricted_token_does_not_give_it_back(
    sp_api: Callable[[ScriptedHost], ReportsApi], calls: list[Call]
) -> None:
    errors = said({"errors": [{"code": "E", "message": f"no {RESTRICTED}"}]}, status="400 Bad Request")
    granted = said({"restrictedDataToken": RESTRICTED})
    with serving(GRANTED, granted, errors) as host, pytest.raises(SpApiRejected, match=r"E: no …") as failed:
        OPERATIONS["createRestrictedDataToken"](sp_api(host))
    tells_nothing(failed.value, calls)


UNSENDABLE = ["a\r\nx: y", "a\n", "\na", "a b", "\x00", "ä", "日", "", "x" * 8_193, None, 1, ["a"], {"a": 1}, True]


@pytest.mark.parametrize("token", UNSENDABLE)
def test_a_token_that_no_header_can_carry_is_refused_by_its_name(
    sp_api: Callable[[ScriptedHost], ReportsApi], http: urllib3.PoolManager, token: object
) -> None:
    planted = f"{RESTRICTED}{token}" if isinstance(token, str) and token else token
    with serving(said({"access_token": planted})) as host, pytest.raises(LwaUnavailable, match="access_token") as lwa:
        tokens_of(host, http).mint(SELLER)
    with (
        serving(GRANTED, said({"restrictedDataToken": planted})) as host,
        pytest.raises(SpApiUnavailable, match="restrictedDataToken") as restricted,
    ):
        OPERATIONS["createRestrictedDataToken"](sp_api(host))
    tells_nothing(lwa.value)
    tells_nothing(restricted.value)
    assert len(host.heard) == 2


ECHO = "&".join(f"{key}={value}" for key, value in CREDENTIALS._asdict().items())


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized"])
@pytest.mark.parametrize(
    "told",
    [
        {"error": "invalid_grant", "error_description": f"refused: {ECHO}"},
        {"error": ["\n", CREDENTIALS.refresh_token], "error_description": {"form": dict(CREDENTIALS._asdict())}},
        {"error": None},
    ],
)
def test_a_refusal_that_echoes_the_form_gives_no_secret_back(
    http: urllib3.PoolManager, status: str, told: object
) -> None:
    check_refusal(http, status, told)


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized"])
@pytest.mark.parametrize("letters", [3_000_000, pytest.param(30_000_000, marks=pytest.mark.exhaustive)])
def test_a_refusal_of_many_words_gives_no_secret_back(
    http: urllib3.PoolManager, status: str, letters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "MOST_BYTES", 100_000_000)
    words = "\x1b[2J\u202e" + "x" * letters
    check_refusal(http, status, {"error": CREDENTIALS.client_secret, "error_description": words})


@pytest.mark.parametrize("status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden"])
@pytest.mark.parametrize("told", [DEEP, f"<h1>{ECHO}</h1>".encode(), ECHO.encode(), ECHO.encode("utf-16"), b"", b"{}"])
def test_what_login_with_amazon_has_not_said_is_no_refusal(
    http: urllib3.PoolManager, status: str, told: object
) -> None:
    with serving(said(told, status=status)) as host, pytest.raises(LwaUnavailable, match=status[:3]) as unavailable:
        tokens_of(host, http).mint(SELLER)
    tells_nothing(unavailable.value)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        *((status, error, LwaRefused) for status in (400, 401, 403) for error in ("invalid_client", "invalid_grant")),
        *((status, "unauthorized_client", LwaRefused) for status in (400, 401, 403)),
        *((status, error, LwaUnavailable) for status in (400, 401, 403) for error in ("ServerError", "server_error")),
        *((status, "invalid_grant", LwaUnavailable) for status in (301, 408, 429, 500, 503)),
    ],
)
def test_what_refuses_for_good_is_told_from_what_passes(
    http: urllib3.PoolManager, status: int, error: str, kind: type[Exception]
) -> None:
    with serving(said({"error": error}, status=f"{status} X")) as host, pytest.raises(kind):
        tokens_of(host, http).mint(SELLER)


def check_refusal(http: urllib3.PoolManager, status: str, told: object) -> None:
    """Insist that neither of the two grants tells a secret of a refusal."""
    with serving(said(told, status=status)) as host, pytest.raises(LwaRefused) as refused:
        tokens_of(host, http).mint(SELLER)
    tells_nothing(refused.value)
    with serving(said(told, status=status)) as host, pytest.raises(LwaRefused) as refused:
        grantless(CREDENTIALS, scope="s", http=http, endpoint=host.origin)
    tells_nothing(refused.value)


@pytest.mark.parametrize(
    ("lives", "good_after"),
    [
        *((lives, {0: True, 3_000: True, 3_400: False}) for lives in [3600, 3600.5, 10**30]),
        *((odd, {0: True, 3_000: True, 3_400: False}) for odd in ["x", None, True]),
        *((over, {0: False}) for over in [0, -1, -(10**30), 300]),
    ],
)
def test_a_token_is_trusted_for_an_hour_at_most(
    http: urllib3.PoolManager, lives: object, good_after: dict[int, bool]
) -> None:
    now = [1_000.0]
    with serving(said({"access_token": TOKEN, "expires_in": lives})) as host:
        tokens = AccessTokens(http=http, endpoint=host.origin, credentials=lambda *_: CREDENTIALS, now=lambda: now[0])
        assert tokens.mint(SELLER) == TOKEN
    for seconds, good in good_after.items():
        now[0] = 1_000.0 + seconds
        assert (tokens.cached(SELLER) is not None) == good


LONG = "x" * 5_000
NO_LISTS_OF_IDS: list[object] = ["A1", [1], [None], [{}], [["A"]], {"A": 1}, [LONG], ["A"] * 101, 7]
ODD: list[tuple[str, object]] = [
    *(
        (key, value)
        for key in ("reportId", "reportType", "processingStatus", "reportDocumentId")
        for value in (
            LONG,
            "é" * 180,
            ".",
            "..",
            "a\nb",
            "\x1b[2J",
            "\u202e",
            "\x00",
            "\u200b",
            1,
            True,
            ["R"],
            {"a": 1},
        )
    ),
    *(
        (key, value)
        for key in ("createdTime", "processingStartTime", "processingEndTime", "dataStartTime", "dataEndTime")
        for value in (
            "soon",
            "2026-11-01",
            "2026-11-01T00:00:00",
            "2026-11-01 00:00:00Z",
            "20261101/000000+0000",
            "2026-11-01\u202e00:00:00+00:00",
            "2026-11-01T00:00:00Z\n",
            "2026-13-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00",
            "2026-11-01T00:00:00+99:00",
            "2026-11-0\u0661T00:00:00Z",
            1_793_491_200,
            ["2026-11-01T00:00:00Z"],
        )
    ),
    *(("marketplaceIds", ids) for ids in NO_LISTS_OF_IDS),
]


@pytest.mark.parametrize(("key", "value"), one_of_each(ODD, lambda row: repr(row[1]), name=ascii))
def test_a_field_that_is_not_as_its_model_says_is_no_report(
    sp_api: Callable[[ScriptedHost], ReportsApi], key: str, value: object
) -> None:
    report = REPORT | {key: value}
    for operation, content in (
        ("getReport", report),
        ("getReport", {"payload": report}),
        ("getReports", {"reports": [report]}),
    ):
        with serving(GRANTED, said(content)) as host, pytest.raises(SpApiUnavailable, match=key) as odd:
            OPERATIONS[operation](sp_api(host))
        tells_nothing(odd.value)


@pytest.mark.parametrize(
    "value", [LONG, "é" * 180, ".", "..", "a\r\nb", "\x00", "", 50039018815, ["R1"], {}, None, True]
)
def test_an_id_that_no_key_and_no_path_can_have_is_no_id(
    sp_api: Callable[[ScriptedHost], ReportsApi], value: object
) -> None:
    with serving(GRANTED, said({"reportId": value})) as host, pytest.raises(SpApiUnavailable, match="reportId"):
        OPERATIONS["createReport"](sp_api(host))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(
            ("url", value)
            for value in (None, "", 1, ["https://x"], "https://x/a b", "https://x/\r\nx: y", "https://é", LONG * 2)
        ),
        *(("compressionAlgorithm", value) for value in (1, ["GZIP"], "GZIP\n", "\u202e", LONG)),
        ("reportDocumentId", LONG),
    ],
)
def test_a_document_that_is_not_as_its_model_says_is_none(
    sp_api: Callable[[ScriptedHost], ReportsApi], key: str, value: object
) -> None:
    document = {"reportDocumentId": "D1", "url": "https://x/?X-Amz-Signature=planted", key: value}
    with serving(GRANTED, said(document)) as host, pytest.raises(SpApiUnavailable, match=key) as odd:
        OPERATIONS["getReportDocument"](sp_api(host))
    tells_nothing(odd.value)
    assert "planted" not in str(odd.value)


def test_null_is_as_good_as_absent(sp_api: Callable[[ScriptedHost], ReportsApi]) -> None:
    nulls = dict.fromkeys(("processingStartTime", "reportDocumentId", "marketplaceIds", "new"))
    with serving(
        GRANTED, said(REPORT | nulls), GRANTED, said({"reports": [REPORT | nulls], "nextToken": None})
    ) as host:
        assert OPERATIONS["getReport"](sp_api(host)) == REPORT
        assert OPERATIONS["getReports"](sp_api(host)) == [REPORT]


@pytest.mark.parametrize("missing", ["processingStatus", "createdTime"])
def test_a_report_without_what_every_report_has_is_none(
    sp_api: Callable[[ScriptedHost], ReportsApi], missing: str
) -> None:
    for lacking in ({key: value for key, value in REPORT.items() if key != missing}, REPORT | {missing: None}):
        for operation, content in (("getReport", lacking), ("getReports", {"reports": [lacking]})):
            with serving(GRANTED, said(content)) as host, pytest.raises(SpApiUnavailable, match="has no "):
                OPERATIONS[operation](sp_api(host))


def test_a_report_that_no_state_could_hand_on_is_too_large(sp_api: Callable[[ScriptedHost], ReportsApi]) -> None:
    with serving(GRANTED, said(REPORT | {"new": "x" * 32_000})) as host, pytest.raises(SpApiAnswerTooLarge):
        OPERATIONS["getReport"](sp_api(host))


@pytest.mark.parametrize("value", [["a"], {"a": 1}, 7, True, "a\nb", "a b", "x" * 8_193])
def test_a_next_token_that_is_none_is_refused(sp_api: Callable[[ScriptedHost], ReportsApi], value: object) -> None:
    page = said({"reports": [REPORT], "nextToken": value})
    with serving(GRANTED, page) as host, pytest.raises(SpApiUnavailable, match="nextToken"):
        OPERATIONS["getReports"](sp_api(host))


@pytest.mark.parametrize("value", ["R1", {"R1": REPORT}, 7, [7], [None], [[REPORT]]])
def test_a_listing_that_is_none_is_refused(sp_api: Callable[[ScriptedHost], ReportsApi], value: object) -> None:
    with serving(GRANTED, said({"reports": value})) as host, pytest.raises(SpApiUnavailable, match="getReports"):
        OPERATIONS["getReports"](sp_api(host))


@pytest.mark.parametrize("tokens", [["again"], ["a", "b"], ["a", "b", "c"], [str(number) for number in range(200)]])
def test_a_listing_that_does_not_end_is_given_up(
    sp_api: Callable[[ScriptedHost], ReportsApi], tokens: list[str]
) -> None:
    pages = [said({"reports": [REPORT], "nextToken": tokens[number % len(tokens)]}) for number in range(200)]
    with serving(GRANTED, *pages) as host, pytest.raises(SpApiListingEndless):
        OPERATIONS["getReports"](sp_api(host))
    # The first page, those of the cycle, and the token: no page is listed twice.
    assert len(host.heard) == min(len(tokens), 99) + 2


@pytest.mark.parametrize("an_id", ["", ".", ".."])
@pytest.mark.parametrize(
    "ask",
    [
        lambda api, an_id: api.get_report(an_id),
        lambda api, an_id: api.cancel_report(an_id),
        lambda api, an_id: api.get_report_document(an_id, restricted=True),
    ],
)
def test_an_id_that_is_a_path_is_not_asked_for(
    sp_api: Callable[[ScriptedHost], ReportsApi], ask: Callable[[ReportsApi, str], Any], an_id: str
) -> None:
    with serving(GRANTED) as host:
        with pytest.raises(SpApiRejected, match="is no id"):
            ask(sp_api(host), an_id)
        assert host.heard == []


@pytest.mark.parametrize("framing", ["length", "chunked", "close"])
@pytest.mark.parametrize("letters", [25_000_000, pytest.param(60_000_000, marks=pytest.mark.exhaustive)])
def test_an_answer_that_is_too_large_is_not_read_to_its_end(
    sp_api: Callable[[ScriptedHost], ReportsApi], http: urllib3.PoolManager, framing: str, letters: int
) -> None:
    body = b'{"reportId": "' + b"x" * letters + b'"}'
    head = {"length": {"content_length": len(body)}, "chunked": {"transfer_encoding": "chunked"}, "close": {}}[framing]
    content = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if framing == "chunked" else body
    large = answer(content, **head)  # type: ignore[arg-type]  # of each its own
    with _silent(GRANTED, large) as host, memory_below(20_000_000), pytest.raises(SpApiAnswerTooLarge) as too_large:
        OPERATIONS["createReport"](sp_api(host))
    assert str(too_large.value) == "createReport: SP-API's answer has more than 4194304 bytes"
    with (
        _silent(large) as host,
        memory_below(20_000_000),
        pytest.raises(LwaUnavailable, match="more bytes"),
    ):
        tokens_of(host, http).mint(SELLER)


@pytest.mark.parametrize(
    ("status", "kind"),
    [("400 X", SpApiUnavailable), ("403 X", SpApiForbidden), ("429 X", SpApiThrottled), ("503 X", SpApiUnavailable)],
)
def test_a_page_that_is_too_large_says_what_its_status_says(
    sp_api: Callable[[ScriptedHost], ReportsApi], http: urllib3.PoolManager, status: str, kind: type[SpApiError]
) -> None:
    page = said(b"<title>Sorry</title><script>" + b"x" * 5_000_000, status=status)
    with _silent(GRANTED, page) as host, memory_below(40_000_000), pytest.raises(kind, match=r"Sorry$") as failed:
        OPERATIONS["createReport"](sp_api(host))
    assert type(failed.value) is kind
    with _silent(page) as host, pytest.raises(LwaUnavailable, match="Sorry"):
        tokens_of(host, http).mint(SELLER)


@contextmanager
def _silent(*answers: bytes) -> Iterator[ScriptedHost]:
    """Serve, and say nothing of those who hang up."""
    with serving(*answers) as host:
        host.handle_error = lambda *_: None  # type: ignore[method-assign]  # a client that is gone is no failure here
        yield host


HEAD = b"HTTP/1.1 200 OK\r\n"
DRIPS = [
    b"",
    HEAD,
    HEAD + b"x-header: ",
    HEAD + b"content-length: 1000\r\n\r\n",
    HEAD + b"\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
]


@pytest.mark.parametrize("at_once", DRIPS)
def test_an_answer_that_drips_is_cut_when_its_time_is_over(
    http: urllib3.PoolManager, monkeypatch: pytest.MonkeyPatch, at_once: bytes
) -> None:
    monkeypatch.setattr(exchange, "SECONDS", 0.2)
    over = threading.Event()
    piece = at_once if b"100" in at_once else b"x"

    def drip() -> None:
        with server.accept()[0] as connection, suppress(OSError):
            connection.recv(10_000)
            connection.sendall(at_once)
            # Each byte comes long before a socket's timeout, and the last one never.
            while not over.wait(0.02):
                connection.sendall(piece)

    with socket.create_server(("127.0.0.1", 0)) as server:
        host = threading.Thread(target=drip)
        host.start()
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"
        began = time.monotonic()
        with pytest.raises(
            LwaUnavailable,
            match=r"127\.0\.0\.1.*: its answer did not arrive in time$",
        ):
            AccessTokens(http=http, endpoint=endpoint, credentials=lambda *_: CREDENTIALS).mint(SELLER)
        assert time.monotonic() - began < 3
        over.set()
        host.join()


def test_a_connection_is_used_again_after_a_whole_answer(
    sp_api: Callable[[ScriptedHost], ReportsApi], http: urllib3.PoolManager
) -> None:
    ports: list[int] = []

    def serve() -> None:
        with server.accept()[0] as connection:
            ports.append(connection.getpeername()[1])
            for body in (b'{"access_token": "a"}', b'{"access_token": "b"}'):
                received = b""
                while CREDENTIALS.client_secret.encode() not in received:
                    received += connection.recv(10_000)
                connection.sendall(answer(body, content_length=len(body)))

    with socket.create_server(("127.0.0.1", 0)) as server:
        host = threading.Thread(target=serve)
        host.start()
        tokens = AccessTokens(
            http=http, endpoint=f"http://127.0.0.1:{server.getsockname()[1]}", credentials=lambda *_: CREDENTIALS
        )
        assert [tokens.mint(SELLER), tokens.mint(SELLER)] == ["a", "b"]
        host.join()
    assert len(ports) == 1
