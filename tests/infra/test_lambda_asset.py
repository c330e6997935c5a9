"""The asset is a function of the sources: neither where nor when it is put together shows in it."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
from aws_cdk import FileSystem

from infra import lambda_asset
from tests.testing.repository import REPOSITORY

PARTNERS = """
[[sellingPartners]]
name = "acme"
sellingPartnerId = "A2ACME"
account = "seller"
marketplaceIds = ["DE"]

[[sellingPartners]]
name = "acme"
sellingPartnerId = "A2ACME"
secretName = "acme-america"
account = "seller"
marketplaceIds = ["US"]
"""


def bundled(directory: Path, reports: Path = REPOSITORY / "reports.toml") -> dict[str, tuple[bytes, int]]:
    """Put the asset together, and return its files: their bytes and modes."""
    directory.mkdir()
    assert lambda_asset.Bundling(reports).try_bundle(str(directory), image=None)
    return {
        str(path.relative_to(directory)): (path.read_bytes(), stat.S_IMODE(path.stat().st_mode))
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_the_same_sources_elsewhere_and_at_another_time_are_the_same_asset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = bundled(tmp_path / "here")
    clone = shutil.copytree(lambda_asset.SOURCE, tmp_path / "clone" / "lambdas")
    for path in clone.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    (clone / "__pycache__").mkdir(exist_ok=True)
    (clone / "__pycache__" / "landing.cpython-311.pyc").write_bytes(b"compiled by the tests")
    (clone / ".note.swp").write_text("an editor's")
    monkeypatch.setattr(lambda_asset, "SOURCE", clone)
    assert bundled(tmp_path / "there") == here
    assert len({FileSystem.fingerprint(str(tmp_path / where)) for where in ("here", "there")}) == 1


def test_another_source_is_another_asset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = shutil.copytree(lambda_asset.SOURCE, tmp_path / "lambdas")
    monkeypatch.setattr(lambda_asset, "SOURCE", clone)
    bundled(tmp_path / "before")
    (clone / "clock.py").write_text((clone / "clock.py").read_text() + "\n")
    bundled(tmp_path / "after")
    assert len({FileSystem.fingerprint(str(tmp_path / when)) for when in ("before", "after")}) == 2


def test_the_secrets_that_reports_toml_names_are_told_apart_by_region(tmp_path: Path) -> None:
    (tmp_path / "reports.toml").write_text(PARTNERS)
    files = bundled(tmp_path / "asset", tmp_path / "reports.toml")
    assert json.loads(files["secret_names.json"][0]) == {"A2ACME/NA": "acme-america"}
