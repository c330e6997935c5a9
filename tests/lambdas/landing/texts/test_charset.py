"""The charset of a text: what is said of it, unless its bytes are otherwise; else what they show."""

import codecs
from collections.abc import Sequence
from itertools import product

import pytest

from lambdas.landing.texts.charset import Charset, decide, label
from lambdas.landing.texts.text_evidence import TextEvidenceCollector
from lambdas.landing.texts.utf8_text import Utf8Text
from tests.testing.kinds import one_of_each
from tests.testing.samples import FRANCE, GERMANY, JAPAN, POLAND

ONLY_MICROSOFTS = "～①髙"  # the Shift_JIS of others lacks these


@pytest.mark.parametrize(
    ("content_type", "found"),
    [
        ("text/plain; charset=UTF-8", "UTF-8"),
        ("text/plain;charset=Cp1252", "Cp1252"),
        ('text/plain; CHARSET = "ISO-8859-1"', "ISO-8859-1"),
        ("text/plain; charset='windows-31j'; x=y", "windows-31j"),
        ("text/plain; charset=Shift_JIS", "Shift_JIS"),
        ("text/plain; charset=UTF-16LE", "UTF-16LE"),
        ("text/plain; charset=US-ASCII", "US-ASCII"),
        ("text/plain; charset=latin1", "latin1"),
        ("text/plain; charset=windows-1252", "windows-1252"),
        ("text/plain; charset=EUC-JP", "EUC-JP"),
        ("text/plain; charset=GB18030", "GB18030"),
        ("text/plain; charset=Big5", "Big5"),
        ("text/plain; charset=KOI8-R", "KOI8-R"),
        ("text/plain", None),
        ("", None),
        ("text/plain; charset=", None),
        ("application/octet-stream; charset=binary", None),
        ("text/plain; charset=klingon-8", None),
    ],
)
def test_a_label_is_one_that_exists(content_type: str, found: str | None) -> None:
    assert label(content_type) == found


@pytest.mark.parametrize("name", ["undefined", "hex", "base64", "zlib", "rot13", "idna", "punycode", "utf-7"])
def test_a_label_is_one_that_texts_can_be_in(name: str) -> None:
    assert label(f"text/plain; charset={name}") is None


ROESTFRISCH = "sku\ttitle\nA\tRöstfrisch\n"
POLISH = "sku\ttytuł\r\nA\tŁóżko dziecięce\r\n"
POLISH_XML = '<?xml version="1.0" encoding="ISO-8859-2"?>\n<a>Łóżko źdźbło</a>'


def decided(body: bytes, *, content_type: str = "text/plain", marketplace_ids: Sequence[str] = (GERMANY,)) -> Charset:
    collector = TextEvidenceCollector()
    collector.take(body)
    return decide(content_type=content_type, evidence=collector.evidence(body), marketplace_ids=marketplace_ids)


@pytest.mark.parametrize(
    ("content_type", "body", "marketplace_ids", "expected"),
    [
        ("text/plain; charset=Cp1252", b"a", [GERMANY], Charset("cp1252", "content-type")),
        ("text/plain; charset=ISO-8859-1", "Größe “S”".encode("cp1252"), [GERMANY], Charset("cp1252", "content-type")),
        ("text/plain; charset=Cp1250", POLISH.encode("cp1250"), [GERMANY], Charset("cp1250", "content-type")),
        ("text/plain; charset=windows-31j", b"a", [JAPAN], Charset("cp932", "content-type")),
        ("text/plain; charset=MS932", ONLY_MICROSOFTS.encode("cp932"), [JAPAN], Charset("cp932", "content-type")),
        ("text/plain", codecs.BOM_UTF8 + b"a", [GERMANY], Charset("utf-8-sig", "byte-order-mark")),
        ("text/plain", "a\t".encode("utf-16"), [GERMANY], Charset("utf-16", "byte-order-mark")),
        ("", codecs.BOM_UTF16_BE + b"\0a", [JAPAN], Charset("utf-16", "byte-order-mark")),
        ("text/xml", POLISH_XML.encode("iso8859-2"), [GERMANY], Charset("iso-8859-2", "xml-declaration")),
        ("text/xml", "<?xml version='1.0'?><a/>".encode("utf-16-le"), [], Charset("utf-16-le", "xml-declaration")),
        ("text/plain", "Tür".encode(), [JAPAN], Charset("utf-8", "strict-utf-8")),
        ("text/plain; charset=klingon-8", b"a", [GERMANY], Charset("utf-8", "strict-utf-8")),
        ("text/plain", "抹茶\tコーヒー①髙".encode("cp932"), [JAPAN], Charset("cp932", "marketplace")),
        ("text/plain", POLISH.encode("cp1250"), [POLAND], Charset("cp1250", "marketplace")),
        ("text/plain", ROESTFRISCH.encode("cp1252"), [GERMANY, FRANCE], Charset("cp1252", "marketplace")),
        ("text/plain", "Café".encode("cp1252"), ["A2ZV50J4W1RKNI"], Charset("cp1252", "marketplace")),
        # What reads as nothing of its marketplace is not guessed.
        ("text/plain", POLISH.encode("cp1250"), [GERMANY], Charset(None, None)),
        ("text/plain", b"\x81", [GERMANY], Charset(None, None)),
        ("text/plain", ROESTFRISCH.encode("mac_roman"), [GERMANY], Charset(None, None)),
        ("text/plain", "Jalapeño".encode("cp1252"), [POLAND], Charset(None, None)),
    ],
)
def test_the_order_of_evidence(content_type: str, body: bytes, marketplace_ids: list[str], expected: Charset) -> None:
    assert decided(body, content_type=content_type, marketplace_ids=marketplace_ids) == expected
    assert expected.name is None or codecs.lookup(expected.name)


@pytest.mark.parametrize(
    ("named", "body", "name", "contradiction"),
    [
        ("UTF-8", ROESTFRISCH.encode("cp1252"), "cp1252", "its label says utf-8, and its bytes are no UTF-8"),
        ("UTF-8", ROESTFRISCH.encode("mac_roman"), None, "its label says utf-8, and its bytes are no UTF-8"),
        ("UTF-8", POLISH_XML.encode("iso8859-2"), "iso-8859-2", "its label says utf-8, and its bytes are no UTF-8"),
        ("Cp1252", ROESTFRISCH.encode(), "utf-8", "its label says cp1252, and its bytes are UTF-8"),
        ("windows-31j", "抹茶コーヒー".encode(), "utf-8", "its label says cp932, and its bytes are UTF-8"),
        ("UTF-16", ROESTFRISCH.encode(), "utf-8", "its label says utf-16, and its bytes are too narrow for that"),
        ("US-ASCII", "Küche".encode("cp1252"), "cp1252", "its label says us-ascii, and the byte 0xfc is none of it"),
        ("Cp1252", b"\x81\x8d", None, "its label says cp1252, and the byte 0x81 is none of it"),
    ],
)
def test_bytes_win_over_what_is_said_of_them(named: str, body: bytes, name: str | None, contradiction: str) -> None:
    found = decided(body, content_type=f"text/plain; charset={named}")
    assert (found.name, found.contradiction) == (name, contradiction)


def test_an_xml_declaration_that_is_not_so_is_told() -> None:
    found = decided(POLISH_XML.encode())
    assert found == Charset("utf-8", "strict-utf-8", "its XML declaration says iso-8859-2, and its bytes are UTF-8")


def test_evidence_is_the_same_however_a_text_is_cut() -> None:
    body = (POLISH * 50).encode("cp1250")
    whole, cut = TextEvidenceCollector(), TextEvidenceCollector()
    whole.take(body)
    for start in range(0, len(body), 7):
        cut.take(body[start : start + 7])
    assert cut.evidence(b"") == whole.evidence(b"")


def test_evidence_goes_on_at_the_next_line_after_a_gap() -> None:
    collector = TextEvidenceCollector()
    collector.take("a\tü\n商".encode()[:-1])
    collector.skip()
    collector.take("品\nb\té\n".encode()[1:])
    evidence = collector.evidence(b"")
    assert (evidence.utf8, evidence.whole) == (True, False)
    assert evidence.sample.splitlines()[-1].decode() == "b\té"


@pytest.mark.parametrize("named", ["windows-31j", "Windows-31J", "MS932", "Shift_JIS", "shift-jis", "SJIS"])
def test_japanese_of_each_label_decodes_without_loss(named: str) -> None:
    found = decided(ONLY_MICROSOFTS.encode("cp932"), content_type=f"text/plain; charset={named}")
    assert found.name
    assert ONLY_MICROSOFTS.encode("cp932").decode(found.name) == ONLY_MICROSOFTS


WIDE = ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
MARKED = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


@pytest.mark.parametrize(
    ("named", "text", "codec", "mark"),
    one_of_each(
        product(
            ["", "UTF-8", "Cp1252", "US-ASCII", "windows-31j", *WIDE],
            [ROESTFRISCH, "sku\ttitle\nA\tplain\n", "品番\t商品名\nA\t抹茶コーヒー\n"],
            WIDE,
            [False, True],
        ),
        lambda row: (row[0] in WIDE, row[0] == row[2], *row[2:]),
    ),
)
def test_utf_16_and_32_are_read_as_such_or_not_at_all(named: str, text: str, codec: str, mark: bool) -> None:
    body = (MARKED.get(codec, b"") if mark else b"") + text.encode(codec)
    found = decided(body, content_type=f"text/plain; charset={named}" if named else "text/plain")
    if found.name:
        assert Utf8Text(found.name).convert(body, final=True).decode() == text
    # A mark is always believed, and so is a label that zeros do not contradict.
    marked = codec[:6] if mark else codec
    labelled = bool(named) and (named.startswith(marked) or marked.startswith(named))
    assert (found.name is not None) == (labelled or marked == codec[:6])
    assert bool(found.contradiction) == (bool(named) and not labelled)


@pytest.mark.parametrize("named", ["", "UTF-8", "windows-31j", "Cp1252"])
def test_escape_sequences_are_no_ascii(named: str) -> None:
    found = decided("品\t抹茶\n".encode("iso2022_jp"), content_type=f"text/plain; charset={named}")
    assert (found.name, bool(found.contradiction)) == (None, bool(named))
    assert decided("抹茶".encode("iso2022_jp"), content_type="text/plain; charset=ISO-2022-JP").name == "iso-2022-jp"


def test_an_escape_sequence_is_seen_wherever_it_is_cut() -> None:
    body = "sku\t品".encode("iso2022_jp")
    for cut in range(len(body) + 1):
        collector = TextEvidenceCollector()
        for piece in (body[:cut], b"", body[cut:]):
            collector.take(piece)
        assert collector.evidence(body).escapes
    collector = TextEvidenceCollector()
    collector.take(b"a\x1b")
    collector.skip()
    collector.take(b"(\n")
    assert not collector.evidence(b"a").escapes


@pytest.mark.parametrize(("text", "codec"), [("ﾈｺ", "cp932"), ("法則", "euc_jp"), ("支", "gb18030")])
def test_a_character_or_two_that_are_utf_8_by_chance_are_not_believed(text: str, codec: str) -> None:
    assert decided(f"A\t{text}\n".encode(codec), marketplace_ids=[JAPAN]).name is None


def test_a_character_of_utf_8_contradicts_a_label_of_one_byte_each() -> None:
    found = decided("Я".encode(), content_type="text/plain; charset=Cp1252")
    assert (found.name, found.contradiction) == (None, "its label says cp1252, and its bytes are UTF-8")
    assert decided("ﾈｺ".encode("cp932"), content_type="text/plain; charset=windows-31j").name == "cp932"


@pytest.mark.parametrize("named", ["UTF-16", "UTF-32", "UTF-16LE", "UTF-8", "windows-31j"])
def test_nothing_is_in_the_charset_of_its_label(named: str) -> None:
    found = decided(b"", content_type=f"text/plain; charset={named}")
    assert found.name
    assert Utf8Text(found.name).convert(b"", final=True) == b""


def test_a_zero_in_a_cell_makes_no_text_wide() -> None:
    assert decided("sku\ttitle\nA\tTür\0\nB\tb\n".encode()) == Charset("utf-8", "strict-utf-8")
