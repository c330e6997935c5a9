"""Where a fetched report lies on this machine: one file per window, however often it is fetched into the folder."""

from __future__ import annotations

from pathlib import Path
from string import Formatter
from typing import TYPE_CHECKING, Any

from cli.errors import refused
from cli.file_names import bounded
from lambdas.landing.current_object import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

FLAT, KEY = "flat", "key"
FIELDS = ("seller", "type", "day")


def is_folder(output: str, *, reports: int, layout: str) -> bool:
    """Say whether --output names a folder, which need not be there yet; of one report it may be the file's name.

    Raises:
        CommandFailed: it is a file, and several reports or a layout ask for a folder.
    """
    wanted = reports > 1 or layout != FLAT or output.endswith("/")
    if wanted and Path(output).exists() and not Path(output).is_dir():
        raise refused(f"--output is the file {output}, and {reports} reports are to be fetched; allowed is a folder")
    return wanted or Path(output).is_dir()


def check_layout(layout: str) -> None:
    """Raise CommandFailed unless a layout is flat, key, or a path of the known fields."""
    if layout in (FLAT, KEY):
        return
    try:
        fields = [name for _, name, spec, conversion in Formatter().parse(layout) if name is not None]
    except ValueError:
        fields = [layout]
    if not fields or set(fields) - set(FIELDS) or Path(layout).is_absolute() or ".." in Path(layout).parts:
        allowed = "flat, key, or folders such as {seller}/{type}/{day}"
        raise refused(f"--layout is {layout}; allowed are {allowed}")


def path_within(folder: Path, manifest: Mapping[str, Any], *, layout: str, utf8: bool) -> Path:
    """Return the file of a report in this folder."""
    result = manifest["result"]
    *folders, name = result["key"].split("/")
    if manifest.get("isEarlier"):
        stem, _, extension = name.partition(".")
        name = f"{stem}_{result['reportId'].replace('/', '%2F')}.{extension}"
    name = bounded(name.removesuffix(".gz") if utf8 else name)
    if layout == FLAT:
        return folder / name
    if layout == KEY:
        return folder.joinpath(*map(bounded, folders), name)
    day = next(part.removeprefix("date=") for part in folders if part.startswith("date="))
    values = {"seller": result["sellingPartnerId"], "type": result["reportType"], "day": day}
    parts = [part.format(**values) for part in layout.split("/") if part]
    return folder.joinpath(*(bounded(part.replace("/", "%2F")) for part in parts), name)


def others_of_window(path: Path, manifest: Mapping[str, Any]) -> list[Path]:
    """Return what is here of the same window under other extensions: each would count its rows once more.

    A file that the user has named stands alone.
    """
    stem = path.name.removesuffix(".gz").rpartition(".")[0]
    if not bounded(manifest["result"]["key"].rpartition("/")[2]).startswith(f"{stem}."):
        return []
    beside = (path.with_name(f"{stem}{extension}") for extension in sorted(EXTENSIONS))
    return [other for other in beside if other != path and other.is_file()]
