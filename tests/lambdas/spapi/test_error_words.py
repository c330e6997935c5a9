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
    ("words", "named"),
    [
        ("Unauthorized: Access to requested resource is denied.", False),
        ("Unauthorized: Access to the resource is forbidden", False),
        ("Unauthorized: Access to requested resource is denied. The access token you provided has expired.", False),
        ("Forbidden", False),
        (NOTHING, False),
        ("403 ERROR The request could not be satisfied.", False),
        ("Unauthorized: The access token you provided is revoked, malformed or invalid.", True),
        ("Unauthorized: Application does not have access to one or more requested data elements: [buyerInfo]", True),
        ("MissingAuthenticationToken: x", True),
    ],
)
def test_which_words_name_what_is_missing(words: str, named: bool) -> None:
    assert names_what_is_missing(words) == named
