"""The prose check finds what it is for: `make docs` would else pass whatever the pages say."""

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import prose
from tests.testing.repository import REPOSITORY

ROOTS = ("cli", "infra", "lambdas", "local", "planning")
CHECK = """
import sys
from infra import prose
from infra.node_packages import run
run(prose.RULES, "textlint/bin/textlint.js", "--config", str(prose.RULES / "textlintrc.json"), sys.argv[1])
"""


def checked(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    page = folder / "page.md"
    page.write_text(text)
    command = [sys.executable, "-c", CHECK, str(page)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Somebody has to mend it first.", "fix"),
        ("Start the execution anew.", "again"),
        ("Who has to wait does so in order.", "the noun"),
        (f"This sentence {'goes on and on and ' * 20}ends.", "sentence-length"),
    ],
)
def test_what_is_hard_to_read_is_refused(text: str, found: str, tmp_path: Path) -> None:
    run = checked(f"# A page\n\n{text}\n", tmp_path)
    assert run.returncode == 1, run.stdout + run.stderr
    assert found in run.stdout


@pytest.mark.exhaustive
def test_plain_words_pass_and_code_is_not_prose(tmp_path: Path) -> None:
    page = "# A page\n\nFix the secret, then redrive the execution with `mend`.\n\n```sh\nmend anew\n```\n"
    run = checked(page, tmp_path)
    assert run.returncode == 0, run.stdout + run.stderr


def comments(source: str) -> Iterator[tuple[int, str]]:
    """Yield the docstrings and comments of a module, each with its line."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")


@pytest.mark.exhaustive
def test_docstrings_and_comments_avoid_the_same_words() -> None:
    patterns = re.findall(r"pattern: '/(.*)/i?m?' ", (prose.RULES / "words.yml").read_text())
    words = [re.compile(pattern, re.IGNORECASE | re.MULTILINE) for pattern in patterns]
    assert len(words) > 10
    modules = [path for root in ROOTS for path in (REPOSITORY / root).rglob("*.py")]
    assert len(modules) > 300
    found = [
        f"{path.relative_to(REPOSITORY)}:{line} {match[0]}"
        for path in modules
        for line, text in comments(path.read_text())
        for match in (word.search(re.sub(r"`[^`]*`", "", text)) for word in words)
        if match
    ]
    assert found == []
