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
from tests.testing.template import Template

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
    bundling = lambda_asset.Bundling(reports, packages=[lambda_asset.PACKAGES], without=lambda_asset.FOR_TABLES)
    assert bundling.try_bundle(str(directory), image=None)
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


def test_what_makes_tables_is_in_the_asset_of_the_functions_that_do_and_in_no_other(tmp_path: Path) -> None:
    with_tables = lambda_asset.Bundling(
        REPOSITORY / "reports.toml", packages=[lambda_asset.PACKAGES, lambda_asset.TABLE_PACKAGES], without=()
    )
    (tmp_path / "tables").mkdir()
    assert with_tables.try_bundle(str(tmp_path / "tables"), image=None)
    there = {str(path.relative_to(tmp_path / "tables")) for path in (tmp_path / "tables").rglob("*") if path.is_file()}
    more = there - bundled(tmp_path / "plain").keys()
    assert {"lambdas/tables/tabulate.py", "lambdas/handlers/tabulate.py", "arro3/io/_io.abi3.so"} <= more
    ours = {name for name in more if name.startswith("lambdas/")}
    assert all(name.startswith("lambdas/tables/") or Path(name).name in lambda_asset.FOR_TABLES for name in ours)


def test_the_stack_has_an_asset_of_its_own_for_what_makes_tables(every_option: Path) -> None:
    functions = Template.read(every_option).of_type("AWS::Lambda::Function").items()
    keys = {name: function["Properties"]["Code"].get("S3Key") for name, function in functions}
    of_tables = {key for name, key in keys.items() if "abulate" in name}
    assert len(of_tables) == 1
    assert of_tables.isdisjoint(key for name, key in keys.items() if "abulate" not in name)
