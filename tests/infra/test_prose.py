"""The prose check finds what it is for: `make docs` would else pass whatever the pages say."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.repository import REPOSITORY

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
