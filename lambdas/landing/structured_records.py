"""The records of JSON and XML. Of JSON all must be at hand at once, so that only so much of it is looked at."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any
from xml.parsers import expat

LARGEST_JSON_BYTES = 16 * 1024 * 1024
LARGEST_XML_BYTES = 64 * 1024 * 1024
# Of one that is larger, what it says of itself stands here, if anywhere.
SPECIFICATION = re.compile(r'"reportSpecification"\s*:\s*')
START_BYTES = 64 * 1024
# Amazon's lists are keys of the outermost object, or of one in it.
DEEPEST = 3


class JsonRecords:
    """Takes the pieces of a JSON document."""

    def __init__(self) -> None:
        """Begin."""
        self._pieces: list[bytes] = []
        self._size = 0
        self.counts: Mapping[str, int] | None = None
        self.root: str | None = None
        self.error: str | None = None
        self.specification: dict[str, Any] | None = None

    def take(self, piece: bytes, *, newlines: int, look: bool) -> None:
        """Take the next piece."""
        del newlines, look
        self._size += len(piece)
        if self._size > LARGEST_JSON_BYTES:
            self.specification = self.specification or _specification_at(b"".join(self._pieces[:2]))
            self._pieces = []
        else:
            self._pieces.append(piece)

    def finish(self) -> None:
        """Read all of it, if that is not too much."""
        if self._size > LARGEST_JSON_BYTES:
            return
        body = b"".join(self._pieces)
        self._pieces = []
        try:
            found = json.loads(body)
        except UnicodeDecodeError:
            # In which charset it is, others say.
            return
        except RecursionError:
            return
        except ValueError as error:
            self.error = f"it is no JSON: {str(error)[:100]}"
            return
        said = found.get("reportSpecification") if isinstance(found, dict) else None
        self.specification = said if isinstance(said, dict) else None
        self.counts = Counter()
        _count(found, "", self.counts, depth=0)
        self.root = " ".join(found) if isinstance(found, dict) and len(found) < DEEPEST else None


def _specification_at(start: bytes) -> dict[str, Any] | None:
    """Return what a document that begins so says of itself, if it does so at its start."""
    text = start[:START_BYTES].decode("utf-8", "ignore")
    found = SPECIFICATION.search(text)
    try:
        said = json.JSONDecoder().raw_decode(text, found.end())[0] if found else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _count(value: Any, key: str, counts: Counter[str], *, depth: int) -> None:
    if isinstance(value, list):
        counts[key] += len(value)
    elif isinstance(value, dict) and depth < DEEPEST:
        for inner, child in value.items():
            _count(child, inner, counts, depth=depth + 1)


class XmlRecords:
    """Takes the pieces of an XML document. What it would have read from elsewhere is not read."""

    def __init__(self) -> None:
        """Begin."""
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.EntityDeclHandler = self._refuse
        self._size = 0
        self._stopped = False
        self._counts: Counter[str] = Counter()
        self.root: str | None = None
        self.error: str | None = None

    @property
    def counts(self) -> Mapping[str, int] | None:
        """How many elements there are, by name."""
        return None if self._stopped else self._counts

    def take(self, piece: bytes, *, newlines: int, look: bool) -> None:
        """Take the next piece."""
        del newlines, look
        self._size += len(piece)
        self._stopped = self._stopped or self._size > LARGEST_XML_BYTES
        self._parse(piece)

    def finish(self) -> None:
        """Nothing more comes."""
        self._parse(b"", final=True)

    def _parse(self, piece: bytes, *, final: bool = False) -> None:
        if self._stopped or self.error:
            return
        try:
            self._parser.Parse(piece, final)
        except _Refused:
            self._stopped = True
        except expat.ExpatError as error:
            self.error = f"it is no XML: {error}"
        except (LookupError, ValueError):
            # An encoding of several bytes each, which expat does not read.
            self._stopped = True

    def _begin(self, name: str, _attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        self.root = self.root or name
        self._counts[name] += 1

    def _refuse(self, *_declaration: object) -> None:
        raise _Refused


class _Refused(Exception):
    """It declares entities, which may expand without end."""
