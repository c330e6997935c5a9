"""Brings a landed report to this machine: checked against its manifest, and never half there."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from cli.errors import CommandFailed, Exit, unreachable
from cli.terminal import console
from lambdas.landing.texts.utf8_text import Utf8Text

if TYPE_CHECKING:
    from cli.stack import DeployedStack

CHUNK_BYTES = 1024 * 1024
COLUMNS = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())


def download(
    deployed: DeployedStack, manifest: dict[str, Any], path: Path, *, utf8: bool
) -> Literal["new", "replaced", "unchanged"]:
    """Write the report of this manifest to `path`; with `utf8` decompressed and decoded by what the manifest says.

    Returns what that means for the file; what is there as it is in the bucket is not downloaded again.

    Raises:
        Problem: it is gone, it is not what has landed, or not in the charset of its manifest. There is no file then.
    """
    landed = manifest["result"]
    part: Path | None = None
    try:
        before = _sha256(path)
        if before and before == landed["sha256"] and not utf8:
            return "unchanged"
        part = new_file(path.parent)
        _receive(deployed, landed, part)
        if utf8:
            _decode(part, manifest)
        if before == _sha256(part):
            return "unchanged"
        part.replace(path)
    except UnicodeDecodeError as error:
        sentence = f"{landed['key']} is not {landed['charset']} throughout ({error.reason}): fetch it without --utf-8"
        raise CommandFailed(sentence, exit_code=Exit.FAILED) from None
    except OSError as error:
        raise CommandFailed(f"{path} cannot be written ({error.strerror})", exit_code=Exit.FAILED) from None
    finally:
        if part:
            part.unlink(missing_ok=True)
    return "replaced" if before else "new"


def _sha256(path: Path) -> str | None:
    """Return the sha256 of a file, None if there is none; a link is not followed."""
    if path.is_symlink() or not path.is_file():
        return None
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def new_file(folder: Path) -> Path:
    """Make a file of this user's own, with a name that nobody knows beforehand: so nobody's link is followed."""
    descriptor, name = tempfile.mkstemp(dir=folder, prefix=".", suffix=".part")
    os.close(descriptor)
    return Path(name)


def _receive(deployed: DeployedStack, landed: dict[str, Any], part: Path) -> None:
    try:
        answer = deployed.s3.get_object(Bucket=deployed.bucket, Key=landed["key"], VersionId=landed["versionId"])
    except ClientError as error:
        if error.response["Error"].get("Code") not in ("NoSuchKey", "NoSuchVersion"):
            raise
        raise unreachable(
            f"{landed['key']} has landed, and is gone: reports with personal data are kept for 30 days at most; "
            "`reportflow start … --refresh` asks for it again"
        ) from None
    digest = hashlib.sha256()
    terminal = console(stderr=True)
    progress = Progress(*COLUMNS, console=terminal, transient=True, disable=not terminal.is_terminal)
    with part.open("wb") as file, progress:
        task = progress.add_task(landed["key"].rpartition("/")[2], total=answer["ContentLength"])
        for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
            digest.update(chunk)
            file.write(chunk)
            progress.advance(task, len(chunk))
    # A document that took more than one run has no sha256.
    if landed["sha256"] not in (None, digest.hexdigest()):
        raise CommandFailed(
            f"{landed['key']} is not what has landed: its sha256 is {digest.hexdigest()}, and its manifest says "
            f"{landed['sha256']}",
            exit_code=Exit.FAILED,
        )


def _decode(part: Path, manifest: dict[str, Any]) -> None:
    """Replace what was downloaded by its text in UTF-8, line ends as they are."""
    decoded = new_file(part.parent)
    try:
        with part.open("rb") as raw, decoded.open("wb") as file:
            body: Any = gzip.GzipFile(fileobj=raw) if manifest["compression"] == "gzip" else raw
            text = Utf8Text(manifest["result"]["charset"])
            while data := body.read(CHUNK_BYTES):
                file.write(text.convert(data))
            file.write(text.convert(b"", final=True))
        decoded.replace(part)
    finally:
        decoded.unlink(missing_ok=True)
