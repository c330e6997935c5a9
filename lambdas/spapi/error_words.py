"""What an error answer says, whatever shape its body has: one sentence for a cause, without secrets, clipped, inert.

SP-API answers `{"errors": [{code, message, details}]}`, in its older form inside `payload`; its gateway `{"message"}`
or `{"Message"}`; Login with Amazon `{"error", "error_description"}` (RFC 6749, 5.2); S3 XML with Code and Message; what
stands in front of them HTML, text or nothing.
"""

from __future__ import annotations

import html
import re
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
# An object is an error by one of these, in this order; keys are compared in lower case.
KEYS = ("code", "__type", "error", "message", "errormessage", "error_description", "details", "detail", "reason")
NESTED = ("errors", "payload", "error", "fault")
S3_CODE = re.compile(r"<Code>\s*([\w.]{1,100})\s*</Code>", re.ASCII)
S3_MESSAGE = re.compile(r"<Message>([^<]{1,1000})</Message>")
UNSEEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
TAG = re.compile(r"<[^<>]*>")


def answered(status: int, headers: Mapping[str, str], body: bytes, *, secrets: Iterable[str]) -> str:
    """Return `403: Unauthorized: Access is denied. (request id …)`: an answer's status, words and request id."""
    secrets = tuple(secrets)
    request = request_id_of(headers, secrets=secrets)
    return f"{status}: {words_of(body, secrets=secrets)}" + (f" (request id {request})" if request else "")


def words_of(body: bytes, *, secrets: Iterable[str]) -> str:
    """Return the words of an error's body in one line, or NOTHING."""
    try:
        said = "; ".join(dict.fromkeys(_of_json(parsed(body))))
    except NotJson:
        said = _of_text(body[:READ_BYTES].decode("utf-8", "replace"))
    return quoted(_in_one_line(said) or NOTHING, secrets=secrets)


def request_id_of(headers: Mapping[str, str], *, secrets: Iterable[str] = ()) -> str:
    """Return the id that Amazon's support asks for; empty if there is none, or none that is fit for a log."""
    lower = {name.lower(): value for name, value in headers.items()}
    found = next((lower[name] for name in REQUEST_IDS if lower.get(name)), "")
    harmless = quoted(found, secrets=secrets) == found
    return found if REQUEST_ID.fullmatch(found) and harmless else ""


def code_of(body: bytes) -> str:
    """Return S3's `<Code>`; empty where there is none."""
    found = S3_CODE.search(body[:READ_BYTES].decode("utf-8", "replace"))
    return found[1] if found else ""


def _of_json(value: Any) -> Iterator[str]:
    """Yield what each error says, wherever in the value it is."""
    if isinstance(value, str | int | float):
        yield str(value)
    elif isinstance(value, list):
        for each in value:
            yield from _of_json(each)
    elif isinstance(value, dict):
        lower = {str(key).lower(): each for key, each in value.items()}
        said = [str(lower[key]) for key in KEYS if isinstance(lower.get(key), str | int) and lower[key] != ""]
        if said:
            yield f"{said[0]}: {' '.join(said[1:])}" if len(said) > 1 else said[0]
        for key in NESTED:
            if isinstance(lower.get(key), dict | list):
                yield from _of_json(lower[key])


def _of_text(text: str) -> str:
    code = S3_CODE.search(text)
    if code:
        message = S3_MESSAGE.search(text)
        return f"{code[1]}: {html.unescape(message[1])}" if message else code[1]
    # Of a page the reader wants what it shows: mostly its title, and the same as a heading.
    shown = [html.unescape(part).strip() for part in TAG.split(UNSEEN.sub(" ", text))] if "<" in text else [text]
    return " ".join(dict.fromkeys(filter(None, shown)))


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
