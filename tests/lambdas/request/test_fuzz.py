"""Whatever comes in, from callers, configuration or Amazon: what was meant, or an error with a name and a sentence."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.config import Config
from infra.context_values import InvalidConfiguration
from lambdas.ledger import outcome, recovery
from lambdas.request.parsing import KEYS, InvalidRequest, parse_request
from lambdas.spapi.errors import SpApiError
from lambdas.spapi.lwa import AccessTokens, Credentials
from lambdas.spapi.modelled import FIELDS as MODELLED
from lambdas.spapi.modelled import is_time
from lambdas.spapi.reports import ReportsApi
from planning.load import InvalidReports, read
from tests.testing.repository import REPOSITORY
from tests.testing.samples import NOW, REPORT_TYPE, SELLER, Unpaced, raw_input, request_of, state_data_of

ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
TIME = st.datetimes().map(lambda time: time.isoformat()) | st.datetimes().map(lambda time: f"{time.isoformat()}Z")
STATUS = st.sampled_from(["IN_QUEUE", "IN_PROGRESS", "DONE", "CANCELLED", "FATAL"])
# What Amazon's Report has, with anything in its fields, at times what belongs there.
FIELDS = {name: TIME | ANY if check is is_time else st.text() | STATUS | ANY for name, check in MODELLED.items()}
REPORT = st.fixed_dictionaries({}, optional=FIELDS) | st.fixed_dictionaries(FIELDS)
ERRORS = st.fixed_dictionaries({"errors": st.lists(st.dictionaries(st.sampled_from(["code", "message"]), ANY)) | ANY})
ANSWER = REPORT | ERRORS | ANY | st.fixed_dictionaries({"payload": REPORT}) | st.fixed_dictionaries({"reports": ANY})
BODY = ANSWER.map(lambda answer: json.dumps(answer).encode()) | st.binary()
REPORTS_TOML = REPOSITORY / "reports.toml"
TOML_VALUES = '"" | "DE" | [] | ["DE"] | [1] | {} | { a = 1 } | 0 | -1 | nan | true | 2026-11-10 | x | "cron(0 0)"'


def amazon(status: int, body: bytes, rate: str = "") -> Any:
    """Return a pool in which every request has this answer."""

    def request(*_args: object, **_more: object) -> urllib3.HTTPResponse:
        headers = {"x-amzn-RateLimit-Limit": rate}
        return urllib3.HTTPResponse(body=BytesIO(body), status=status, headers=headers, preload_content=False)

    return SimpleNamespace(request=request)


def credentials(_selling_partner_id: str, _fresh: bool) -> Credentials:
    return Credentials("client", "secret", "refresh")


@contextmanager
def allowed(named: type[Exception], *, said: str = r"\S+ \S+ .+") -> Iterator[None]:
    """Let errors of this name pass, provided that their message is a line that says something."""
    try:
        yield
    except named as error:
        if not re.fullmatch(said, str(error)):
            raise AssertionError(f"no sentence: {error!r}") from error


@given(ANY | st.dictionaries(st.sampled_from(sorted(KEYS)), ANY))
def test_any_input_is_a_request_or_refused_in_a_sentence(given_input: Any) -> None:
    with allowed(InvalidRequest):
        parse_request(given_input, now=NOW)


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), TIME | ANY, min_size=1, max_size=3))
def test_an_input_that_is_nearly_right_is_a_request_or_refused_in_a_sentence(changes: dict[str, Any]) -> None:
    with allowed(InvalidRequest):
        request = parse_request(raw_input(**changes), now=NOW)
        assert json.loads(json.dumps(request)) == request


@given(st.data())
def test_any_configuration_is_taken_or_refused_in_a_sentence(data: st.DataObject) -> None:
    keys: set[str] = set()
    Config.from_context(lambda key: keys.add(key))
    context = data.draw(st.dictionaries(st.sampled_from(sorted(keys)), st.integers(-5, 5000) | ANY, max_size=3))
    with allowed(InvalidConfiguration):
        Config.from_context(context.get)


@given(st.data())
def test_any_reports_toml_is_a_report_config_or_refused_line_by_line(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    lines = REPORTS_TOML.read_text().splitlines()
    number = data.draw(st.sampled_from([number for number, line in enumerate(lines) if " = " in line]))
    value = data.draw(st.sampled_from(TOML_VALUES.split(" | ")) | st.text().map(json.dumps))
    lines[number] = f"{lines[number].split(' = ')[0]} = {value}"
    path = tmp_path_factory.mktemp("report_config") / "reports.toml"
    path.write_text("\n".join(lines))
    with allowed(InvalidReports, said=r"(reports\.toml:\d+: \S.*\n?)+"):
        read(path, now=NOW)


@settings(max_examples=settings().max_examples * 3)
@given(st.just(200) | st.sampled_from([202, 301, 400, 401, 403, 404, 418, 429, 500, 503]), BODY, st.text(max_size=5))
def test_any_answer_of_sp_api_is_understood_or_an_error_with_a_name(status: int, body: bytes, rate: str) -> None:
    tokens = AccessTokens(http=amazon(200, b'{"access_token": "a"}'), endpoint="https://lwa", credentials=credentials)
    http: urllib3.PoolManager = amazon(status, body, rate)
    sp_api = ReportsApi(
        http=http, endpoint="https://sp", tokens=tokens, selling_partner_id=SELLER, calls=[], pace=Unpaced()
    )
    for call in (
        lambda: sp_api.create_report({"reportType": REPORT_TYPE, "marketplaceIds": []}),
        lambda: check_report(sp_api.get_report("1")),
        lambda: [can_be_ours(report) for report in sp_api.get_reports(report_type=REPORT_TYPE, created_since="2026")],
        lambda: sp_api.cancel_report("1"),
        lambda: sp_api.get_report_document("1", restricted=True),
    ):
        with allowed(SpApiError):
            call()


def check_report(report: dict[str, Any]) -> None:
    """Insist that what follows a poll can rely on a report that was let through."""
    assert outcome._processing_seconds(state_data_of({"reportId": "1", **report}), now=NOW) >= 0


def can_be_ours(report: dict[str, Any]) -> bool:
    """Compare a report of a listing with what was asked for."""
    return recovery._created_by(report, [NOW]) and recovery._of_window(report, request_of())


@given(
    st.sampled_from([200, 302, 400, 401, 429, 500]),
    BODY
    | st.fixed_dictionaries({"access_token": ANY, "expires_in": ANY}).map(lambda answer: json.dumps(answer).encode()),
)
def test_any_answer_of_login_with_amazon_is_a_token_or_an_error_with_a_name(status: int, body: bytes) -> None:
    http: urllib3.PoolManager = amazon(status, body)
    tokens = AccessTokens(http=http, endpoint="https://lwa", credentials=credentials)
    with allowed(SpApiError):
        assert isinstance(tokens.mint(SELLER), str)
        tokens.cached(SELLER)
