"""Whether a text reads as Japanese: kana and kanji, and neither in the middle of Latin words."""

import re

# So many of its letters may be odd: of few, none.
MOST_ODD = 0.04
KANA, KANJI, HALF_WIDTH = "[\u3041-\u30ff]", "[\u4e00-\u9fff]", "[\uff61-\uff9f]"
NO_JAPANESE_TEXT = re.compile(
    "[^\\0-\x7f\u2010-\u266f\u3000-\u30ff\u3220-\u33ff\u4e00-\u9fff\uf929-\ufa2d\uff01-\uff9f\xa7-\xf7]"
)
NOT_JAPANESE = re.compile(f"[A-Za-z]{HALF_WIDTH}|{HALF_WIDTH}[a-z]|[A-Za-z](?:{KANJI}|{KANA}){{1,2}}[A-Za-z]")
# Characters of JIS's second level, which hardly any text has, begin here.
SECOND_LEVEL = b"\x98\x9f"
NOT_JAPANESE_WITHOUT_KANA = re.compile(f"{HALF_WIDTH}|[a-z]{KANJI}|{KANJI}[a-z]|[A-Z]{KANJI}{{1,3}}[A-Z]")
FEW_KANJI = 4


def is_japanese(text: str) -> bool:
    """Say whether a text, read in cp932, is Japanese."""
    kana, kanji, half = (re.findall(letters, text) for letters in (KANA, KANJI, HALF_WIDTH))
    odd = len(NO_JAPANESE_TEXT.findall(text)) + len(NOT_JAPANESE.findall(text))
    if not kana:
        rare = sum(letter.encode("cp932") >= SECOND_LEVEL for letter in kanji)
        if rare * 4 > len(kanji) or len(kanji) <= FEW_KANJI or NOT_JAPANESE_WITHOUT_KANA.search(text):
            return False
    letters = len(kana) + len(kanji)
    return letters > 1 and len(half) <= letters and odd <= MOST_ODD * letters
