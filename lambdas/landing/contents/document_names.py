"""The names in a document, whatever its charset: of its columns, or of its keys, elements and attributes."""

from __future__ import annotations

import codecs
import csv
import json
import re
from typing import TYPE_CHECKING

from lambdas.landing.contents.media_type import JSON, XML
from lambdas.landing.contents.personal_columns import is_personal
from lambdas.landing.texts.wide_text import wide_codec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lambdas.landing.contents.media_type import Media

# A title may stand above the header.
HEADER_LINES = 10
DELIMITERS = "\t,;|"
LONGEST_NAME = 100
# No column is called a number, or has an address for a name.
VALUE = re.compile(r"[\W_]*\d[\W\d_]*|.*@.*", re.DOTALL)
# What is no UTF-8 may be any of these, in one of which a name is read.
CHARSETS = ("cp932", "euc_jp", "gb18030", "big5", "cp949", "cp1252", "cp1250", "cp1254", "cp1256", "cp1258")
ISO_2022 = b"\x1b$"
# A key is followed by what it stands for: a value, an object, or an array of either.
JSON_TOKENS = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\s*:(?=\s*(\[?\s*[^\s\[])))?|[{}\[\]]')
XML_TOKENS = re.compile(r"<(/?)(?:[\w.-]+:)?([^\s<>/!?:]+)([^<>]*)>([^<]*)")
ATTRIBUTES = re.compile(r"([^\s=<>\"']{1,100})\s*=\s*[\"'][^\"'<]")


def names_of_start(head: bytes, media: Media) -> Iterator[str]:
    """Yield the names of columns, keys or elements in a document that begins with `head`."""
    for text in _readings(head):
        yield from names_inside(text, media, whole=True) if media in (JSON, XML) else _columns(text)


def names_inside(text: str, media: Media, *, whole: bool = False) -> Iterator[str]:
    """Yield the names with values in what JSON or XML begins with: a key's object, an element; or in the `whole`."""
    return _keys(text, whole=whole) if media == JSON else _elements(text, whole=whole)


def readings(name: bytes) -> Iterator[str]:
    """Yield what a name may be, which is cut out of a document in some charset."""
    known = name.isascii() or _is_utf8(name)
    return (_unescaped(name.decode(codec, "ignore")) for codec in (("utf-8",) if known else CHARSETS))


def _readings(head: bytes) -> Iterator[str]:
    wide = wide_codec(head)
    if wide or ISO_2022 in head:
        tried: Sequence[str] = (wide or "iso2022_jp",)
    else:
        tried = ("utf-8",) if _is_utf8(head) else CHARSETS
    return (head.decode(codec, "ignore").lstrip("\ufeff") for codec in tried)


def _is_utf8(head: bytes) -> bool:
    try:
        # The start may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _columns(text: str) -> Iterator[str]:
    lines = [line for line in text.splitlines() if line.strip()][:HEADER_LINES]
    for number, line in enumerate(lines):
        delimiter = max(DELIMITERS, key=line.count)
        # A name may go on in the next line, if it is quoted.
        for source in ([line], lines[number:]):
            cells = [cell.strip() for cell in _first_row(source, delimiter)]
            if number == 0 or is_header(cells):
                yield from (cell for cell in cells if len(cell) <= LONGEST_NAME)


def is_header(cells: Iterable[str]) -> bool:
    """Say whether the cells of a line may all be names: a row of values has numbers, if anything."""
    return not any(VALUE.fullmatch(cell) for cell in cells)


def _first_row(lines: Sequence[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader((f"{line}\n" for line in lines), delimiter=delimiter), [])
    except csv.Error:
        return []


def _keys(text: str, *, whole: bool) -> Iterator[str]:
    around, key = [], ""
    for token in JSON_TOKENS.finditer(text):
        if token[0] in ("{", "["):
            around.append(key)
        elif token[0] in ("}", "]"):
            # What is in an array beside it is in the same.
            key = around.pop() if around else ""
            if not (around or whole):
                return
        elif token[2]:
            key = _unescaped(token[1])
            if not token[2].endswith(("{", "]")):
                yield _beside(around, key)


def _unescaped(key: str) -> str:
    try:
        return str(json.loads(f'"{key}"'))
    except ValueError:
        return key


def _elements(text: str, *, whole: bool) -> Iterator[str]:
    around: list[str] = []
    for token in XML_TOKENS.finditer(text.replace("<![CDATA[", "")):
        end, name, attributes, content = token.groups()
        if end:
            around = around[:-1]
            if not (around or whole):
                return
            continue
        found = [name] if content.strip() else []
        found += [f"{name} {attribute}" for attribute in ATTRIBUTES.findall(attributes)]
        yield from (_beside(around, each) for each in found)
        if not attributes.endswith("/"):
            around.append(name)


def _beside(around: list[str], name: str) -> str:
    """Return a name, after the one around it unless it is personal by itself: a buyer's is just `name`."""
    return name if is_personal(name) or not around else f"{around[-1]} {name}"
