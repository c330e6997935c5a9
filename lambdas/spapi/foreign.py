"""What the other side says, Amazon or a document: read as JSON, quoted in messages and shown, and never more than text.

Nothing here trusts its input: JSON may nest without end, an error may echo the token that it was sent, a text may hold
what a terminal obeys.
"""

import json
import unicodedata
from collections.abc import Iterable
from typing import Any, NoReturn
from urllib.parse import quote, quote_plus, unquote

# Deeper than anything that Amazon's models have; Python's own limit differs by version.
MOST_NESTED = 64
# What is said is quoted up to here: an error's cause has 32,768 characters in all.
QUOTED = 1_000
# As much of a secret as gives it away, wherever in it that is.
TELLING = 12
# Letters without ink that Unicode does not count among the formatting characters.
BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0")


class NotJson(ValueError):
    """A text is no JSON, or none that can be handed on."""


def parsed(text: str | bytes) -> Any:
    """Return what a JSON text says.

    Raises:
        NotJson: it is none, it nests too deep, or it has NaN, Infinity or half a character, which nobody could write
            down again.
    """
    try:
        value = json.loads(text, parse_constant=_refused)
        _check_nesting(value)
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    # Of nesting beyond Python's own limit, of a number with thousands of digits, of lone surrogates.
    except (ValueError, RecursionError) as error:
        raise NotJson(f"no JSON that can be handed on ({type(error).__name__})") from None
    return value


def parsed_or_text(text: str | None) -> Any:
    """Return what a JSON text says, or the text itself where that is nothing that can be read; None of no text."""
    if not text:
        return None
    try:
        return parsed(text)
    except NotJson:
        return text


def error_message(cause: str) -> str:
    """Return the words of an execution's cause: a function's error arrives as a JSON object with `errorMessage`."""
    found = parsed_or_text(cause)
    return str(found["errorMessage"]) if isinstance(found, dict) and "errorMessage" in found else cause


def visible(text: str) -> str:
    r"""Return a text with control, formatting and unassigned characters, save line ends and tabs, as escapes: `\x1b`.

    A terminal obeys some of them, and others reverse or hide what stands beside them.
    """
    # Almost every text is clean, and is not looked at letter by letter.
    return text if text.isascii() and text.isprintable() else "".join(map(_visible, text))


def quoted(said: object, *, secrets: Iterable[str]) -> str:
    """Return what the other side said, fit for a message: no part of a secret, nothing invisible, not too long."""
    # One that is cut here has its beginning left, which is found as well.
    text = redacted(str(said)[: 4 * QUOTED], secrets)
    return visible(text[:QUOTED] + ("…" if len(text) > QUOTED else ""))


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return a text with an ellipsis for each part of a secret, however the secret is encoded in it."""
    hidden = bytearray(len(text))
    for form in {form for secret in secrets if secret for form in _forms(secret)}:
        width = min(TELLING, len(form))
        parts = {form[at : at + width] for at in range(len(form) - width + 1)}
        for at in range(len(text) - width + 1):
            if text[at : at + width] in parts:
                hidden[at : at + width] = b"\x01" * width
    marked = (("" if at and hidden[at - 1] else "…") if hidden[at] else letter for at, letter in enumerate(text))
    return "".join(marked)


def _forms(secret: str) -> set[str]:
    """Return a secret as it is, decoded, and as a form, an address, a JSON text or a percent-encoder has it."""
    encoded = {quote(secret, safe=""), quote(secret), quote_plus(secret)}
    return {secret, unquote(secret), json.dumps(secret)[1:-1], *encoded, *(_lower_escapes(form) for form in encoded)}


def _lower_escapes(text: str) -> str:
    head, *rest = text.split("%")
    return "%".join([head, *(part[:2].lower() + part[2:] for part in rest)])


def _visible(letter: str) -> str:
    blank = letter in BLANK or not (letter.isprintable() or unicodedata.category(letter) == "Zs")
    if letter in "\n\t" or not blank:
        return letter
    code = ord(letter)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _check_nesting(value: Any) -> None:
    level = [value]
    for _ in range(MOST_NESTED):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise NotJson("it nests too deep")


def _refused(constant: str) -> NoReturn:
    raise NotJson(f"{constant} is no JSON")
