"""Documents that are a sentence instead of rows, such as "No data available"."""

import re

from lambdas.landing.contents.media_type import CSV, PLAIN, TSV, Media, is_blank
from lambdas.landing.inspector import Content
from lambdas.landing.texts.wide_text import wide_codec

SENTENCE_BYTES, SENTENCE_LINES = 2_000, 3
# That there is nothing, in the languages of Amazon's marketplaces; other sentences tell of something else.
NOTHING = (
    r"\b(no|not any|zero|0) (\w+ )?(data|records?|results?|rows?|orders?|information|items?|transactions?)\b",
    r"\bn(o|o[nt] \w+|.t \w+) any (data|records|results|rows|orders|items)\b",
    r"\b(nothing|empty)\b",
    r"\bkeine?[nr]? (\w+ )?(daten|ergebnis|eintr|bestellung|information)",
    r"\b(aucune?|pas de) (\w+ )?(donn|résultat|enregistrement|commande|information)",
    r"\b(no (hay|existen|se (han )?encontr\w+)|sin|ning[uú]n[ao]?) (\w+ )?(datos|resultado|registro|pedido|info)",
    r"\b(nessun[ao]?|non ci sono) (\w+ )?(dat[oi]|risultat|record|ordin|informa)",
    r"\b(não (há|existem|foram encontrados)|nenhum[a]?|sem) (\w+ )?(dado|resultado|registro|pedido|inform)",
    r"\bgeen (\w+ )?(gegevens|resultaten|rijen|bestellingen|records|informatie)",
    r"\b(brak|nie ma|nie znaleziono) (\w+ )?(danych|wyników|rekordów|zamówień|informacji)",
    r"\b(inga|ingen) (\w+ )?(data|resultat|rader|beställningar|poster|uppgifter|information)",
    r"\b(veri|sonuç|kayıt|sipariş|bilgi)\w* (yok|bulunamadı|bulunmamaktadır|mevcut değil)",
    r"(データ|レコード|結果|注文|情報)[がはも]?(ありません|見つかりません|存在しません|ございません|なし)",
    r"(没有|沒有|无|無|未找到).{0,8}(数据|數據|資料|记录|订单|结果)",
    r"لا (توجد|يوجد|تتوفر) (أي )?(بيانات|نتائج|سجلات|طلبات|معلومات)",
    r"\A\W*(none|null|nil|n/?a|no[-_]?data)\W*\Z",
)
NO_DATA = re.compile("|".join(NOTHING), re.IGNORECASE)
# It may say that there is nothing, and that is not why.
TROUBLE = re.compile(
    r"\b(error|exception|fail\w*|denied|expired|unable|(could|can) ?not|can.t|unavailable|exceed\w*|invalid|timeout)\b",
    re.IGNORECASE,
)
# Of prose a comma has a space after it, and the end a full stop.
PROSE = re.compile(r"(?:[^,]|,\s)+[.!。]", re.DOTALL)
TABULAR = re.compile(r"[\t;|]")


def sentence_of(content: Content, media: Media, *, expected: str | None, codec: str | None) -> str | None:
    """Return what a document of a sentence or two says; None of any other.

    Args:
        content: the document's.
        media: what kind it seems to be: a comma makes a sentence look like CSV.
        expected: the format of its type, if that is known.
        codec: the charset that it is in, if that is certain.
    """
    size = content.uncompressed_size
    if size is None or size > SENTENCE_BYTES or media not in (PLAIN, CSV, TSV) or is_blank(content.head):
        return None
    text = content.head.decode(codec or wide_codec(content.head) or "utf-8", "replace").strip("\ufeff\0\x1a \t\r\n")
    if not "".join(text.split()).isprintable():
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    if media == PLAIN:
        alone = len(lines) == 1
        said = (alone and expected) or NO_DATA.search(text) or (" " in text and not TABULAR.search(text))
        return text if said and len(lines) <= SENTENCE_LINES else None
    if len(lines) <= SENTENCE_LINES and media == CSV and expected != "CSV" and PROSE.fullmatch(text):
        return text
    return _among_rows(lines, "," if media == CSV else "\t")


def tells_of_no_data(sentence: str) -> bool:
    """Say whether a sentence says that there is no data, and nothing else."""
    return bool(NO_DATA.search(sentence)) and not TROUBLE.search(sentence)


def _among_rows(lines: list[str], delimiter: str) -> str | None:
    """Return a sentence that stands under a header, or where the header would be."""
    *header, last = lines
    cells = [cell.strip('" ') for cell in last.split(delimiter) if cell.strip('" ')]
    # A sentence would stand in the first cell.
    if len(header) > 1 or (header and (len(cells) > 1 or last.startswith(delimiter))):
        return None
    said = last.strip(f'{delimiter}" ')
    known = NO_DATA.search(said) or (not header and TROUBLE.search(said) and " " in said)
    return said if known else None
