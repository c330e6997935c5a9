"""The generated pages of the documentation name every command, every option, every report type."""

from pathlib import Path

import catalogue
from local.cli import REPOSITORY, pages


def test_the_command_line_and_the_catalogue_are_whole(tmp_path: Path) -> None:
    pages.write(tmp_path / "docs")
    command_line = (tmp_path / "docs/cli.md").read_text()
    for name in ("run", "start", "status", "list", "fetch", "explain", "doctor"):
        assert f"\n## {name}\n" in command_line
    assert "| `--utf-8` |" in command_line
    types = (tmp_path / "docs/catalogue.md").read_text()
    assert all(f"| `{name}` |" in types for name in catalogue.names())
    assert (tmp_path / "docs/endings.md").exists()


def test_no_page_has_the_browser_fetch_what_draws_it() -> None:
    assert [path.name for path in (REPOSITORY / "docs").rglob("*.md") if "```mermaid" in path.read_text()] == []
