"""What the other side says is text: it parses or is refused, hides nothing, and gives no secret back."""

import json
import urllib.parse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.spapi.foreign import NotJson, error_message, parsed, parsed_or_text, quoted, redacted, visible

SECRET = 'Atza|IwEBIP+/=="q\\~nL8d%zz0123456789 x'


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "NaN",
        '{"a": Infinity}',
        "[-Infinity]",
        "1e999",
        '"\\ud800"',
        '{"\\udfff": 1}',
        "9" * 5_000,
        *(opening * 65 + closing * 65 for opening, closing in (("[", "]"), ('{"a":', "1}"))),
        *("[" * depth for depth in (100, 900, 1_100, 6_000, 100_000)),
        *("[" * depth + "]" * depth for depth in (900, 4_000, 100_000)),
        '{"a":' * 50_000,
    ],
)
def test_what_could_not_be_written_down_again_is_refused(text: str) -> None:
    with pytest.raises(NotJson):
        parsed(text)
    assert parsed_or_text(text) == (text or None)
    assert error_message(text) == text


def test_bytes_that_are_no_utf_8_are_no_json() -> None:
    with pytest.raises(NotJson):
        parsed(b'"\xff\xfe\xfd"')


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_what_can_be_written_down_is_read(value: object) -> None:
    assert parsed(json.dumps(value)) == value


@pytest.mark.parametrize("cause", ['{"errorMessage": "why"}', '{"errorMessage": "why", "stackTrace": []}'])
def test_a_functions_error_is_its_message(cause: str) -> None:
    assert error_message(cause) == "why"


@pytest.mark.parametrize("cause", ['["errorMessage"]', '"errorMessage"', "1", "null", "{}", "", "no JSON"])
def test_another_cause_is_its_own_message(cause: str) -> None:
    assert error_message(cause) == cause


@given(st.text(st.characters(exclude_categories=[])))
def test_a_visible_text_has_nothing_that_a_terminal_obeys(text: str) -> None:
    shown = visible(text)
    shown.encode()
    assert [letter for letter in shown if not (letter.isprintable() or letter in "\n\t" or letter.isspace())] == []
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x1b]8;;file:///etc/passwd\x1b\\link", "\\x1b]8;;file:///etc/passwd\\x1b\\link"),
        ("\x00\x08\x0b\x0c\r\x7f", "\\x00\\x08\\x0b\\x0c\\x0d\\x7f"),
        ("\x9b2J\x9d0;t\x9c\x85", "\\x9b2J\\x9d0;t\\x9c\\x85"),
        ("\u202eevil\u2066\u2069\u200f\u061c", "\\u202eevil\\u2066\\u2069\\u200f\\u061c"),
        ("a\u200bb\u200d\u2060\ufeff\u00ad", "a\\u200bb\\u200d\\u2060\\ufeff\\xad"),
        ("\u2028\u2029\U000e0041\ufffb\u3164", "\\u2028\\u2029\\U000e0041\\ufffb\\u3164"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_a_terminal_obeys_is_an_escape(hidden: str, shown: str) -> None:
    assert visible(hidden) == shown


@pytest.mark.parametrize("text", ["", "plain\n\ttext", "Größe 4\u00a0€ – 日本語\u3000です", "naïve e\u0301"])
def test_letters_stay_letters(text: str) -> None:
    assert visible(text) == text


FORMS = {
    "as it is": SECRET,
    "in a form": urllib.parse.urlencode({"t": SECRET}),
    "in a path": urllib.parse.quote(SECRET),
    "escaped whole": urllib.parse.quote(SECRET, safe=""),
    "in lower case escapes": urllib.parse.quote(SECRET, safe="").replace("%2F", "%2f").replace("%3D", "%3d"),
    "in JSON": json.dumps({"t": SECRET}),
    "its beginning": SECRET[:20],
    "its end": SECRET[-20:],
    "its middle": f"…{SECRET[8:24]}…",
    "twice": f"{SECRET} and {SECRET}",
    "in pieces": f"{SECRET[:15]} / {SECRET[15:]}",
    "at the end of a long text": "x" * 990 + SECRET + "y" * 5_000,
    "beyond what is read": "x" * 3_990 + SECRET,
}


@pytest.mark.parametrize("said", FORMS.values(), ids=FORMS.keys())
def test_no_part_of_a_secret_is_quoted(said: str) -> None:
    told = quoted(said, secrets=["", "another-secret", SECRET])
    plain = urllib.parse.unquote_plus(told)
    assert [SECRET[at : at + 12] for at in range(len(SECRET) - 12) if SECRET[at : at + 12] in plain] == []
    assert len(told) <= 1_001


def test_the_words_around_a_secret_stay() -> None:
    said = f"invalid token {SECRET} for client amzn1.client-0123456789"
    assert redacted(said, [SECRET, "amzn1.client-0123456789"]) == "invalid token … for client …"
    assert redacted("nothing secret", [SECRET, "", "short"]) == "nothing secret"


@pytest.mark.parametrize("size", [1_000, 1_001, 30_000_000])
def test_what_is_quoted_is_short(size: int) -> None:
    assert len(quoted("x" * size, secrets=[SECRET])) == min(size, 1_001)
