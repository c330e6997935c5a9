"""How often an unlabelled report's charset is right, refused or wrong, on texts of all marketplaces' languages."""

import os
from collections import Counter
from collections.abc import Iterator

import pytest

from lambdas.landing.gzip_stream import PIECE_BYTES
from lambdas.landing.texts.charset import decide
from lambdas.landing.texts.text_evidence import TextEvidenceCollector
from tests.testing.kinds import one_of_each
from tests.testing.reports_by_language import (
    OTHERS,
    SPOKEN,
    WESTERN_OTHERS,
    WORDS,
    Written,
    foreign_reports,
    reports,
    usual_charset,
)
from tests.testing.repository import REPOSITORY

PAGE = REPOSITORY / "docs" / "charsets.md"
HEAD = """# Charsets, measured

A text's charset is decided by its label, else by its byte-order mark, else by its XML declaration. Without any of
these, it is UTF-8 if all of it is strictly valid UTF-8; else the charset of its marketplace's languages, if the text
reads as one of them. If the bytes contradict the label, the bytes win, and the manifest says so. If nothing is
certain, there is no UTF-8 copy: the bytes stay as served.

"Reads as one of them" (`lambdas/landing/texts/plausible_text.py`): each letter beyond ASCII, save one of twenty, stands
between letters as it does in the language's words; no sign is within a word, no capital at a small letter's back,
no script mixed into another, and no cell in UTF-8. In no other charset may it be another of 23 languages about as
well. Signs alone count where they can be nothing else, such as in `Women’s`. Of a text with more than 64 KiB of such
lines, one line of each later piece is looked at. The words of this table were in view when that was written, so its
figures say that the rules do what they should, not how Amazon's reports are.

Of 40 unlabelled reports each, made of each language's words (1, 3 or 20 rows; `reports_by_language.py` in
`tests/testing`), read as a marketplace's: how many are right, refused, or wrong. The first charsets are those in use
there, the others are those that a text could be in as well.
`UPDATE_SNAPSHOT=1 .venv/bin/python -m pytest tests/lambdas/landing/texts/test_charset_accuracy.py` makes this page.

| marketplace | language | charset | right | refused | wrong |
|---|---|---|---|---|---|"""
BESIDE_THEIR_HOME = [
    (country, language) for country, spoken in SPOKEN.items() for language in WORDS if language != spoken
]


def verdict(written: Written, *, content_type: str = "text/plain") -> str:
    """Return whether the text was read right, refused, or read wrong."""
    collector = TextEvidenceCollector()
    for start in range(0, len(written.body), PIECE_BYTES):
        collector.take(written.body[start : start + PIECE_BYTES])
    evidence = collector.evidence(written.body[:PIECE_BYTES])
    found = decide(content_type=content_type, evidence=evidence, marketplace_ids=[written.marketplace_id])
    if found.name is None:
        return "refused"
    return "right" if written.body.decode(found.name, "replace") == written.text else "wrong"


def verdicts(country: str, language: str, charset: str) -> Counter[str]:
    return Counter(verdict(written) for written in reports(country, language, charset))


def page() -> Iterator[str]:
    yield HEAD
    for country, language in sorted(SPOKEN.items()):
        for charset in ("utf-8", usual_charset(language), *OTHERS.get(language, WESTERN_OTHERS)):
            found = verdicts(country, language, charset)
            yield f"| {country} | {language} | {charset} | {found['right']} | {found['refused']} | {found['wrong']} |"


@pytest.mark.parametrize("country", one_of_each(SPOKEN, lambda country: SPOKEN[country]))
def test_what_amazon_writes_there_is_read_right(country: str) -> None:
    language = SPOKEN[country]
    assert verdicts(country, language, "utf-8") == {"right": 40}
    found = verdicts(country, language, usual_charset(language))
    assert found["wrong"] == 0
    assert found["right"] >= 36


@pytest.mark.exhaustive
@pytest.mark.parametrize("country", SPOKEN)
def test_what_is_in_another_charset_is_read_right_or_not_at_all(country: str) -> None:
    language = SPOKEN[country]
    for charset in OTHERS.get(language, WESTERN_OTHERS):
        assert (charset, verdicts(country, language, charset)["wrong"]) == (charset, 0)


@pytest.mark.parametrize(
    ("country", "language"),
    one_of_each(BESIDE_THEIR_HOME, lambda row: (usual_charset(SPOKEN[row[0]]), row[1]), name="-".join),
)
def test_another_country_s_language_is_read_right_or_not_at_all(country: str, language: str) -> None:
    assert verdicts(country, language, usual_charset(language))["wrong"] == 0


@pytest.mark.parametrize(
    "country",
    [pytest.param(country, marks=[] if country in ("DE", "US") else [pytest.mark.exhaustive]) for country in SPOKEN],
)
def test_what_is_sold_by_others_is_read_right_or_not_at_all(country: str) -> None:
    wrong = [(written.language, written.text) for written in foreign_reports(country) if verdict(written) == "wrong"]
    assert wrong == []


@pytest.mark.parametrize("country", one_of_each(SPOKEN, lambda country: SPOKEN[country]))
def test_rows_of_two_charsets_are_not_read(country: str) -> None:
    """However few are in UTF-8, and however late: a whole piece beyond the sample as well."""
    language = SPOKEN[country]
    usual, utf8 = (list(reports(country, language, charset))[2] for charset in (usual_charset(language), "utf-8"))
    beyond_the_sample, pieces = usual.body * (3 * PIECE_BYTES // len(usual.body)), 3 * PIECE_BYTES // len(utf8.body)
    for body in (usual.body + utf8.body, usual.body * 9 + utf8.body, beyond_the_sample + utf8.body * pieces):
        assert verdict(usual._replace(body=body)) == "refused"


@pytest.mark.exhaustive
def test_the_page_says_what_is_measured() -> None:
    """Rewrite it with UPDATE_SNAPSHOT=1."""
    text = "\n".join(page()) + "\n"
    if os.environ.get("UPDATE_SNAPSHOT"):
        PAGE.write_text(text)
    assert PAGE.read_text() == text
