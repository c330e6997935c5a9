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
# What is sold there by others, in charsets of their own.
FOREIGN = {
    ("cs", "cp1250"): "Kávovar čaj dětský ložnice květináč šňůra židle kolečko příslušenství měřič ohřívač růže hračka",
    ("hu", "cp1250"): "Kávéfőző gyűrű tölthető kerékpár játék hűtő férfi szőnyeg műanyag fűtő könyv tükör erősítő",
    ("ro", "iso8859-2"): "Jucărie cană pernă dormitor încărcător bucătărie pătură fată băiat lumânare mână apă umbrelă",
    ("hr", "cp1250"): "Kuhača šalica dječji stolić čaša kišobran žlica noćni život cvijeće pribor mačka ključ kašika",
    ("lt", "cp1257"): "Žaislas vaikų kėdė puodelis šviestuvas virtuvė dėžutė lėlė šaukštas moteriškas žvakė šalikas",
    ("da", "cp1252"): "Børn kaffemølle æble køkken gulvtæppe blå sæt højtaler tøj smørkniv håndklæde grøn lys",
    ("ru", "cp1251"): "Кофейник чашка детский на ночь игрушка подушка для дома чайник синий большой мир вид лиса",
    ("el", "cp1253"): "Καφετιέρα παιδικό κούπα καρέκλα μαξιλάρι λάμπα για το σπίτι νερό μπλε μεγάλο σετ τσάι",  # noqa: RUF001  # Greek
    ("he", "cp1255"): "קפה מכונת ילדים כרית מנורה כחול גדול לבית מים ספל תה שולחן כיסא",
    ("ko", "cp949"): "커피 어린이 의자 물병 파란색 주방 세트 가방 신발 대용량 선물",
    ("zh", "gb18030"): "咖啡 儿童 椅子 水杯 蓝色 厨房 套装 大容量 礼物 充电器 耳机",
    ("zh", "big5"): "咖啡 兒童 椅子 水杯 藍色 廚房 套裝 大容量 禮物 充電器 耳機",
    ("ja", "iso2022_jp"): "抹茶 コーヒー 充電器 セット 大容量 ケース プレゼント 株式会社 お茶",
    ("ja", "utf-16-le"): "抹茶 コーヒー 充電器 セット 大容量 ケース プレゼント 株式会社 お茶",
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
DOCUMENTS, FOREIGN_DOCUMENTS, ROWS = 40, 9, (1, 3, 20)


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


def foreign_reports(country: str) -> Iterator[Written]:
    """Yield reports with rows in languages that are none of the country's."""
    marketplace_id = next(key for key, (code, _) in MARKETPLACES.items() if code == country)
    for (language, charset), words in FOREIGN.items():
        chance = random.Random(f"{country} {language}")  # noqa: S311  # as above
        for made in range(FOREIGN_DOCUMENTS):
            rows = (" ".join(chance.sample(words.split(), 3)) for _ in range(ROWS[made % len(ROWS)]))
            text = "sku\ttitle\r\n" + "".join(f"A-{number}\t{title}\r\n" for number, title in enumerate(rows))
            body = text.encode(charset)
            yield Written(language, marketplace_id, charset, False, text, body)


def _title(language: str, chance: random.Random) -> str:
    words = chance.sample(WORDS[language].split(), 3) + chance.sample(SIGNS[language], 1)
    return ("" if language == "ja" and chance.random() < 0.5 else " ").join(words)
