"""The charset of a text: its label, else its byte-order mark, else strict UTF-8, else its marketplace."""

import codecs

import pytest

from lambdas.landing.charset import Charset, decide, label
from tests.testing.samples import FRANCE, GERMANY, JAPAN

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


@pytest.mark.parametrize(
    ("content_type", "head", "utf8", "marketplace_ids", "decided"),
    [
        ("text/plain; charset=Cp1252", b"a", True, [GERMANY], Charset("cp1252", "content-type")),
        ("text/plain; charset=ISO-8859-1", codecs.BOM_UTF8, True, [GERMANY], Charset("iso-8859-1", "content-type")),
        ("text/plain; charset=windows-31j", b"a", True, [JAPAN], Charset("cp932", "content-type")),
        ("text/plain; charset=MS932", b"a", False, [JAPAN], Charset("cp932", "content-type")),
        ("text/plain; charset=Shift_JIS", b"a", False, [JAPAN], Charset("cp932", "content-type")),
        ("text/plain", codecs.BOM_UTF8 + b"a", True, [GERMANY], Charset("utf-8-sig", "byte-order-mark")),
        ("text/plain", "a".encode("utf-16"), False, [GERMANY], Charset("utf-16", "byte-order-mark")),
        ("", codecs.BOM_UTF16_BE + b"\0a", False, [JAPAN], Charset("utf-16", "byte-order-mark")),
        ("text/plain", "Tür".encode(), True, [JAPAN], Charset("utf-8", "strict-utf-8")),
        ("text/plain; charset=klingon-8", b"a", True, [GERMANY], Charset("utf-8", "strict-utf-8")),
        ("text/plain", ONLY_MICROSOFTS.encode("cp932"), False, [JAPAN], Charset("cp932", "marketplace")),
        ("text/plain", b"\x80", False, [GERMANY, FRANCE], Charset("cp1252", "marketplace")),
        ("text/plain", b"\x80", False, ["A2ZV50J4W1RKNI"], Charset("cp1252", "marketplace")),
    ],
)
def test_the_order_of_evidence(
    content_type: str, head: bytes, utf8: bool, marketplace_ids: list[str], decided: Charset
) -> None:
    found = decide(content_type=content_type, head=head, utf8=utf8, marketplace_ids=marketplace_ids)
    assert found == decided
    assert codecs.lookup(found.name)


@pytest.mark.parametrize("named", ["windows-31j", "Windows-31J", "MS932", "Shift_JIS", "shift-jis", "SJIS"])
def test_japanese_of_each_label_decodes_without_loss(named: str) -> None:
    decided = decide(content_type=f"text/plain; charset={named}", head=b"", utf8=False, marketplace_ids=[GERMANY])
    assert ONLY_MICROSOFTS.encode("cp932").decode(decided.name) == ONLY_MICROSOFTS
