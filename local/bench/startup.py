"""A cold start's share that is ours: importing the handler, and the size of the package it comes in."""

import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from local.assembly import REPOSITORY

HANDLER = "handle_done"
# Lambda's runtime has boto3; these come with the functions.
PACKAGED = ("isal", "urllib3")
IMPORTS = 7
PROGRAM = (
    "import json, time; wall, cpu = time.perf_counter(), time.process_time(); "
    f"import {HANDLER}; "
    "print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]))"
)


class ColdImport(NamedTuple):
    """What `import handle_done` takes beyond bare Python, in milliseconds."""

    wall_ms: float
    cpu_ms: float


def cold_import() -> ColdImport:
    """Return the medians over fresh processes that find the functions as Lambda does: their package uncompiled."""
    with TemporaryDirectory() as package:
        plain = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / "lambdas", package, dirs_exist_ok=True, ignore=plain)
        for name in PACKAGED:
            found = find_spec(name)
            if found and found.origin:
                shutil.copytree(Path(found.origin).parent, Path(package) / name, ignore=plain)
        # Once to warm the disk's cache up.
        times = [_import(package) for _ in range(IMPORTS + 1)][1:]
    wall, cpu = (statistics.median(column) * 1000 for column in zip(*times, strict=True))
    return ColdImport(wall, cpu)


def _import(package: str) -> tuple[float, float]:
    environment = {**os.environ, "PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"}
    output = subprocess.check_output([sys.executable, "-c", PROGRAM], env=environment, cwd=package)  # noqa: S603 - our own program
    wall, cpu = json.loads(output)
    return wall, cpu


def zipped_size(assembly: Path) -> int | None:
    """Return how many bytes the newest of `assembly`'s function packages has as a zip, None where there is none."""
    handlers = sorted(assembly.glob(f"asset.*/{HANDLER}.py"), key=lambda path: path.parent.stat().st_mtime)
    if not handlers:
        return None
    root, file = handlers[-1].parent, io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in root.rglob("*"):
            archive.write(path, path.relative_to(root))
    return file.tell()
