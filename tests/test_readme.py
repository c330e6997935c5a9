"""The README is true: its commands, its picture, its tables and its tree."""

import re
import subprocess

import pytest

from infra.config import Config
from lambdas.request.parsing import KEYS
from tests.testing.markdown_blocks import PROSE, blocks
from tests.testing.repository import REPOSITORY
from tests.testing.template import Template

README = (REPOSITORY / "README.md").read_text()


def table(heading: str, *, text: str) -> set[str]:
    """Return the words in backticks in the first column of the table under a heading."""
    section = text.split(f"# {heading}\n")[1].split("\n#")[0]
    rows = re.findall(r"^\| (.*?) \|", section, re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`(\w+)`", row)}


def test_every_make_target_that_is_written_of_exists() -> None:
    written = re.compile(r"(?:`|^ *|=1 )make ([a-z0-9-]+)", re.MULTILINE)
    named = {target for text in PROSE.values() for target in written.findall(text)}
    targets = set(re.findall(r"^([a-z0-9-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert {"run", "test", "deploy"} <= named
    assert named - targets == set()


def test_the_two_commands_come_first() -> None:
    assert [lines.strip() for lines in blocks(README, "sh")[:2]] == ["make run", "make test"]


def test_the_picture_has_every_state_and_every_error(template: Template) -> None:
    (picture,) = blocks(README, "mermaid")
    for name, state in template.definition()["States"].items():
        if name in ("Input refused", "Invalid request", "Unexpected outcome"):
            continue  # what goes wrong before there is a report is told in the tables
        shown = f"Fail: {state['Error']}" if state["Type"] == "Fail" else name
        assert shown in picture, shown
    for rule in template.definition()["States"]["Report status"]["Choices"]:
        for status in re.findall(r"'StringEquals': '(\w+)'", repr(rule)):
            assert status in picture


def test_the_tables_name_every_key_of_the_input_and_of_the_configuration() -> None:
    assert table("The input of an execution", text=PROSE[REPOSITORY / "docs/input.md"]) == set(KEYS)
    read: set[str] = set()
    Config.from_context(lambda key: read.add(key))
    assert table("Configuration of the stack", text=PROSE[REPOSITORY / "docs/stack.md"]) == read


def test_the_tree_is_the_tree() -> None:
    (tree,) = [text for text in blocks(README, "text") if text.startswith("app.py")]
    drawn = {line.split()[0] for line in tree.splitlines() if not line.startswith("  ")}
    tracked = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=False).stdout
    if not tracked:
        pytest.skip("not a git checkout: what belongs to the project cannot be told")
    folders = {f"{path.split('/')[0]}/" for path in tracked.splitlines() if "/" in path and not path.startswith(".")}
    assert drawn == folders | {"app.py", "reports.toml"}


def test_links_to_files_lead_somewhere() -> None:
    for path, text in PROSE.items():
        for link in re.findall(r"\]\((?!http)([^)#]+)", text):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
