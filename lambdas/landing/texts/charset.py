"""Which charset a text document is in, and what decided it: right, or not at all.

In this order: what the document's label says, its byte-order mark, its XML declaration, strict UTF-8, the languages of
its marketplace. Bytes that contradict what is said of them win, and the manifest says so. A marketplace's
charset is taken only where the text reads as its languages do (plausible_text.py): else the charset is not known.
"""

import codecs
import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from lambdas.landing.texts.languages import LETTERS, SIGNS
from lambdas.landing.texts.plausible_text import charset_of_marketplaces
from lambdas.landing.texts.text_evidence import NO_EVIDENCE, TextEvidence
from lambdas.landing.texts.wide_text import byte_order_mark, wide_codec

DecidedBy = Literal["content-type", "byte-order-mark", "xml-declaration", "strict-utf-8", "marketplace"]

# Labels that Amazon sends and Python knows by another name. Its Shift_JIS holds NEC and IBM characters, so it is cp932.
ALIASES = {"windows-31j": "cp932", "ms932": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932"}
# As browsers do (https://encoding.spec.whatwg.org): the same letters, and where Cp1252 has quotes, ISO-8859-1 has none.
LATIN_1, LATIN_1_AS_MEANT = "iso8859-1", "cp1252"
LABEL = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
XML_ENCODING = re.compile(r"\A(\s*<\?xml[^>]*?encoding\s*=\s*[\"'])([^\"'>]+)")
# Python has codecs that decode no text (hex, zlib, …), or halves of characters (utf-7): a label names one of these.
UNICODE = ("utf-8", "utf-16", "utf-32")
TEXTS = (*UNICODE, "ascii", "iso8859", "cp", "shift_jis", "euc", "gb", "big5", "koi8", "hz", "iso2022", "mac", "tis")
# An XML declaration in UTF-16 says what it is before it says so.
WIDE_XML = (b"<\0?\0x\0", b"\0<\0?\0x")
# Some pairs of bytes are a character of UTF-8 by chance, such as two half-width kana in charsets of two bytes each.
BY_CHANCE = 2
MULTI_BYTE = ("cp932", "cp936", "cp949", "cp950", "shift_jis", "euc", "gb", "big5")


class Charset(NamedTuple):
    """Python's name of the codec, None where it is not certain, and what decided it."""

    name: str | None
    decided_by: DecidedBy | None
    contradiction: str | None = None
    """What was said of the charset and is not so: a sentence."""


def label(content_type: str) -> str | None:
    """Return the charset that a Content-Type header names, if it names one that exists."""
    found = LABEL.search(content_type)
    return found[1] if found and _is_text_codec(found[1]) else None


def python_name(label: str) -> str:
    """Return Python's name of the charset that is labelled so."""
    name = ALIASES.get(label.lower(), label.lower())
    return LATIN_1_AS_MEANT if codecs.lookup(name).name == LATIN_1 else name


def is_utf8(name: str) -> bool:
    """Say whether a charset is plain UTF-8, which has more names than one."""
    return codecs.lookup(name).name == "utf-8"


def is_wide(name: str | None) -> bool:
    """Say whether a byte of this charset may be half of a character that is no end of a line, and looks like one."""
    return name is not None and codecs.lookup(name).name.startswith(("utf-16", "utf-32"))


def decide(*, content_type: str, evidence: TextEvidence, marketplace_ids: Sequence[str]) -> Charset:
    """Return the charset of a text, by what its Content-Type says and its bytes show."""
    contradiction = None
    for name, decided_by, said in _claims(content_type, evidence.head):
        against = contradicts(name, evidence)
        if not against:
            return Charset(_with_byte_order(name, evidence.head), decided_by, contradiction)
        contradiction = contradiction or f"{said} {name}, and {against}"
    if evidence == NO_EVIDENCE or wide_codec(evidence.head):
        return Charset(None, None, contradiction)
    if evidence.utf8 and not evidence.escapes and not _by_chance(evidence.sample):
        return Charset("utf-8", "strict-utf-8", contradiction)
    spoken = None if evidence.utf8 else charset_of_marketplaces(evidence.sample, marketplace_ids)
    return Charset(spoken, "marketplace" if spoken else None, contradiction)


def contradicts(name: str, evidence: TextEvidence) -> str | None:
    """Return the end of a sentence that says why the bytes are not in the charset, if they are not."""
    codec, wide = codecs.lookup(name).name, wide_codec(evidence.head)
    if is_wide(name):
        return _contradicts_wide(codec, evidence, wide=wide)
    if wide:
        return f"its bytes are {wide.upper()}"
    if evidence.escapes and not codec.startswith("iso2022"):
        return "its bytes are ISO-2022"
    if codec.startswith("utf-8"):
        return None if evidence.utf8 else "its bytes are no UTF-8"
    by_chance = codec.startswith(MULTI_BYTE) and _by_chance(evidence.sample)
    if evidence.utf8 and _beyond_ascii(evidence.sample) and not by_chance:
        return "its bytes are UTF-8"
    try:
        codecs.getincrementaldecoder(codec)().decode(evidence.sample)
    except UnicodeDecodeError as error:
        return f"the byte {error.object[error.start]:#04x} is none of it"
    return None


def _contradicts_wide(codec: str, evidence: TextEvidence, *, wide: str | None) -> str | None:
    if not evidence.head:
        return None
    if wide is None:
        return "its bytes are too narrow for that"
    # Either may leave open which byte comes first.
    return None if wide.startswith(codec) or codec.startswith(wide) else f"its bytes are {wide.upper()}"


def _with_byte_order(name: str, head: bytes) -> str:
    """Return the codec of a charset that leaves open which byte comes first, or says so although a mark does."""
    open_order = codecs.lookup(name).name in ("utf-16", "utf-32")
    return (byte_order_mark(head) or (open_order and wide_codec(head)) or name) if is_wide(name) else name


def _claims(content_type: str, head: bytes) -> Iterator[tuple[str, DecidedBy, str]]:
    named = label(content_type)
    if named:
        yield python_name(named), "content-type", "its label says"
    marked = "utf-8-sig" if head.startswith(codecs.BOM_UTF8) else byte_order_mark(head)
    if marked:
        yield marked, "byte-order-mark", "its byte-order mark says"
    wide = wide_codec(head)
    if wide and head.startswith(WIDE_XML):
        yield wide, "xml-declaration", "its XML declaration says"
    declared = XML_ENCODING.match(head.removeprefix(codecs.BOM_UTF8).decode("latin-1"))
    if declared and _is_text_codec(declared[2]) and not is_wide(declared[2]):
        yield python_name(declared[2]), "xml-declaration", "its XML declaration says"


def _is_text_codec(named: str) -> bool:
    try:
        return codecs.lookup(ALIASES.get(named.lower(), named)).name.startswith(TEXTS)
    except (LookupError, ValueError):
        return False


def _beyond_ascii(sample: bytes) -> str:
    return re.sub(r"[\0-\x7f]", "", sample.decode("utf-8", "ignore"))


def _by_chance(sample: bytes) -> bool:
    """Say whether there is so little UTF-8, and of such letters, that it may be another charset."""
    found = _beyond_ascii(sample)
    return len(found) <= BY_CHANCE and any(letter < "\u0800" and letter not in LETTERS + SIGNS for letter in found)
