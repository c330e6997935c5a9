"""Whether text beyond ASCII reads as a language does: how the charset of an unlabelled report is recognised.

Any byte is a letter in some charset of one byte each. A charset is believed where the text reads as a language of its
marketplace, and as no other language in another charset. docs/charsets.md measures how often that is right.
"""

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence

from lambdas.landing.texts.arabic_text import is_arabic
from lambdas.landing.texts.japanese_text import is_japanese
from lambdas.landing.texts.languages import (
    ARABIC,
    CODECS,
    JAPANESE,
    LANGUAGES,
    OLD_RIVALS,
    RIVALS,
    WESTERN,
)
from lambdas.landing.texts.latin_text import count_words, has_foreign_signs, has_signs_in_place, unknown_share
from lambdas.spapi.regions import MARKETPLACES

# So many of the letters beyond ASCII may be where the language has none: names and words of other languages.
MOST_UNKNOWN = 0.05
# In each other language of another charset so many more must be: of many words, or of few.
LEAST_CLEARLY, MOST_CLEARLY = 0.1, 0.3
CELL_ENDS = re.compile(rb"[\t\n]")


def charset_of_marketplaces(sample: bytes, marketplace_ids: Sequence[str]) -> str | None:
    """Return the charset in which `sample`, lines beyond ASCII, reads as a language of these marketplaces.

    None if there is none such, or if another language has it in another charset, as a different text.
    """
    countries = {MARKETPLACES[key][0] if key in MARKETPLACES else "US" for key in marketplace_ids} or {"US"}
    readings: dict[str, str] = {}
    if _has_cells_in_utf8(sample):
        return None
    for country in sorted(countries):
        for codec, text in _readings(sample, country):
            # Two that are the same text are one.
            readings.setdefault(text, codec)
    return next(iter(readings.values())) if len(readings) == 1 else None


def usual_charset(marketplace_ids: Sequence[str]) -> str:
    """Return the charset that texts of the first of these marketplaces are in where they are not in UTF-8."""
    known = (MARKETPLACES[key][0] for key in marketplace_ids if key in MARKETPLACES)
    return _charsets(next(known, "US"))[0]


def _has_cells_in_utf8(sample: bytes) -> bool:
    """Say whether there are cells in UTF-8, among others that are not: no charset is all of them."""
    cells = (_decoded(cell, "utf-8") for cell in CELL_ENDS.split(sample) if not cell.isascii())
    # The last one may be cut within its only such character.
    return any(cell and not cell.isascii() for cell in cells)


def _readings(sample: bytes, country: str) -> Iterator[tuple[str, str]]:
    for codec in _charsets(country):
        text = _decoded(sample, codec)
        if text and _reads_as(text, country, sample):
            yield codec, text


def _charsets(country: str) -> Sequence[str]:
    if country in JAPANESE:
        return ("cp932",)
    return ("cp1256", "iso8859-6") if country in ARABIC else CODECS.get(country, (WESTERN,))


def _decoded(sample: bytes, codec: str) -> str | None:
    try:
        # Not the end: it may be cut within a character.
        return codecs.getincrementaldecoder(codec)().decode(sample)
    except UnicodeDecodeError:
        return None


def _reads_as(text: str, country: str, sample: bytes) -> bool:
    if country in JAPANESE:
        return is_japanese(text) and not _has_rival(sample, text, ())
    if country in ARABIC:
        return is_arabic(text) and not _has_rival(sample, text, ())
    if has_foreign_signs(text):
        return False
    languages = LANGUAGES[country]
    if not count_words(text):
        return has_signs_in_place(text) and not _has_rival(sample, text, languages)
    unknown = min(unknown_share(text, language, beside=True) for language in languages)
    return unknown <= MOST_UNKNOWN and not _has_rival(sample, text, languages, among={**RIVALS, **OLD_RIVALS})


def _has_rival(
    sample: bytes, text: str, languages: Sequence[str], *, among: Mapping[str, Sequence[str]] = RIVALS
) -> bool:
    """Say whether another language has the sample about as well, in another charset in which it is another text."""
    for codec, others in among.items():
        rival = _decoded(sample, codec)
        if rival is None or rival == text:
            continue
        whole, unlike = (_least_unknown(text, languages, unlike=other) for other in ("", rival))
        worse = _clearly(rival)
        # What is the same in both must be the other language's too.
        if any(
            unknown_share(rival, language) < whole + worse
            and unknown_share(rival, language, unlike=text) < unlike + worse
            for language in others
        ):
            return True
    return False


def _least_unknown(text: str, languages: Sequence[str], *, unlike: str = "") -> float:
    """Return the share in the language that has most; 0 where none has any: then signs alone are not the rival's."""
    shares = [unknown_share(text, language, beside=True, unlike=unlike) for language in languages]
    return min((share for share in shares if share < 1), default=0)


def _clearly(text: str) -> float:
    """Return by what share a language must be worse than another one to be none: the more words, the less."""
    return min(MOST_CLEARLY, max(LEAST_CLEARLY, 3 / (1 + count_words(text))))
