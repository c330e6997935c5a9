"""Whether a text is UTF-16 or UTF-32, by how it begins: its byte-order mark, or the zeros beside its delimiters."""

import codecs

BYTE_ORDER_MARKS = (
    # Its first two bytes are UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def wide_codec(head: bytes) -> str | None:
    """Return Python's name of the UTF-16 or UTF-32 that the text beginning with `head` is in; None of any other text.

    A zero or two make no text wide: each delimiter has one beside it there.
    """
    marked = byte_order_mark(head)
    if marked:
        return marked
    zeros = head.count(b"\0")
    if not zeros or zeros < head.count(b"\t") + head.count(b"\n"):
        return None
    for first, name in ((head[3::4], "utf-32-le"), (head[::4], "utf-32-be")):
        if not any(first) and zeros * 2 > len(head):
            return name
    # Of a Latin letter the high byte is zero.
    big_endian, little_endian = head[::2].count(b"\0"), head[1::2].count(b"\0")
    return "utf-16-be" if big_endian > little_endian else "utf-16-le"


def byte_order_mark(head: bytes) -> str | None:
    """Return what a byte-order mark of UTF-16 or UTF-32 says."""
    return next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), None)
