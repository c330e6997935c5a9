"""Whether a text reads as a language with Latin letters: by the letters around each one beyond ASCII.

In the wrong charset, words have signs in the middle, capitals at their ends, and letters where their language has none.
`letters_between.json` has, of 23 languages, what each letter stands between.
"""

import json
import re
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path

from lambdas.landing.texts.languages import BESIDE, SIGNS

LETTER, POWERS = r"[^\W\d_²³]", "²³ªº"
LATIN = [chr(code) for code in range(0xC0, 0x250)]
LOWER = "a-z" + "".join(letter for letter in LATIN if letter.islower())
UPPER = "A-Z" + "".join(letter for letter in LATIN if letter.isupper())
IMPLAUSIBLE = re.compile(
    # A sign within a word, save those that join words and those of brands.
    rf"{LETTER}[„“”‘…•€£™©®°×µ«»‹›´§½¼¾±†‰¢¥¬¶\xa0\xad¿¡{POWERS}]{LETTER}|{LETTER}[–—][{LOWER}]"
    # An opening quote that a word ends in; a power of no unit; a letter that counts, or is counted.
    rf"|{LETTER}[„‹¿¡·´]|[…€£§]{LETTER}|[^\W_mM\d²³][²³]|[^\x00-\x7f\W\d_{POWERS}]\d|\d(?![µ½¼¾ªº²³])[^\x00-\x7f\W\d_]"
    # A capital beyond ASCII at a small letter's back, or a small one among capitals.
    rf"|[{LOWER}](?![a-z])[{UPPER}](?<![A-Z])|[A-Z](?![A-Z])[{UPPER}][{LOWER}]|[A-Z](?![a-z])[{LOWER}](?<![a-z])[A-Z]"
    rf"|[A-Z]{{2}}(?![a-z])[{LOWER}](?<![a-z])\b"
)
OFTEN = 20
WORD = re.compile(r"[^\W\d_ªº²³½¼¾µ]+")
QUOTED = re.compile("[“„«‘]([^“”„«»‘’\n]*)[”“»’]")
# What nobody writes: of another charset they are letters and the sign of the euro.
FOREIGN_SIGNS = re.compile("[¤¦¨\xb8\x80-\x9f]")
# Signs that are what they seem, where no letter tells: in these places no other charset has a letter or a sign.
SIGNS_IN_PLACE = re.compile(
    rf"(?<={LETTER})[™®](?!\w)|(?<={LETTER})’(?=(?:s|t|re|ll|ve|d|m)\b)|(?<=s)’(?=\s)|(?<=[\s\d])[–—•](?=[\s\d])"
    r"|(?<=[\d ])€|€(?=\d)|£(?=\d)|(?<=\d)[°º]|(?<=\d )°|(?<=[mM])[²³]|(?<=\d)×|(?<=\d )×|×(?= ?\d)|(?<=\d)µ|©(?= ?\d)"
    r"|(?<=\d)”|(?<=\d)\xa0(?=\w)"
)


def unknown_share(text: str, language: str, *, beside: bool = False, unlike: str = "") -> float:
    """Return the share of the letters beyond ASCII that stand where the language has no such letter; 1 if it has none.

    What is implausible in any language counts as one. With `beside`, what is borrowed from others is known too. Only
    what the same bytes are not in the reading `unlike` counts.
    """
    turkish = language == "tr"
    found, odd = _letters_between(text, turkish=turkish)
    others, odd_there = _letters_between(unlike, turkish=turkish)
    found, odd = found - others, max(odd - odd_there, 0)
    known = _known(language, *(BESIDE.get(language, ("loans",)) if beside else ()))
    unknown = sum(times for each, times in found.items() if each not in known)
    return (unknown + odd) / (found.total() + odd) if found else 1


def count_words(text: str) -> int:
    """Return how many words have letters beyond ASCII; a letter alone is none."""
    return sum(len(word) > 1 and not word.isascii() for word in WORD.findall(text))


def has_signs_in_place(text: str) -> bool:
    """Say whether all that is beyond ASCII are signs that cannot be anything else."""
    return SIGNS_IN_PLACE.sub("", QUOTED.sub(r"\1", text)).isascii() and not IMPLAUSIBLE.search(text)


def has_foreign_signs(text: str) -> bool:
    """Say whether there is a sign that shows that the charset is another one."""
    return bool(FOREIGN_SIGNS.search(text))


@lru_cache(maxsize=4)
def _letters_between(text: str, *, turkish: bool) -> tuple[Counter[str], int]:
    """Return what stands around each letter beyond ASCII, how often, and how much is no language's."""
    odd = len(IMPLAUSIBLE.findall(text))
    odd += sum(sign not in SIGNS and not sign.isalpha() for sign in text if sign > "\x7f")
    small = (text.replace("I", "ı") if turkish else text).replace("İ", "i").lower()
    words = {f"^{word}$" for word in WORD.findall(small) if not word.isascii()}
    between = (word[at - 1 : at + 2] for word in words for at in range(1, len(word) - 1) if word[at] > "\x7f")
    return Counter(between), odd


@cache
def _known(*languages: str) -> frozenset[str]:
    data = json.loads(Path(__file__).with_name("letters_between.json").read_text(encoding="utf-8"))["languages"]
    between = (
        pair[0] + letter + pair[1]
        for language in languages
        for letter, pairs in data[language].items()
        for pair in pairs.split()
    )
    # A list has letters alone, of those that the language has often.
    alone = (f"^{letter}$" for letter, pairs in data[languages[0]].items() if len(pairs.split()) >= OFTEN)
    return frozenset([*between, *alone])
