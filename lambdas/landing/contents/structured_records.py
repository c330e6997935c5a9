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
REPORT_SPECIFICATION = "reportSpecification"
# Amazon's lists are keys of the outermost object, or of one in it.
DEEPEST = 3
# An error document's, and those of an object that is nothing but an error.
ERROR_DETAILS = "errordetails"
ERRORS, WORDS = {"errors", "error"}, {"message", "errormessage", "errorcode", "__type"}
NOTHING: tuple[Any, ...] = (None, "", [], {})
# What an envelope says of itself; S3's errors, and those of AWS's older services.
ENVELOPE = ("DocumentVersion", "MerchantIdentifier", "MessageType", "MessageID")
ERROR_ROOTS = {"Error": ("Code", "Message"), "ErrorResponse": ("Error",), "Response": ("Errors",)}


class JsonRecords:
    """Takes the pieces of a JSON document."""

    def __init__(self) -> None:
        """Begin."""
        self._pieces: list[bytes] = []
        self._size = 0
        self.counts: Mapping[str, int] | None = None
        self.error: str | None = None
        self.is_error = self.holds_nothing = self.json_lines = False
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
            found = _parsed(body)
        except RecursionError:
            return
        except ValueError as error:
            self.error = f"it is no JSON: {str(error)[:100]}"
            self.json_lines = str(error).startswith("Extra data") and _is_json_lines(body)
            return
        if found is NOT_READ:
            return
        said = found.pop(REPORT_SPECIFICATION, None) if isinstance(found, dict) else None
        self.specification = said if isinstance(said, dict) else None
        counts: Counter[str] = Counter()
        self.counts = counts
        lists = _count(found, "", counts, depth=0)
        self.is_error = _is_error(found)
        self.holds_nothing = not any(counts.values()) and (lists or not _holds(found))


def _specification_at(start: bytes) -> dict[str, Any] | None:
    """Return what a document that begins so says of itself, if it does so at its start."""
    text = start[:START_BYTES].decode("utf-8", "ignore")
    found = SPECIFICATION.search(text)
    try:
        said = json.JSONDecoder().raw_decode(text, found.end())[0] if found else None
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


NOT_READ = object()


def _parsed(body: bytes) -> Any:
    """Return what a JSON document has in it; NOT_READ where its charset must be known for that.

    Raises:
        ValueError: it is no JSON.
        RecursionError: it is too deep.
    """
    try:
        return json.loads(body, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data":
            raise ValueError("it ends within a character") from None
    # In which charset it is, others say: in most, its structure is the same.
    try:
        return json.loads(body.decode("latin-1"))
    except ValueError:
        return NOT_READ


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no value")


def _is_json_lines(body: bytes) -> bool:
    """Say whether each line is a JSON value of its own."""
    try:
        for line in body.splitlines():
            json.loads(line.strip() or b"0")
    except (ValueError, RecursionError):
        return False
    return True


def _count(value: Any, key: str, counts: Counter[str], *, depth: int) -> bool:
    """Count the elements of each list, by its key, and say whether there is any list."""
    if isinstance(value, list):
        counts[key] += sum(element not in (None, []) for element in value)
        return True
    if isinstance(value, dict) and depth < DEEPEST:
        # Each is counted, whatever those before it are.
        return sum(_count(child, inner, counts, depth=depth + 1) for inner, child in value.items()) > 0
    # A list may be null where it has no elements.
    if value is None:
        counts[key] += 0
    return False


def _holds(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds, value.values() if isinstance(value, dict) else value))
    return value is not None


def _is_error(found: Any) -> bool:
    """Say whether it has an error of Amazon's in it: an error document's key, or nothing but an error."""
    said = found[0] if isinstance(found, list) and len(found) == 1 else found
    if not isinstance(said, dict):
        return False
    for each in (said, *said.values()):
        plain = {key.replace("_", "").lower(): value for key, value in each.items()} if isinstance(each, dict) else {}
        if ERROR_DETAILS in plain and (plain[ERROR_DETAILS] not in NOTHING or len(plain) == 1):
            return True
    told = [key for key, value in said.items() if key.lower() in WORDS and value and isinstance(value, str)]
    told += [key for key, value in said.items() if key.lower() in ERRORS and value]
    return bool(told) and not any(isinstance(value, dict | list) for key, value in said.items() if key not in told)


class XmlRecords:
    """Takes the pieces of an XML document. What it would have read from elsewhere is not read."""

    def __init__(self) -> None:
        """Begin."""
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._begin
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._refuse
        self._size = 0
        self._stopped = False
        self._counts: Counter[str] = Counter()
        self._before = b""
        self._root = self._last = ""
        self._holds_something = False
        self.error: str | None = None
        self.json_lines = False

    @property
    def counts(self) -> Mapping[str, int] | None:
        """How many elements there are, by name."""
        return None if self._stopped else self._counts

    @property
    def is_error(self) -> bool:
        """Whether it is an error of a host."""
        return any(name in self._counts for name in ERROR_ROOTS.get(self._root, ()))

    @property
    def holds_nothing(self) -> bool:
        """Whether it has no text, but for what an envelope says of itself."""
        return not self._stopped and not self._holds_something

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
            # In which charset it is, others say.
            self._stopped = self._is_foreign(error, self._before + piece)
            self.error = None if self._stopped else f"it is no XML: {error}"
        except (LookupError, ValueError):
            # An encoding of several bytes each, which expat does not read.
            self._stopped = True
        self._before = piece

    def _is_foreign(self, error: expat.ExpatError, seen: bytes) -> bool:
        """Say whether the parser stopped at a byte of another charset, in the last pieces that it has `seen`."""
        at = self._parser.ErrorByteIndex - (self._size - len(seen))
        invalid = error.code == expat.errors.codes[expat.errors.XML_ERROR_INVALID_TOKEN]
        return invalid and at >= 0 and seen[at : at + 1] >= b"\x80"

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        name = name.rpartition(":")[2]
        # What the outermost has are namespaces.
        self._holds_something = self._holds_something or bool(attributes and self._root)
        self._root = self._root or name
        self._last = name
        self._counts[name] += 1

    def _text(self, text: str) -> None:
        if self._last not in ENVELOPE and text.strip():
            self._holds_something = True
            # Each call costs time, and one is enough.
            self._parser.CharacterDataHandler = None

    def _refuse(self, *_declaration: object) -> None:
        raise _Refused


class _Refused(Exception):
    """It declares entities, which may expand without end."""
