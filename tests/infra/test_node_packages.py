"""Programs from npm come from a lock: by hash, from whatever registry npm knows, and without scripts of their own."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.node_packages import install
from tests.testing.repository import REPOSITORY

LOCKS = sorted(path.parent for path in (REPOSITORY / "infra").glob("*/package-lock.json"))


def content_of(lock: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((lock / "package-lock.json").read_text())
    return content


def test_there_are_locks() -> None:
    assert {lock.name for lock in LOCKS} >= {"cdk", "prose"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_each_package_has_a_hash_and_no_address(lock: Path) -> None:
    packages = {name: package for name, package in content_of(lock)["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package or "hasInstallScript" in package] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_the_lock_is_of_what_is_wanted(lock: Path) -> None:
    wanted = json.loads((lock / "package.json").read_text())["dependencies"]
    packages = content_of(lock)["packages"]
    assert packages[""]["dependencies"] == wanted
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    (tmp_path / "installed.json").write_bytes((LOCKS[0] / "package-lock.json").read_bytes())
    install(LOCKS[0], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["installed.json"]


@pytest.mark.exhaustive
def test_what_is_not_as_locked_is_not_installed(tmp_path: Path) -> None:
    lock = REPOSITORY / "infra" / "cdk"
    content = content_of(lock)
    content["packages"]["node_modules/aws-cdk"]["version"] = "2.0.0"
    changed = tmp_path / "lock"
    changed.mkdir()
    (changed / "package.json").write_text((lock / "package.json").read_text())
    (changed / "package-lock.json").write_text(json.dumps(content))
    with pytest.raises(SystemExit, match="could not be installed"):
        install(changed, tmp_path / "installed")
    assert not (tmp_path / "installed" / "installed.json").exists()
