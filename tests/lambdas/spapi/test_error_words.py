"""An error's words, whatever shape its body has: told in one line, and never a secret."""

import json

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
    (b"\xff\xfe", "\ufffd\ufffd"),
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
    ],
)
def test_nothing_gives_a_secret_away_or_runs_on(body: bytes) -> None:
    told = answered(403, {"x-amzn-RequestId": SECRET}, body, secrets=[SECRET])
    assert "CANARY" not in told
    assert told.isprintable()
    assert len(told) < 1_200


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
        ("Access is denied.", "The access token you provided is revoked, malformed or invalid.", True),
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
