"""Makes every assembly: `python -m tests.assemblies FOLDER`."""

import io
import sys
import traceback
from contextlib import redirect_stderr
from pathlib import Path

from app import of_project, synthesize
from tests.assemblies import FAILED, SAID
from tests.assemblies.variants import VARIANTS, Variant


def make(directory: Path, variant: Variant) -> None:
    """Synthesize one, and write down what the app said: last, since tests wait for it."""
    directory.mkdir()
    context = {**of_project(), **variant.context}
    if variant.reports:
        (directory / "reports.toml").write_text(variant.reports)
        context["reportsFile"] = str(directory / "reports.toml")
    said = io.StringIO()
    with redirect_stderr(said):
        synthesize(context, outdir=str(directory))
    write(directory / SAID, said.getvalue())


def write(path: Path, text: str) -> None:
    """Write a file that is whole as soon as it is there."""
    path.with_suffix(".part").write_text(text)
    path.with_suffix(".part").rename(path)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    try:
        for name, each in VARIANTS.items():
            make(folder / name, each)
    except BaseException:
        write(folder / FAILED, traceback.format_exc())
        raise
