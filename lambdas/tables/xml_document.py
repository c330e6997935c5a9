"""The records of an XML document: its elements of some names, one at a time, in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from xml.parsers import expat

from lambdas.tables.rows import NotTabular, as_json
from lambdas.tables.structured_records import NESTED, Record

# Amazon nests less deeply.
DEEPEST = 50
Element = dict[str, list["Element | str"]]


def xml_records(
    pieces: Iterable[bytes], *, names: Sequence[str], lists: Sequence[str]
) -> Iterator[tuple[str, Record | None]]:
    """Yield the name of each record with what is in it; `lists` are elements that one record may have several of.

    Without `names` the records are the children of the outermost element. Raises NotTabular.
    """
    yield from ((name, None) for name in names)
    reader = _Reader(names)
    for piece in pieces:
        yield from ((name, _flatten(element, {}, lists)) for name, element in reader.take(piece))
    yield from ((name, _flatten(element, {}, lists)) for name, element in reader.take(b"", final=True))


def _flatten(element: Element, into: dict[str, str], lists: Sequence[str], prefix: str = "") -> Record:
    for name, values in element.items():
        listed = len(values) > 1 or name in lists
        if listed:
            into[f"{prefix}{name}"] = as_json([_plain(value) for value in values])
        elif isinstance(values[0], str):
            into[f"{prefix}{name}"] = values[0]
        else:
            _flatten(values[0], into, lists, f"{prefix}{name}{NESTED}")
    return into


def _plain(value: Element | str) -> object:
    """Return an element as JSON has it: what there is one of is no list."""
    if isinstance(value, str):
        return value
    return {
        name: _plain(inner[0]) if len(inner) == 1 else [_plain(one) for one in inner] for name, inner in value.items()
    }


class _Reader:
    """Takes the pieces of a document; what it declares of entities, or has elsewhere, is not read."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._depth = 0
        self._open: list[tuple[Element, list[str]]] = []
        self._found: list[tuple[str, Element]] = []
        self._parser = expat.ParserCreate("UTF-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._begin
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._take_text
        self._parser.EntityDeclHandler = self._refuse

    def take(self, piece: bytes, *, final: bool = False) -> list[tuple[str, Element]]:
        """Return the records that end in this piece."""
        self._found = []
        try:
            self._parser.Parse(piece, final)
        except expat.ExpatError as error:
            raise NotTabular(f"it is no XML that can be read: {error}") from None
        return self._found

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotTabular(f"its elements are nested more than {DEEPEST} deep")
        if self._open or (name.rpartition(":")[2] in self._names if self._names else self._depth == 2):
            self._open.append(({key: [value] for key, value in attributes.items()} if attributes else {}, []))

    def _take_text(self, text: str) -> None:
        if self._open:
            self._open[-1][1].append(text)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        if ":" in name:
            name = name.rpartition(":")[2]
        element, texts = self._open.pop()
        text = texts[0] if len(texts) == 1 else "".join(texts)
        if not self._open:
            self._found.append((name, _with_text(element, text)))
            return
        # An element without attributes and children is a value, a blank one beside children is layout.
        self._open[-1][0].setdefault(name, []).append(_with_text(element, text) if element else text)

    def _refuse(self, *_declaration: object) -> None:
        raise NotTabular("it declares entities, which may expand without end")


def _with_text(element: Element, text: str) -> Element:
    return {**element, "value": [text, *element.get("value", [])]} if text.strip() else element
