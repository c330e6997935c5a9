"""A text in UTF-8, whatever charset it comes in: for UTF-8 copies, and for `reportflow fetch --utf-8`."""

import codecs

from lambdas.landing.texts.charset import XML_ENCODING, is_utf8


class Utf8Text:
    """Turns a text in some charset into UTF-8: without a byte-order mark, with an XML declaration that is true."""

    def __init__(self, charset: str) -> None:
        """Begin a text in `charset`."""
        # A byte-order mark is none of the text.
        self._decoder = codecs.getincrementaldecoder("utf-8-sig" if is_utf8(charset) else charset)("strict")
        self._utf8 = is_utf8(charset)
        self._begun = False

    def convert(self, data: bytes, *, final: bool = False) -> bytes:
        """Return the next bytes in UTF-8; the first ones hold all of an XML declaration. Raises UnicodeDecodeError."""
        if self._utf8 and self._begun:
            # Checked, and passed on as it is: to encode it again would take as long once more.
            whole = self._decoder.getstate()[0] + data
            self._decoder.decode(data, final)
            return whole[: len(whole) - len(self._decoder.getstate()[0])]
        text = self._decoder.decode(data, final)
        if text and not self._begun:
            self._begun = True
            text = _with_true_declaration(text)
        return text.encode()


def _with_true_declaration(text: str) -> str:
    declared = XML_ENCODING.match(text)
    # What says so already stays as it is: S3 copies it as it is, too.
    true = declared is None or declared[2].lower() == "utf-8"
    return text if true else XML_ENCODING.sub(r"\g<1>UTF-8", text)
