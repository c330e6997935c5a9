"""Whether a document holds personal data of buyers, by the names of its columns, or of its elements and keys.

A type that Amazon does not call restricted has none. Where it does nevertheless, no byte of it may stay outside the
restricted zone, so that this is decided by the start of the document, before the first byte of it goes up, and again
by what follows. No cell, and no value, is looked at.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from lambdas.landing.contents.document_names import names_inside, names_of_start, readings
from lambdas.landing.contents.media_type import BINARY, HTML, JSON, XML
from lambdas.landing.contents.personal_columns import is_personal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdas.landing.contents.media_type import Media

# So much of an object or an element is looked into, and it may go on in the next piece.
INSIDE_BYTES = 4096
# What is in an object of one of these names says of whom it is.
INSIDE = ("name", "line1")
LONGEST_KEY = 120
BEFORE_OBJECT = b" \t\r\n:["


# A key with a value, or with values; an element that begins with text; and what follows an object's key.
KEY = rb'"([^"\x00-\x1f]{0,99}[^"\x00-\x1f\\])"'
TAG = rb"<(?:[\w.-]+:)?([^\s<>/!?:]{1,100})"
NAMES = {
    JSON: re.compile(KEY + rb"\s*:\s*(?:[^\s{\[]|\[\s*[^\s{\[\]])"),
    XML: re.compile(TAG + rb"(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?[^<\s]"),
}
OPENING = re.compile(TAG + rb"[\s>]")
# What values are does not count, only whether there are any.
VALUES = re.compile(rb"(>)[^<]+(?=<)|(=\s*[\"'])[^\"'<]+|(:\s*)(?:\"[^\"]*\"|[^\s{}\[\],\"]+)")


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
        self._shapes: set[int] = set()
        self._media: Media | None = None
        self._tail = b""

    def begin(self, head: bytes, media: Media) -> None:
        """Take how the document begins: its header, or its first records.

        Raises:
            PersonalDataFound: it holds personal data.
        """
        self._media = media
        if (media.text or media == BINARY) and media != HTML:
            _refuse(names_of_start(head, media))

    def take(self, piece: bytes) -> None:
        """Take the next piece. Raises PersonalDataFound."""
        if self._media in NAMES:
            # UTF-16 of Latin letters has zeros in between. What is cut between two pieces is whole in the second.
            text = self._tail + piece.replace(b"\0", b"")
            self._tail = text[-INSIDE_BYTES:]
            new = {*NAMES[self._media].findall(text)} - self._known
            self._known |= new
            _refuse(reading for name in new for reading in readings(name))
            _refuse(self._names_of_persons(text, self._media))

    def skip(self) -> None:
        """Leave a piece out."""
        self._tail = b""

    def _names_of_persons(self, text: bytes, media: Media) -> Iterator[str]:
        """Yield the names in the objects or elements that are a person's, or an address: of each shape once."""
        for start, end in _objects(text) if media == JSON else _elements(text):
            inside = text[start : min(end, start + INSIDE_BYTES)]
            shape = hash(VALUES.sub(rb"\1\2\3x", inside))
            if shape not in self._shapes:
                self._shapes.add(shape)
                yield from names_inside(inside.decode("utf-8", "replace"), media)


def _refuse(names: Iterable[str]) -> None:
    found = [*dict.fromkeys(name for name in names if is_personal(name))]
    if found:
        raise PersonalDataFound(found)


def _objects(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the objects of persons begin, with their keys, and end."""
    brace = text.find(b"{")
    while brace >= 0:
        # Faster than a regular expression that ends here.
        start, quote, key = text[max(brace - LONGEST_KEY, 0) : brace].rstrip(BEFORE_OBJECT)[:-1].rpartition(b'"')
        if quote and _is_of_a_person(key):
            end = text.find(b"}", brace) + 1
            while end and text.count(b"{", brace, end) > text.count(b"}", brace, end):
                end = text.find(b"}", end) + 1
            yield max(brace - LONGEST_KEY, 0) + len(start), end or len(text)
        brace = text.find(b"{", brace + 1)


def _elements(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the elements of persons begin and end."""
    for found in OPENING.finditer(text):
        if _is_of_a_person(found[1]):
            end = text.find(found[1] + b">", found.end())
            yield found.start(), end + len(found[1]) + 1 if end >= 0 else len(text)


@lru_cache(maxsize=1000)
def _is_of_a_person(name: bytes) -> bool:
    return any(is_personal(f"{reading} {inside}") for reading in readings(name) for inside in INSIDE)
