"""Pages of the documentation that are what the code or a schema says; no page fetches what draws it."""

import os
from collections.abc import Callable, Iterator

import pytest

from cli import REPOSITORY
from tests.testing.generated_pages import command_line, manifest, report_types

DOCS = REPOSITORY / "docs"


@pytest.mark.parametrize(
    ("page", "lines"), [("cli.md", command_line), ("catalogue.md", report_types), ("manifest.md", manifest)]
)
def test_a_page_is_what_the_code_says(page: str, lines: Callable[[], Iterator[str]]) -> None:
    """Rewrite it with UPDATE_SNAPSHOT=1."""
    text = "\n".join(lines()) + "\n"
    if os.environ.get("UPDATE_SNAPSHOT"):
        (DOCS / page).write_text(text)
    assert (DOCS / page).read_text() == text


def test_no_page_has_the_browser_fetch_what_draws_it() -> None:
    assert [path.name for path in DOCS.rglob("*.md") if "```mermaid" in path.read_text()] == []
