"""Whether a text reads as Arabic: its letters, where they may stand, and which of them are frequent."""

import re

from lambdas.landing.texts.languages import SIGNS

# So many of its letters may be odd: of few, none.
MOST_ODD = 0.04
ARABIC_SIGNS = "،؛؟ـ"
ARABIC_LETTER = "[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06af\u06a9\u06cc\u06d2]"
NO_ARABIC_TEXT = re.compile(f"(?!{ARABIC_LETTER}|[{SIGNS}{ARABIC_SIGNS}])[^\\0-\x7f]")
# Two of three letters of a text are one of these.
USUAL_ARABIC = "اليمونرتبةهسدك"
NOT_ARABIC = re.compile(
    f"{ARABIC_LETTER}[A-Za-z0-9×÷]|[A-Za-z0-9×÷]{ARABIC_LETTER}|{ARABIC_LETTER}[{SIGNS}]{ARABIC_LETTER}"
    f"|[²³½¼¾¿¡ªº§©®™°µ·´]{ARABIC_LETTER}"
    # Letters that only end a word, that begin none, or that begin one or follow an article or a preposition.
    f"|[ةى]{ARABIC_LETTER}|(?<!{ARABIC_LETTER})[ءؤئةى]|(?<={ARABIC_LETTER})(?<![الوبفكس])إ|({ARABIC_LETTER})\\1\\1"
)


def is_arabic(text: str) -> bool:
    """Say whether a text, read in a charset of Arabic, is some."""
    odd = len(NOT_ARABIC.findall(text)) + len(NO_ARABIC_TEXT.findall(text))
    letters = re.findall(ARABIC_LETTER, text)
    usual = sum(letter in USUAL_ARABIC for letter in letters)
    # One word may be any language's.
    words = len(re.findall(f"{ARABIC_LETTER}{{2,}}", text))
    return words > 1 and usual * 2 > len(letters) and odd <= MOST_ODD * len(letters)
