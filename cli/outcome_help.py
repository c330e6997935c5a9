"""What an outcome means and what to do: the words of docs/outcomes.md, where people read them too."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from lambdas import passing_errors
from lambdas.request.spelling import nearest

# A link to the page in docs/, which the wheel has as a file.
PAGE = Path(__file__).with_name("outcomes.md")
OTHERWISE = "Any other error"


@cache
def sections() -> Mapping[str, str]:
    """Return the page's sections by each name in their headings, as Markdown."""
    parts = re.split(r"^##+ (.+)$", PAGE.read_text(), flags=re.MULTILINE)[1:]
    return {
        name: text.strip()
        for heading, text in zip(parts[::2], parts[1::2], strict=True)
        for name in heading.split(", ")
    }


def meant_by(name: str) -> str | None:
    """Return the outcome or error that a name misspells; None where it is one, or is like none."""
    known = {*sections(), *passing_errors.REDRIVEN, *passing_errors.RESTARTED}
    return None if name in known else nearest(name, known)


def help_for(names: Iterable[str], *, known: Mapping[str, str]) -> str:
    """Return the section of the first of these names that has one, with what is `known` in place of <…>."""
    found = next((sections()[name] for name in names if name in sections()), sections()[OTHERWISE])
    return re.sub(r"<(\w+)>", lambda word: known.get(word[1], word[0]), found)
