"""Which charset a text document is in, and how that was decided: label, byte-order mark, strict UTF-8, marketplace."""

import codecs
import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

from lambdas.spapi.regions import MARKETPLACES

# Labels that Amazon sends and Python knows by another name. Its Shift_JIS holds NEC and IBM characters, so it is cp932.
ALIASES = {"windows-31j": "cp932", "ms932": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932"}
LABEL = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9_.:-]+)", re.IGNORECASE)
# Python has codecs that decode no text (hex, zlib, …), or halves of characters (utf-7): a label names one of these.
UNICODE = ("utf-8", "utf-16", "utf-32")
TEXTS = (*UNICODE, "ascii", "iso8859", "cp", "shift_jis", "euc", "gb", "big5", "koi8", "hz", "iso2022", "mac", "tis")
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Charset(NamedTuple):
    """Python's name of the codec, and what decided it."""

    name: str
    decided_by: Literal["content-type", "byte-order-mark", "strict-utf-8", "marketplace"]


def label(content_type: str) -> str | None:
    """Return the charset that a Content-Type header names, if it names one that exists."""
    found = LABEL.search(content_type)
    if not found:
        return None
    try:
        name = codecs.lookup(python_name(found[1])).name
    except LookupError:
        return None
    return found[1] if name.startswith(TEXTS) else None


def python_name(label: str) -> str:
    """Return Python's name of the charset that Amazon labels so."""
    return ALIASES.get(label.lower(), label.lower())


def is_utf8(name: str) -> bool:
    """Say whether a charset is plain UTF-8, which has more names than one."""
    return codecs.lookup(name).name == "utf-8"


def decide(*, content_type: str, head: bytes, utf8: bool, marketplace_ids: Sequence[str]) -> Charset:
    """Return the charset of a text. `utf8` says whether all of it decodes as strict UTF-8."""
    named = label(content_type)
    if named:
        return Charset(python_name(named), "content-type")
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return Charset(name, "byte-order-mark")
    if utf8:
        return Charset("utf-8", "strict-utf-8")
    japanese = any(key in MARKETPLACES and MARKETPLACES[key][0] == "JP" for key in marketplace_ids)
    return Charset("cp932" if japanese else "cp1252", "marketplace")
