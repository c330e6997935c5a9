"""The prose check: words to avoid and the length of sentences, by textlint: `python -m infra.prose`.

The words, and what to write instead, are in `infra/prose/words.yml`; tests/infra/test_prose.py holds docstrings and
comments to the same.
"""

from pathlib import Path

from infra.config import REPOSITORY
from infra.node_packages import run

RULES = Path(__file__).with_name("prose")
PAGES = ("[!C]*.md", "CONTRIBUTING.md", "docs/**/*.md", "tests/**/*.md")  # CHANGELOG.md has old words beside new ones
GENERATED = {"docs/catalogue.md"}  # lists and Amazon's own words


def main() -> None:
    """Become textlint, over all pages."""
    pages = {str(page.relative_to(REPOSITORY)) for pattern in PAGES for page in REPOSITORY.glob(pattern)} - GENERATED
    run(RULES, "textlint/bin/textlint.js", "--config", str(RULES / "textlintrc.json"), *sorted(pages))


if __name__ == "__main__":
    main()
