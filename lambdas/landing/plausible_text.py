"""Whether text beyond ASCII reads as a language does: how the charset of an unlabelled report is recognised.

Any byte is a letter in some charset of one byte each. In the wrong one, words have signs in the middle, capitals at
their ends and letters of another language. A charset is believed where nothing of that kind is found, the language's
own letters are there, and no other reading is as good. docs/charsets.md measures how often that is right.
"""

import codecs
import re
from collections.abc import Sequence

from lambdas.landing.languages import ARABIC, CODECS, JAPANESE, LANGUAGES, LETTERS, SIGNS, WESTERN
from lambdas.spapi.regions import MARKETPLACES

# So many borrowed letters to each of the language's own.
BORROWED = 3

SPANISH_SIGNS, ORDINALS = "¿¡", "ªº"
ARABIC_SIGNS = "،؛؟ـ"
ARABIC_LETTER = "[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06af\u06a9\u06cc\u06d2]"
ARABIC_WORD = re.compile(f"{ARABIC_LETTER}{{2}}")
NOT_ARABIC = re.compile(
    f"{ARABIC_LETTER}[A-Za-z0-9×÷]|[A-Za-z0-9×÷]{ARABIC_LETTER}|{ARABIC_LETTER}[{SIGNS}]{ARABIC_LETTER}"
)
KANA, KANJI, HALF_WIDTH = "[\u3041-\u30ff]", "[\u4e00-\u9fff]", "[\uff61-\uff9f]"
JAPANESE_TEXT = re.compile("[\u2010-\u266f\u3000-\u30ff\u3220-\u33ff\u4e00-\u9fff\uf929-\ufa2d\uff01-\uff9f\xa7-\xf7]")
NOT_JAPANESE = re.compile(f"[a-z]{HALF_WIDTH}|{HALF_WIDTH}[a-z]|[a-z]{KANJI}[a-z]")
NOT_JAPANESE_WITHOUT_KANA = re.compile(f"{HALF_WIDTH}|[a-z]{KANJI}|{KANJI}[a-z]")

LETTER, POWERS = r"[^\W\d_²³ªº]", "²³ªº"
LOWER, UPPER = "a-zß-öø-ÿąćęłńóśźżğışœ", "A-ZÀ-ÖØ-ÞĄĆĘŁŃŚŹŻĞİŞŒ"
IMPLAUSIBLE = re.compile(
    # A sign within a word, save those that join words and those of brands.
    rf"{LETTER}[„“”‘…•€£™®©°²³×µ«»‹›´\xa0\xad¿¡ªº]{LETTER}|{LETTER}[–—][{LOWER}]"
    # An opening quote that a word ends in; a power of no unit; a letter that counts.
    rf"|{LETTER}[„‹¿¡]|[…€£]{LETTER}|[^\W_mM\d²³][²³]|[^\x00-\x7f\W\d_{POWERS}]\d"
    # Letters that only some others follow.
    r"|ñ(?![aeiouáéíóú])|œ(?![uiesdn])"
    # A capital beyond ASCII at a small letter's back, or a small one among capitals.
    rf"|[{LOWER}][^\x00-\x7f{LOWER}{POWERS}\W\d_]|[A-Z][^\x00-\x7f{UPPER}{POWERS}\W\d_][A-Z]"
)
# What other charsets have letters for, where no letter tells.
LETTERS_ELSEWHERE = re.compile(rf"{LETTER}[…—]|—{LETTER}")
# Only German closes a quotation so.
GERMAN_CLOSING = re.compile(rf"{LETTER}[“‘]")


def charset_of_marketplaces(sample: bytes, marketplace_ids: Sequence[str]) -> str | None:
    """Return the charset in which `sample`, lines beyond ASCII, reads as a language of these marketplaces.

    None if there is none such, or if two of them read it as different texts.
    """
    countries = {MARKETPLACES[key][0] if key in MARKETPLACES else "US" for key in marketplace_ids} or {"US"}
    readings = {}
    for country in sorted(countries):
        for codec in _charsets(country):
            text = _decoded(sample, codec)
            if text is not None and _reads_as(text, country, codec):
                readings[codec] = text
    if not readings:
        return None
    found = next(iter(readings))
    rival = _decoded(sample, WESTERN)
    if rival is not None and _reads_as_any(rival):
        readings[WESTERN] = rival
    return found if len({*readings.values()}) == 1 else None


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


def _reads_as(text: str, country: str, codec: str) -> bool:
    if country in JAPANESE:
        return _is_japanese(text)
    if country in ARABIC:
        return _is_arabic(text)
    return any(_is_latin(text, language, codec) for language in LANGUAGES[country])


def _reads_as_any(text: str) -> bool:
    western = {language for country, some in LANGUAGES.items() if country not in CODECS for language in some}
    return any(_is_latin(text, language, WESTERN) for language in western)


def _is_latin(text: str, language: str, codec: str) -> bool:
    beyond = [letter for letter in text if letter > "\x7f"]
    own = LETTERS[language] + LETTERS[language].upper()
    borrowed = "" if language == "en" else _borrowed(codec)
    if language != "de" and GERMAN_CLOSING.search(text):
        return False
    signs = SIGNS + (ORDINALS if language in ("es", "pt", "it", "fr") else "") + (SPANISH_SIGNS * (language == "es"))
    letters = [letter for letter in beyond if letter not in signs]
    if any(letter not in own and letter not in borrowed for letter in letters) or IMPLAUSIBLE.search(text):
        return False
    if not letters:
        return not LETTERS_ELSEWHERE.search(text)
    return len(letters) <= (1 + BORROWED) * sum(letter in own for letter in letters)


def _borrowed(codec: str) -> str:
    """Return the western letters that a charset has where Cp1252 has them: they are right in both."""
    letters = "".join({letter for some in LETTERS.values() for letter in some + some.upper()})
    alike = [letter for letter in letters if _byte(letter, codec) == _byte(letter, WESTERN) != b""]
    return "".join(alike)


def _byte(letter: str, codec: str) -> bytes:
    return letter.encode(codec, "ignore")


def _is_arabic(text: str) -> bool:
    known = re.compile(f"{ARABIC_LETTER}|[{SIGNS}{ARABIC_SIGNS}]")
    if not all(known.match(letter) for letter in text if letter > "\x7f"):
        return False
    return bool(ARABIC_WORD.search(text)) and not NOT_ARABIC.search(text)


def _is_japanese(text: str) -> bool:
    if not all(JAPANESE_TEXT.match(letter) for letter in text if letter > "\x7f"):
        return False
    kana, kanji, half = (len(re.findall(letters, text)) for letters in (KANA, KANJI, HALF_WIDTH))
    if NOT_JAPANESE.search(text) or (not kana and NOT_JAPANESE_WITHOUT_KANA.search(text)):
        return False
    return kana + kanji > 1 and half <= kana + kanji
