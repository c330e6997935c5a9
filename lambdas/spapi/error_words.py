"""What an error answer says, whatever shape its body has: one sentence for a cause, without secrets, clipped, inert.

SP-API answers `{"errors": [{code, message, details}]}`, in its older form inside `payload`; its gateway `{"message"}`
or `{"Message"}`; Login with Amazon `{"error", "error_description"}` (RFC 6749, 5.2); S3 XML with Code and Message; what
stands in front of them HTML, text or nothing, in whatever charset, and gzip where nobody has asked for it.
"""

from __future__ import annotations

import codecs
import html
import json
import re
import zlib
from typing import TYPE_CHECKING, Any

from lambdas.spapi.foreign import NotJson, parsed, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

NOTHING = "no reason given"
# As Amazon's look; anything else has no place in a log.
REQUEST_ID = re.compile(r"[\w.:=/+-]{1,100}", re.ASCII)
# SP-API and Login with Amazon have the one, S3 the other.
REQUEST_IDS = ("x-amzn-requestid", "x-amz-request-id")
# What says what went wrong stands at the beginning.
READ_BYTES = 8 * 1024
# What an object says of its error, in this order; keys are compared in lower case. RFC 9457 has title and detail.
KEYS = (
    *("code", "errorcode", "__type", "error", "title"),
    *("message", "errormessage", "error_description", "description", "details", "detail", "reason"),
)
SECRET = re.compile(r"token|url|secret|password|signature|credential", re.IGNORECASE)
# No word has no space for so long; a token or an address has.
OPAQUE = re.compile(r"[!-~]{24,}")
GZIP_MAGIC, GZIP_WBITS = b"\x1f\x8b", 31
# Upper case: an HTML page has <code> too.
S3_CODE = re.compile(r"<(?:\w+:)?Code\b[^<>]*>\s*(?:<!\[CDATA\[)?\s*([\w.]{1,100})\s*(?:\]\]>)?\s*</", re.ASCII)
S3_MESSAGE = re.compile(r"<(?:\w+:)?Message\b[^<>]*>(.*?)(?:</(?:\w+:)?Message\s*>|\Z)", re.ASCII | re.DOTALL)
# Where a page is cut, its last tag is not closed.
UNSEEN = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<!\[CDATA\[|\]\]>|<[a-zA-Z/!?][^<>]*(?:>|\Z)")


def answered(status: int, headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str]) -> str:
    """Return `403: Unauthorized: Access is denied. (request id …)`: an answer's status, words and request id."""
    secrets = tuple(secrets)
    request = request_id_of(headers, secrets=secrets)
    return f"{status}: {words_of(body, secrets=secrets)}" + (f" (request id {request})" if request else "")


def words_of(body: bytes, *, secrets: Iterable[str]) -> str:
    """Return the words of an error's body in one line, or NOTHING."""
    text = _text(body)
    try:
        value = _harmless(parsed(text))
    except NotJson:
        said = _of_text(text[:READ_BYTES])
        said = OPAQUE.sub("…", said) if said.lstrip().startswith("{") else said
    else:
        # Of an object with no key that is known, the reader wants what there is.
        said = "; ".join(dict.fromkeys(_of_json(value)))
        if not said and _says_something(value):
            said = OPAQUE.sub("…", json.dumps(value, ensure_ascii=False))
    return quoted(_in_one_line(said) or NOTHING, secrets=secrets)


def request_id_of(headers: Mapping[str, str], *, secrets: Iterable[str] = ()) -> str:
    """Return the id that Amazon's support asks for; empty if there is none, or none that is fit for a log."""
    lower = {name.lower(): value for name, value in headers.items()}
    found = next((lower[name] for name in REQUEST_IDS if lower.get(name)), "")
    harmless = quoted(found, secrets=secrets) == found
    return found if REQUEST_ID.fullmatch(found) and harmless else ""


def is_object(body: bytes) -> bool:
    """Say whether it is a JSON object, as all that Amazon's APIs say is."""
    try:
        return isinstance(parsed(body), dict)
    except NotJson:
        return False


def code_of(body: bytes) -> str:
    """Return S3's `<Code>`; empty where there is none."""
    found = S3_CODE.search(_text(body)[:READ_BYTES])
    return found[1] if found else ""


def _text(body: bytes) -> str:
    if body.startswith(GZIP_MAGIC):
        try:
            body = zlib.decompressobj(GZIP_WBITS).decompress(body, READ_BYTES)
        except zlib.error:
            return ""
    try:
        # By a byte-order mark, or by the zeros between Latin letters. The last character may be cut.
        return codecs.getincrementaldecoder(json.detect_encoding(body))().decode(body).removeprefix("\ufeff")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _of_json(value: Any) -> Iterator[str]:
    """Yield what each error says, wherever in the value it is."""
    if isinstance(value, str | int | float):
        yield str(value)
    elif isinstance(value, list):
        for each in value:
            yield from _of_json(each)
    elif isinstance(value, dict):
        lower = {str(key).lower(): each for key, each in value.items()}
        said = [str(lower[key]) for key in KEYS if isinstance(lower.get(key), str | int | float) and lower[key] != ""]
        if said:
            yield f"{said[0]}: {' '.join(said[1:])}" if len(said) > 1 else said[0]
        yield from _of_json([each for each in value.values() if isinstance(each, dict | list)])


def _harmless(value: Any) -> Any:
    """Return a value without what its name calls secret: an error may have what a success has, new to everybody."""
    if isinstance(value, dict):
        return {key: "…" if SECRET.search(key) else _harmless(each) for key, each in value.items()}
    return [*map(_harmless, value)] if isinstance(value, list) else value


def _says_something(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(map(_says_something, value.values() if isinstance(value, dict) else value))
    return value is not None and value != ""


def _of_text(text: str) -> str:
    code = S3_CODE.search(text)
    if code:
        message = S3_MESSAGE.search(text)
        words = _shown(message[1]) if message else ""
        return f"{code[1]}: {words}" if words else code[1]
    return _shown(text) if "<" in text else text


def _shown(markup: str) -> str:
    """Return what a page shows: mostly its title, and the same as a heading, which is said once."""
    shown = [html.unescape(part).strip() for part in TAG.split(UNSEEN.sub(" ", markup))]
    return " ".join(dict.fromkeys(filter(None, shown)))


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
