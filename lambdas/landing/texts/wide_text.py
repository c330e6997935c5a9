"""Whether a text is UTF-16 or UTF-32, by how it begins: its byte-order mark, or the zeros beside its delimiters."""

import codecs

BYTE_ORDER_MARKS = (
    # Its first two bytes are UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
LOOKED_AT_BYTES = 4 * 1024
# Each has zeros beside it, and so has any other character of ASCII: but that byte may be half of another one as well.
DELIMITERS, ASCII = b"\t\n\r ,<{", bytes([*b"\t\n\r", *range(0x20, 0x7F)])


def wide_codec(head: bytes) -> str | None:
    """Return Python's name of the UTF-16 or UTF-32 that the text beginning with `head` is in; None of any other text.

    A zero or two make no text wide.
    """
    marked = byte_order_mark(head)
    if marked or b"\0" not in head:
        return marked
    start = head[:LOOKED_AT_BYTES]
    # UTF-16 has zeros where UTF-32 has some of its.
    forms = {
        "utf-32-le": zip(start[::4], start[1::4], start[2::4], start[3::4], strict=False),
        "utf-32-be": zip(start[3::4], start[2::4], start[1::4], start[::4], strict=False),
        "utf-16-le": zip(start[::2], start[1::2], strict=False),
        "utf-16-be": zip(start[1::2], start[::2], strict=False),
    }
    return next((name for name, characters in forms.items() if _is_wide([*characters])), None)


def _is_wide(characters: list[tuple[int, ...]]) -> bool:
    """Say whether most characters that seem to be delimiters are, or else that seem to be ASCII."""
    for kind in (DELIMITERS, ASCII):
        found = [any(rest) for first, *rest in characters if first in kind]
        if found:
            return found.count(False) * 3 > len(found) * 2
    return False


def byte_order_mark(head: bytes) -> str | None:
    """Return what a byte-order mark of UTF-16 or UTF-32 says."""
    return next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), None)
