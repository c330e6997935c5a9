"""Reports as sellers of each marketplace write them: rows of titles, made by chance, the same each time."""

import random
from collections.abc import Iterator
from typing import NamedTuple

from lambdas.spapi.regions import MARKETPLACES

WORDS = {
    "de": "Müller Röstfrisch Größe süß für Küche weiß Geschenk Öl Übergröße Spülmaschine blau Schlüssel Äpfel Café",
    "en": "Coffee Café Jalapeño Crème Water Bottle Piñata Large Naïve Décor Red Organic Señor Ground for Women's",
    "es": "Español Niño Cafetera Baño cómodo Algodón Tamaño único Camión pequeño rojo Música Año Pingüino eléctrico",
    "fr": "Crème brûlée Café Théière Été Cœur français Hôtel naïf pour Fenêtre garçon Maïs rouge Près Noël l’été",
    "it": "Caffè più Città Qualità bontà Perché così tè rosso per Università virtù Macchina Lunedì metà però",
    "nl": "Koffie België één Ideeën crème rood voor Financiën Coördinatie café officiële reünie Groot wit patiënt",
    "pt": "São Paulo Coração Água Café Açúcar mão você Informação vermelho Pássaro para Avô Saúde Lição Três",
    "sv": "Kök Räksmörgås Åre små Blå för Värme röd och Hängmatta Ö Smörgås Båt Fönster Kaffe",
    "pl": "Łóżko dziecięce tytuł Żółty Kołdra świąteczna Źródło Książka czarny ćma Wąż dla gęś Koń Ręcznik Światło",
    "tr": "Çocuk Işık İstanbul Gömlek Ağaç Şemsiye küçük Kırmızı için Süt Öğretmen Düğme Bardak yeşil ılık",
    "ar": "قهوة عربية سعودية حجم كبير للأطفال أحمر زجاجة ماء هدية المنزل مطبخ جديد أصلي شاي",
    "ja": "抹茶 お茶 コーヒー 日本製 充電器 セット 大容量 東京 赤い ケース プレゼント 株式会社 ～濃口～ 髙島屋 用",
}
SIGNS = {
    **dict.fromkeys(WORDS, ("500 ml", "(2)", "6× 250 g", "– Set", "3 €", "Brand™", "12 m²", "A-4711", "USB", "XL")),
    "de": ("500 ml", "(2er)", "6× 250 g", "– Set", "3 €", "Brand™", "12 m²", "„Neu“", "A-4711", "USB", "XL"),
    "fr": ("500 ml", "(lot de 2)", "6× 250 g", "– Set", "3 €", "12 m²", "« A »", "A-4711", "USB", "XL"),
    "pl": ("500 ml", "(2 szt.)", "6× 250 g", "– Set", "„Nowy”", "A-4711", "USB", "XL"),
    "ja": ("500ml", "【正規品】", "6個", "（2本）", "USB", "①", "ｱﾏｿﾞﾝ"),
    "ar": ("500 ml", "(2)", "6× 250 g", "– A4", "USB", "XL"),
    "en": ("500 ml", "(Pack of 2)", "6× 250 g", "– Set", "£3", "Brand™", "12 m²", "“New”", "A-4711", "USB", "XL"),
}
SPOKEN = {
    **dict.fromkeys(("AU", "IE", "IN", "SG", "UK", "US", "ZA"), "en"),
    **dict.fromkeys(("BE", "CA", "FR"), "fr"),
    **dict.fromkeys(("ES", "MX"), "es"),
    **dict.fromkeys(("AE", "EG", "SA"), "ar"),
    **{country: country.lower() for country in ("DE", "IT", "NL", "PL", "TR")},
    "BR": "pt",
    "JP": "ja",
    "SE": "sv",
}
USUAL = {"pl": "cp1250", "tr": "cp1254", "ar": "cp1256", "ja": "cp932"}
# What else such a text may be in, whatever Amazon does.
OTHERS = {
    "pl": ("iso8859-2", "cp852", "mac_latin2"),
    "tr": ("cp857", "mac_turkish"),
    "ar": ("iso8859-6", "cp864"),
    "ja": ("euc_jp",),
}
WESTERN_OTHERS = ("cp850", "mac_roman", "iso8859-15")
DOCUMENTS, ROWS = 40, (1, 3, 20)


class Written(NamedTuple):
    """A report's bytes, and the text that they are; `charset` is one of `usual` or not."""

    language: str
    marketplace_id: str
    charset: str
    usual: bool
    text: str
    body: bytes


def usual_charset(language: str) -> str:
    """Return the charset of a language's reports that are no UTF-8."""
    return USUAL.get(language, "cp1252")


def reports(country: str, language: str, charset: str) -> Iterator[Written]:
    """Yield reports in a language and charset, all of which have a letter beyond ASCII."""
    marketplace_id = next(key for key, (code, _) in MARKETPLACES.items() if code == country)
    # Not for secrets: the same reports each time.
    chance = random.Random(f"{country} {language}")  # noqa: S311 - the same texts each time
    made = 0
    while made < DOCUMENTS:
        rows = [_title(language, chance) for _ in range(ROWS[made % len(ROWS)])]
        text = "sku\ttitle\r\n" + "".join(f"A-{number}\t{title}\r\n" for number, title in enumerate(rows))
        body = text.encode(charset, "ignore")
        if body.isascii():
            continue
        made += 1
        # What the charset has not, its user would not have written.
        usual = charset == usual_charset(language)
        yield Written(language, marketplace_id, charset, usual, body.decode(charset), body)


def _title(language: str, chance: random.Random) -> str:
    words = chance.sample(WORDS[language].split(), 3) + chance.sample(SIGNS[language], 1)
    return ("" if language == "ja" and chance.random() < 0.5 else " ").join(words)
