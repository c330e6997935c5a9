"""The records of a JSON document: the objects of its top-level arrays, one at a time, in constant memory."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from lambdas.tables.rows import NotTabular
from lambdas.tables.structured_records import Record, flatten

BLANK = " \t\r\n"
# Longer ones are no records; all of it is in memory.
LONGEST_RECORD = 64 * 1024 * 1024


def json_records(pieces: Iterable[bytes]) -> Iterator[tuple[str, Record | None]]:
    """Yield each array's name, with None where it begins and with each record; without arrays, the object itself.

    `pieces` are in UTF-8, whole characters each. Raises NotTabular.
    """
    try:
        yield from _of_document(_Text(pieces))
    except (ValueError, RecursionError) as error:
        raise NotTabular(f"it is no JSON that can be read: {str(error)[:100]}") from None


def _of_document(text: _Text) -> Iterator[tuple[str, Record | None]]:
    if text.takes("["):
        yield "", None
        yield from _of_array("", text)
    else:
        text.expect("{")
        rest: dict[str, Any] = {}
        arrays = False
        while not text.takes("}"):
            key = text.value()
            text.expect(":")
            if text.takes("["):
                arrays = True
                yield key, None
                yield from _of_array(key, text)
            else:
                rest[key] = text.value()
            text.takes(",")
        if not arrays:
            yield "", flatten(rest, {})
    text.expect("")


def _of_array(name: str, text: _Text) -> Iterator[tuple[str, Record]]:
    while not text.takes("]"):
        value = text.value()
        yield name, flatten(value if isinstance(value, dict) else {"value": value}, {})
        text.takes(",")


class _Text:
    """A text of which one value after the other is taken."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._buffer, self._position, self._ended = "", 0, False
        self._decode = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str).raw_decode

    def takes(self, character: str) -> bool:
        """Say whether the next character is this one, and go on behind it if so."""
        if self._next() != character:
            return False
        self._position += 1
        return True

    def expect(self, character: str) -> None:
        """Go on behind this character; an empty one stands for the end."""
        found = self._next()
        if found != character:
            raise ValueError(f"{found!r} stands where {character or 'the end'!r} is due")
        self._position += 1

    def value(self) -> Any:
        """Return the next value."""
        self._next()
        while True:
            try:
                value, end = self._decode(self._buffer, self._position)
            except ValueError:
                if self._ended:
                    raise
            else:
                # A number may go on in the next piece.
                if end < len(self._buffer) or self._ended:
                    self._position = end
                    return value
            self._read_on()

    def _next(self) -> str:
        while True:
            while self._position < len(self._buffer) and self._buffer[self._position] in BLANK:
                self._position += 1
            if self._position < len(self._buffer):
                return self._buffer[self._position]
            if self._ended:
                return ""
            self._read_on()

    def _read_on(self) -> None:
        """Read as much again as there is left, so that a long value is not parsed from its start for each piece."""
        left = self._buffer[self._position :]
        if len(left) > LONGEST_RECORD:
            raise ValueError("a record is too long, or does not end")
        pieces, size = [left], 0
        while size <= len(left):
            piece = next(self._pieces, None)
            if piece is None:
                self._ended = True
                break
            pieces.append(piece.decode())
            size += len(pieces[-1])
        self._buffer, self._position = "".join(pieces), 0
