"""The functions' asset: `lambdas/`, reports.toml and packages for Lambda's platform, put together without Docker."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from infra.config import REPOSITORY
from lambdas.schedules import bundled_files
from lambdas.schedules.report_config import parse

SOURCE = REPOSITORY / "lambdas"
# `make` puts them there, from the lock, for arm64 and the runtime's Python.
PACKAGES = REPOSITORY / ".venv" / "lambda-packages"
TABLE_PACKAGES = REPOSITORY / ".venv" / "table-packages"
# Of lambdas/: what tables are made with. The other functions do not bring it along.
FOR_TABLES = ("tables", "tabulate.py", "find_untabulated.py")
RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64


class PackagesMissing(Exception):
    """The packages for Lambda's platform are not there."""


@jsii.implements(ILocalBundling)
class Bundling:
    """Puts the asset together; what it puts there depends on nothing but the files."""

    def __init__(self, reports_file: Path, *, packages: Sequence[Path], without: Sequence[str]) -> None:
        """Bring this file along as reports.toml, and these folders of packages; leave out what is named so."""
        self._reports_file, self._packages, self._without = reports_file, packages, without

    def try_bundle(self, output_dir: str, *, image: Any, **_: Any) -> bool:
        del image  # jsii passes it by name
        left_out = shutil.ignore_patterns("__pycache__", ".*", *self._without)
        shutil.copytree(SOURCE, Path(output_dir, "lambdas"), ignore=left_out)
        for packages in self._packages:
            shutil.copytree(packages, output_dir, dirs_exist_ok=True)
        shutil.copyfile(self._reports_file, Path(output_dir, bundled_files.REPORTS))
        # Apart, since every function reads it, and a large fleet's file takes its time to be read.
        names = parse(self._reports_file.read_text(encoding="utf-8")).secret_names
        Path(output_dir, bundled_files.SECRET_NAMES).write_text(json.dumps(names, sort_keys=True))
        return True


def functions_code(reports_file: Path) -> lambda_.Code:
    """Return the asset. Its hash is that of its content, so that the same source is the same asset.

    Raises:
        PackagesMissing: the project has not been set up by `make`.
    """
    return _code(reports_file, packages=[PACKAGES], without=FOR_TABLES)


def table_functions_code(reports_file: Path) -> lambda_.Code:
    """Return the asset of the functions that make tables: with a writer of Parquet, 29 MB. Raises PackagesMissing."""
    return _code(reports_file, packages=[PACKAGES, TABLE_PACKAGES], without=())


def _code(reports_file: Path, *, packages: Sequence[Path], without: Sequence[str]) -> lambda_.Code:
    for folder in packages:
        if not folder.is_dir():
            raise PackagesMissing(f"{folder} is missing: run `make synth` once, which sets it up")
    bundling = BundlingOptions(
        # Docker is never asked: the local bundling always succeeds.
        image=DockerImage.from_registry("unused"),
        # By its options the CDK tells apart the assets that are made of one folder; it does not look at `local`.
        command=[folder.name for folder in packages],
        local=Bundling(reports_file, packages=packages, without=without),
    )
    return lambda_.Code.from_asset(str(SOURCE), asset_hash_type=AssetHashType.OUTPUT, bundling=bundling)
