"""ARCHITECTURE.md is the map: every package is on it, and every path and function that it names exists."""

import ast
import re
import sys
from pathlib import Path

import pytest

from tests.testing.repository import REPOSITORY

MAP = (REPOSITORY / "ARCHITECTURE.md").read_text()
ROOTS = ("lambdas", "infra", "planning", "cli", "local")
NAMED = set(re.findall(r"`([\w./]+?)(?::(\w+))?`", MAP))


def functions(path: Path) -> set[str]:
    """Return the names of a module's functions and methods."""
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_package_is_on_the_map() -> None:
    packages = {
        f"{path.parent.relative_to(REPOSITORY)}/" for root in ROOTS for path in (REPOSITORY / root).rglob("__init__.py")
    }
    assert packages <= {path for path, _ in NAMED}


def test_every_path_and_function_on_the_map_exists() -> None:
    paths = {(path, function) for path, function in NAMED if "/" in path or path.endswith((".py", ".toml"))}
    assert len(paths) > 25
    for path, function in paths:
        assert (REPOSITORY / path).exists(), path
        assert not function or function in functions(REPOSITORY / path), f"{path}:{function}"


def test_what_tests_share_is_in_no_test_module() -> None:
    modules = [
        module
        for path in (REPOSITORY / "tests").rglob("*.py")
        for module in re.findall(r"^ *from (\S+) import", path.read_text(), re.MULTILINE)
    ]
    assert len(modules) > 1000
    assert [module for module in modules if re.fullmatch(r"tests\..*\btest_\w+", module)] == []


def test_tests_start_no_cdk(pytestconfig: pytest.Config) -> None:
    if "not exhaustive" not in pytestconfig.option.markexpr:
        pytest.skip("the slow ones are imported too, and some of them need it")
    # By now everything is imported. It would start a node in each process, for seconds: see SLOW in tests/conftest.py.
    assert "aws_cdk" not in sys.modules
