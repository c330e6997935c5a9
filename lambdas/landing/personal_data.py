"""Whether a document holds personal data of buyers, by the names of its columns, or of its elements and keys.

A type that Amazon does not call restricted has none. Where it does nevertheless, no byte of it may stay outside the
restricted zone, so that this is decided by the start of the document, before the first byte of it goes up, and again
by what follows. No cell, and no value, is looked at.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
from typing import TYPE_CHECKING

from lambdas.landing.media_type import BINARY, HTML, JSON, XML
from lambdas.landing.personal_columns import is_personal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdas.landing.media_type import Media

# A title may stand above the header.
HEADER_LINES = 10
DELIMITERS = "\t,;|"
# What is no UTF-8 may be any of these, in one of which a name is read.
CHARSETS = ("cp932", "gb18030", "big5", "cp1252", "cp1250", "cp1254")
# A key with a value that is no list and no object, and an element that begins with text.
JSON_KEYS = re.compile(rb'"([^"\\\x00-\x1f]{1,100})"\s*:\s*[^\s{\[]')
XML_NAMES = re.compile(rb"<(?:[\w.-]+:)?([^\s<>/!?:]{1,100})(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?[^<\s]")
JSON_TOKENS = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\s*:(?=\s*(\S)))?|[{}]')
XML_TOKENS = re.compile(r"<(/?)(?:[\w.-]+:)?([^\s<>/!?:]+)([^<>]*)>([^<]*)")
ATTRIBUTES = re.compile(r"([^\s=<>\"']{1,100})\s*=\s*[\"'][^\"'<]")
LETTER = re.compile(r"[^\W\d_]")


class PersonalDataFound(Exception):
    """A document that should hold no personal data does."""

    def __init__(self, columns: list[str]) -> None:
        """Say which `columns` hold it."""
        super().__init__(f"the document has the columns {', '.join(columns)}")
        self.columns = columns


class PersonalDataScreen:
    """Refuses a document of which a column, an element or a key is personal data, as soon as that shows."""

    def __init__(self) -> None:
        """Begin a document."""
        self._known: set[bytes] = set()
        self._pattern: re.Pattern[bytes] | None = None

    def begin(self, head: bytes, media: Media) -> None:
        """Take how the document begins: its header, or its first records.

        Raises:
            PersonalDataFound: it holds personal data.
        """
        self._pattern = {JSON: JSON_KEYS, XML: XML_NAMES}.get(media)
        if (media.text or media == BINARY) and media != HTML:
            _refuse(name for text in _texts(head) for name in _names_of_start(text, media))

    def take(self, piece: bytes) -> None:
        """Take the next piece. Raises PersonalDataFound."""
        if self._pattern:
            # UTF-16 of Latin letters has zeros in between.
            new = {*self._pattern.findall(piece.replace(b"\0", b""))} - self._known
            self._known |= new
            _refuse(name.decode("utf-8", "replace") for name in new)


def _refuse(names: Iterable[str]) -> None:
    found = [*dict.fromkeys(name for name in names if is_personal(name))]
    if found:
        raise PersonalDataFound(found)


def _texts(head: bytes) -> Iterator[str]:
    wide = ("utf-16-le", "utf-16-be") if b"\0" in head else ()
    others = () if wide or _is_utf8(head) else CHARSETS
    yield from (head.decode(codec, "ignore").lstrip("\ufeff") for codec in ("utf-8", *wide, *others))


def _is_utf8(head: bytes) -> bool:
    try:
        # The start may end within a character.
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _names_of_start(text: str, media: Media) -> Iterator[str]:
    if media == JSON:
        yield from _keys(text)
    elif media == XML:
        yield from _elements(text)
    else:
        yield from _columns(text)


def _columns(text: str) -> Iterator[str]:
    lines = [line for line in text.splitlines() if line.strip()][:HEADER_LINES]
    for number, line in enumerate(lines):
        delimiter = max(DELIMITERS, key=line.count)
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
        # A row has numbers, which no column is called.
        if number == 0 or all(LETTER.search(cell) for cell in cells if cell):
            yield from cells


def _keys(text: str) -> Iterator[str]:
    parents, key = [], ""
    for token in JSON_TOKENS.finditer(text):
        if token[0] == "{":
            parents.append(key)
        elif token[0] == "}":
            parents = parents[:-1]
        elif token[2]:
            key = _unescaped(token[1])
            if token[2] not in "{[":
                yield _beside(parents, key)


def _unescaped(key: str) -> str:
    try:
        return str(json.loads(f'"{key}"'))
    except ValueError:
        return key


def _elements(text: str) -> Iterator[str]:
    parents: list[str] = []
    for end, name, attributes, content in XML_TOKENS.findall(text.replace("<![CDATA[", "")):
        if end:
            parents = parents[:-1]
            continue
        found = [name] if content.strip() else []
        found += [f"{name} {attribute}" for attribute in ATTRIBUTES.findall(attributes)]
        yield from (_beside(parents, each) for each in found)
        if not attributes.endswith("/"):
            parents.append(name)


def _beside(parents: list[str], name: str) -> str:
    """Return an element's name, after its parent's unless it is personal by itself: a buyer's is just `name`."""
    return name if is_personal(name) or not parents else f"{parents[-1]} {name}"
