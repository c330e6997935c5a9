"""What commands write to: tables and sentences on standard output, progress on standard error, JSON when asked for.

Much of what is printed is Amazon's, or of a document: here it is text, neither markup nor what a terminal obeys.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TextIO, cast

from rich.console import Console
from rich.text import Span, Text
from rich.theme import Theme

from lambdas.spapi.foreign import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType
    from rich.segment import Segment

# Wider than any line: where no person looks at it, in a file or a pipe, nothing is folded.
UNFOLDED = 100_000
# Without a background, which is right for a dark terminal or for a light one.
CODE = Theme({"markdown.code": "cyan"})


class Terminal(Console):
    """A console on which every text is inert. Style is a Text's, and never a link."""

    def render_str(self, text: str, **more: Any) -> Text:
        """Return a text with what a terminal would obey made visible."""
        return super().render_str(visible(text), **more)

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render, a Text as `render_str` does; what is rendered in pieces comes here piece by piece."""
        if isinstance(renderable, Text) and visible(renderable.plain) != renderable.plain:
            renderable = _inert(renderable)
        return super().render(renderable, options)


class Unpadded:
    """A stream of lines that end where their text does: tables and indented paragraphs fill theirs with spaces."""

    encoding = "utf-8"

    def __init__(self, stream: TextIO) -> None:
        """Write to `stream`."""
        self._stream = stream

    def write(self, text: str) -> int:
        """Write lines; a console writes whole ones."""
        return self._stream.write(re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE))

    def flush(self) -> None:
        """Have them arrive."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Say that no person is there."""
        return False


def console(*, stderr: bool = False) -> Terminal:
    """Return standard output, or standard error. Colour and the width are those of a terminal, if it is one."""
    stream = sys.stderr if stderr else sys.stdout
    return Terminal(
        file=stream if stream.isatty() else cast("TextIO", Unpadded(stream)),
        highlight=False,
        markup=False,
        emoji=False,
        theme=CODE,
        width=None if stream.isatty() else UNFOLDED,
    )


def print_json(value: Any) -> None:
    """Print a value that a program reads: dates as ISO 8601, and what a terminal would obey as JSON's escapes."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    sys.stdout.write(
        "".join(letter if visible(letter) == letter else json.dumps(letter)[1:-1] for letter in text) + "\n"
    )


def _inert(text: Text) -> Text:
    """Return a text with what a terminal would obey made visible, and each of its styles where it was."""
    shown = [visible(letter) for letter in text.plain]
    at = [0, *accumulate(map(len, shown))]
    inert = text.blank_copy("".join(shown))
    inert.spans = [Span(at[span.start], at[min(span.end, len(shown))], span.style) for span in text.spans]
    return inert


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
