"""An error's words, whatever shape its body has: told in one line, and never a secret."""

import gzip
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.spapi.access_denial import names_what_is_missing
from lambdas.spapi.error_words import NOTHING, answered, code_of, words_of

SECRET = "Atza|CANARY-0123456789"
DENIED = {"code": "Unauthorized", "message": "Access is denied.", "details": "No role."}
TOLD = "Unauthorized: Access is denied. No role."
KEYS = st.sampled_from(["errors", "error", "payload", "code", "Message", "details"])
JSON = st.recursive(
    st.none() | st.text() | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner)
).map(lambda value: json.dumps(value).encode())
SHAPES: list[tuple[object, str]] = [
    ({"errors": [DENIED]}, TOLD),
    ({"errors": [DENIED, {"code": "Other", "message": "x", "details": None}]}, f"{TOLD}; Other: x"),
    ({"errors": [DENIED, DENIED]}, TOLD),
    ({"errors": DENIED}, TOLD),
    ({"errors": ["plain"]}, "plain"),
    ({"payload": {"errors": [DENIED]}}, TOLD),
    ({"payload": [], "errors": [DENIED]}, TOLD),
    ({"error": {"errors": [DENIED]}}, TOLD),
    ({"error": DENIED}, TOLD),
    ([DENIED], TOLD),
    ({"message": "Forbidden"}, "Forbidden"),
    ({"Message": "Missing Authentication Token"}, "Missing Authentication Token"),
    ({"message": None}, NOTHING),
    ({"__type": "ThrottlingException", "Message": "Rate exceeded"}, "ThrottlingException: Rate exceeded"),
    ({"Code": "AccessDenied", "Message": "no"}, "AccessDenied: no"),
    ({"error": "invalid_grant", "error_description": "It was revoked."}, "invalid_grant: It was revoked."),
    ({"errors": []}, NOTHING),
    ({}, NOTHING),
    ("It is down.", "It is down."),
    (None, NOTHING),
    (b"", NOTHING),
    (b" \r\n", NOTHING),
    (b"It\n is\tdown", "It is down"),
    (b"\xff\xfe", NOTHING),
    ("Zugriff für Händler verweigert".encode("latin-1"), "Zugriff für Händler verweigert"),
    ('{"message": "für Händler"}'.encode("latin-1"), "für Händler"),
    (json.dumps({"errors": [DENIED]}).encode("utf-16"), TOLD),
    (json.dumps({"errors": [DENIED]}).encode("utf-16-le"), TOLD),
    (json.dumps({"errors": [DENIED]}).encode("utf-8-sig"), TOLD),
    (("é" * 9_000).encode()[:-1], f"{'é' * 1_000}…"),
    (gzip.compress(json.dumps({"errors": [DENIED]}).encode(), mtime=0), TOLD),
    (gzip.compress(b"<Error><Code>SlowDown</Code></Error>", mtime=0)[:-9], "SlowDown"),
    (b"\x1f\x8bno gzip", NOTHING),
    ({"Response": {"Errors": [DENIED]}}, TOLD),
    ({"errors": {"sku": ["bad"], "x": DENIED}}, f"bad; {TOLD}"),
    ({"code": "E", "message": ["a", "b"], "details": {"reason": "no role"}}, "E; a; b; no role"),
    ({"type": "about:blank", "title": "Forbidden", "status": 403, "detail": "x"}, "Forbidden: x"),
    ({"errorCode": "E", "errorMessage": "x"}, "E: x"),
    ({"payload": "It is down"}, '{"payload": "It is down"}'),
    ({"status": {"phase": "down"}}, '{"status": {"phase": "down"}}'),
    ({"a": {"b": [None, ""]}}, NOTHING),
    (
        b"<html><head><title>403 Forbidden</title><style>a{}</style></head><body><h1>403 Forbidden</h1></body></html>",
        "403 Forbidden",
    ),
    (b"<!DOCTYPE html><script>if (a < b) {}</script><p>Robot &amp; you</p><!-- x -->", "Robot & you"),
    (
        b"<?xml version='1.0'?><Error><Code>ExpiredToken</Code><Message>It&apos;s over</Message></Error>",
        "ExpiredToken: It's over",
    ),
    (b"<Error><Code>SlowDown</Code></Error>", "SlowDown"),
    (b'<Error><Code a="1">E</Code><Message b="2">No</Message></Error>', "E: No"),
    (b"<s:Error><s:Code>E</s:Code><s:Message>No</s:Message></s:Error>", "E: No"),
    (b"<Code><![CDATA[E]]></Code><Message><![CDATA[It <b>is</b> over]]></Message>", "E: It is over"),
    (b"<Error><Code>E</Code><Message>It is ov", "E: It is ov"),
    (b"<Error><Code>E</Code><Message></Message></Error>", "E"),
    ("<Error><Code>E</Code><Message>No</Message></Error>".encode("utf-16"), "E: No"),
    (f"<Error><Code>E</Code><Message>{'x' * 3_000}</Message></Error>".encode(), f"E: {'x' * 997}…"),
    (b"<html><title>Down</title><p>Error <code>403</code></p><script>var a = 1", "Down Error 403"),
    (b"<html><title>Down</title><!-- it is", "Down"),
    (b"<html><title>Down</title><body clas", "Down"),
    (b"1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    (b"[" * 100_000, "["),
    (b'{"errors": [{"code": NaN}]}', '{"errors": [{"code": NaN}]}'),
]


@pytest.mark.parametrize(("body", "said"), SHAPES)
def test_each_shape_is_told(body: object, said: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = words_of(content, secrets=[SECRET])
    assert told == said or (said == "[" and told.startswith("[["))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"errors": [{"code": SECRET, "message": f"of {SECRET}", "details": SECRET[4:]}]}).encode(),
        json.dumps({"message": SECRET + "\x1b[2J\u202e" + "x" * 100_000}).encode(),
        f"<html>{SECRET}<p>\x1b]0;x\x07".encode(),
        f"<Error><Code>E</Code><Message>{SECRET}</Message></Error>".encode(),
        ("x" * 5_000 + SECRET).encode(),
        b"<" * 100_000,
        b"<script" * 20_000,
        b"&#x1b;[2J<b>",
        SECRET.encode("utf-16-le"),
        SECRET.encode("utf-16"),
        gzip.compress(SECRET.encode(), compresslevel=0, mtime=0),
        json.dumps({"unknown": SECRET}).encode(),
        b"<Code" * 2_000 + b"<Message" * 2_000,
    ],
)
def test_nothing_gives_a_secret_away_or_runs_on(body: bytes) -> None:
    told = answered(403, {"x-amzn-RequestId": SECRET}, body, secrets=[SECRET])
    assert "CANARY" not in told
    assert told.isprintable()
    assert len(told) < 1_200


@pytest.mark.parametrize(
    "body",
    [
        {"access_token": "planted"},
        {"message": "It is down", "restrictedDataToken": "planted", "payload": {"url": "https://planted"}},
        {"tokens": ["planted"], "errors": [{"code": "E", "refresh_token": {"value": "planted"}}]},
        {"reportDocumentId": "D", "where": "https://bucket.s3.amazonaws.com/planted"},
        b'{"reportDocumentId": NaN, "where": "https://bucket.s3.amazonaws.com/planted"}',
    ],
)
def test_what_a_success_has_is_not_told_of_an_error(body: object) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    told = words_of(content, secrets=[])
    assert "planted" not in told
    assert told != NOTHING


def test_a_secret_is_not_told_by_who_decodes_it() -> None:
    token = "ab/cd+ef/gh+ij=="
    told = words_of(f"The token {token} is over".encode(), secrets=[f"X-Amz-Security-Token={quote(token, safe='')}"])
    assert told == "The token … is over"


@given(st.binary() | JSON)
def test_any_body_is_told_in_a_line(body: bytes) -> None:
    told = words_of(body, secrets=[SECRET])
    assert told
    assert told.isprintable()
    assert code_of(body) == "" or code_of(body).isascii()


@pytest.mark.parametrize(
    ("headers", "ends"),
    [
        ({"x-amzn-RequestId": "7f3c-1"}, ": x (request id 7f3c-1)"),
        ({"X-AMZN-REQUESTID": "7f3c-1"}, ": x (request id 7f3c-1)"),
        ({"x-amz-request-id": "44425"}, ": x (request id 44425)"),
        ({"x-amzn-RequestId": "a\x1b[2J"}, ": x"),
        ({}, ": x"),
    ],
)
def test_the_request_s_id_is_told(headers: dict[str, str], ends: str) -> None:
    assert answered(503, headers, b"x", secrets=[]) == f"503{ends}"


@pytest.mark.parametrize(
    ("message", "details", "named"),
    [
        ("Access to requested resource is denied.", "", False),
        ("Access to the resource is forbidden", None, False),
        ("Access to requested resource is denied.", "The access token you provided has expired.", False),
        # Login with Amazon has granted it in this moment.
        ("Access is denied.", "The access token you provided is revoked, malformed or invalid.", False),
        ("The security token included in the request is expired", "", False),
        ("Application does not have access to one or more requested data elements: [buyerInfo]", "", True),
        ("User is not authorized to access this resource", "", True),
    ],
)
def test_which_words_name_what_is_missing(message: str, details: str | None, named: bool) -> None:
    error = {"code": "Unauthorized", "message": message, "details": details}
    assert names_what_is_missing(json.dumps({"errors": [error]}).encode()) == named
    assert names_what_is_missing(json.dumps({"Message": f"{message} {details}"}).encode()) == named
    # A page is of what stands before SP-API.
    assert not names_what_is_missing(f"<h1>{message} {details} Request blocked.</h1>".encode())


@pytest.mark.parametrize("body", [b"", b"Forbidden", b"{}", b"[" * 100_000, b'{"message": "Forbidden"}', b"null"])
def test_what_has_no_words_names_nothing(body: bytes) -> None:
    assert not names_what_is_missing(body)
