"""What is written about the project, and the code blocks in it."""

import re

from tests.testing.repository import REPOSITORY

PROSE = {path: path.read_text() for path in [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md")]}


def blocks(text: str, language: str) -> list[str]:
    """Return a text's code blocks of a language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
