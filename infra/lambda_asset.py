"""The functions' asset: `lambdas/`, reports.toml and packages for Lambda's platform, put together without Docker."""

import json
import shutil
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
RUNTIME = lambda_.Runtime.PYTHON_3_14
ARCHITECTURE = lambda_.Architecture.ARM_64


class PackagesMissing(Exception):
    """The packages for Lambda's platform are not there."""


@jsii.implements(ILocalBundling)
class Bundling:
    """Puts the asset together; what it puts there depends on nothing but the files."""

    def __init__(self, reports_file: Path) -> None:
        """Bring this file along as reports.toml."""
        self._reports_file = reports_file

    def try_bundle(self, output_dir: str, *, image: Any, **_: Any) -> bool:
        del image  # jsii passes it by name
        shutil.copytree(SOURCE, Path(output_dir, "lambdas"), ignore=shutil.ignore_patterns("__pycache__", ".*"))
        shutil.copytree(PACKAGES, output_dir, dirs_exist_ok=True)
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
    if not PACKAGES.is_dir():
        raise PackagesMissing(f"{PACKAGES} is missing: run `make synth` once, which sets it up")
    return lambda_.Code.from_asset(
        str(SOURCE),
        asset_hash_type=AssetHashType.OUTPUT,
        # Docker is never asked: the local bundling always succeeds.
        bundling=BundlingOptions(image=DockerImage.from_registry("unused"), local=Bundling(reports_file)),
    )
