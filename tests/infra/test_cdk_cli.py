"""The CDK CLI comes from a lock: by hash, from whatever registry npm knows, and without scripts of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.cdk_cli import LOCK, install


@pytest.fixture
def lock() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((LOCK / "package-lock.json").read_text())
    return content


def test_each_package_has_a_hash_and_no_address(lock: dict[str, Any]) -> None:
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-")] == []
    assert [name for name, package in packages.items() if "resolved" in package or "hasInstallScript" in package] == []


def test_the_lock_is_of_what_is_wanted(lock: dict[str, Any]) -> None:
    wanted = json.loads((LOCK / "package.json").read_text())["dependencies"]
    assert lock["packages"][""]["dependencies"] == wanted
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_what_is_installed_is_not_installed_again(tmp_path: Path) -> None:
    (tmp_path / "installed.json").write_bytes((LOCK / "package-lock.json").read_bytes())
    install(LOCK, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["installed.json"]


def test_what_is_not_as_locked_is_not_installed(tmp_path: Path, lock: dict[str, Any]) -> None:
    lock["packages"]["node_modules/aws-cdk"]["version"] = "2.0.0"
    changed = tmp_path / "lock"
    changed.mkdir()
    (changed / "package.json").write_text((LOCK / "package.json").read_text())
    (changed / "package-lock.json").write_text(json.dumps(lock))
    with pytest.raises(SystemExit, match="could not be installed"):
        install(changed, tmp_path / "installed")
    assert not (tmp_path / "installed" / "installed.json").exists()
