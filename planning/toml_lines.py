"""On which line of a TOML file something stands: tomllib does not say."""

import re
from collections.abc import Sequence


def line_of(text: str, path: Sequence[str | int]) -> int:
    """Return the line of a path such as `("reports", 2, "period")`, or of what is around it; lines count from 1.

    It finds tables written as `[[reports]]` or `[tables]` and their keys, which is how the file is meant to be written.
    """
    lines = text.splitlines()
    begin = _key(lines, str(path[0]), range(len(lines))) or 1
    if len(path) == 1:
        return begin
    if isinstance(path[1], str):
        return _key(lines, str(path[-1]), range(begin - 1, len(lines))) or begin
    headers = [number for number, line in enumerate(lines) if re.match(rf"\s*\[\[\s*{path[0]}\s*\]\]", line)]
    if int(path[1]) >= len(headers):
        return 1
    begin = headers[int(path[1])]
    for key in reversed([part for part in path[2:] if isinstance(part, str)]):
        if found := _key(lines, key, range(begin + 1, _end(lines, begin))):
            return found
    return begin + 1


def _key(lines: Sequence[str], key: str, among: range) -> int | None:
    """Return the line on which a key, or a table of its name, begins."""
    begins = re.compile(rf"\s*(\[.*\b|\[+)?[\"']?{re.escape(key)}[\"']?\s*[=.\]]")
    return next((number + 1 for number in among if begins.match(lines[number])), None)


def _end(lines: Sequence[str], begin: int) -> int:
    for number in range(begin + 1, len(lines)):
        if re.match(r"\s*\[\[", lines[number]):
            return number
    return len(lines)
