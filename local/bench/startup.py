"""A cold start's share that is ours: importing the handler, and the size of the package it comes in."""

import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from local.synthesis import REPOSITORY

HANDLER = "lambdas.handlers.handle_done"
# Lambda's runtime has boto3, and with it urllib3; this comes with the functions.
PACKAGED = ("isal",)
SHOWN = {"boto3": ("botocore", "s3transfer", "jmespath"), "urllib3": (), "isal": ()}
IMPORTS = 7
LINE = re.compile(r"import time: +(\d+) \| +(\d+) \| +([\w.]+)")


class ColdImport(NamedTuple):
    """What `-X importtime` says of `import handle_done`, in milliseconds; bare Python's own imports are not in it."""

    ms: float
    packages: dict[str, float]
    """Of that, each of the packages that the asset or the runtime brings, without what it imports itself."""

    def __str__(self) -> str:
        """Say it in a sentence."""
        packages = ", ".join(f"{name} {ms:.0f}" for name, ms in self.packages.items())
        return f"Cold import of Handle done beyond bare Python, by -X importtime: {self.ms:.0f} ms ({packages})."


def cold_import() -> ColdImport:
    """Return the median of fresh processes that find the functions as Lambda does: their package uncompiled."""
    with TemporaryDirectory() as package:
        plain = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / "lambdas", Path(package) / "lambdas", ignore=plain)
        for name in PACKAGED:
            found = find_spec(name)
            if found and found.origin:
                shutil.copytree(Path(found.origin).parent, Path(package) / name, ignore=plain)
        # Once to warm the disk's cache up.
        found_out = [_import(package) for _ in range(IMPORTS + 1)][1:]
        return sorted(found_out)[IMPORTS // 2]


def _import(package: str) -> ColdImport:
    environment = {**os.environ, "PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-X", "importtime", "-c", f"import {HANDLER}"]
    done = subprocess.run(command, env=environment, cwd=package, capture_output=True, text=True, check=True)  # noqa: S603 - our own program
    return read_importtime(done.stderr)


def read_importtime(text: str) -> ColdImport:
    """Return the last line that a process has printed after it imported the handler."""
    lines = LINE.findall(text)
    packages = {
        shown: sum(int(own) for own, _, module in lines if module.partition(".")[0] in (shown, *others)) / 1000
        for shown, others in SHOWN.items()
    }
    return ColdImport(int(lines[-1][1]) / 1000, packages)


def zipped_size(assembly: Path) -> int | None:
    """Return how many bytes the newest of `assembly`'s function packages has as a zip, None where there is none."""
    handlers = sorted(assembly.glob("asset.*/lambdas"), key=lambda path: path.parent.stat().st_mtime)
    if not handlers:
        return None
    root, file = handlers[-1].parent, io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in root.rglob("*"):
            archive.write(path, path.relative_to(root))
    return file.tell()
