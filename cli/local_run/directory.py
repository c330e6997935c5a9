"""The folder of a run: of one run at a time, and for nobody else to read."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRIVATE = 0o077


class DirectoryTaken(Exception):
    """Another run is at work in the folder; the message names its process."""


@contextmanager
def emptied(directory: Path) -> Iterator[None]:
    """Empty the folder, and keep it and what is written meanwhile to this run and this user.

    Raises:
        DirectoryTaken: another run has it.
    """
    umask = os.umask(PRIVATE)
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        # Beside the folder, which is deleted; the lock ends with the process, however that ends.
        with directory.with_name(f"{directory.name}.lock").open("a+") as lock:
            _take(lock.fileno(), directory)
            shutil.rmtree(directory, ignore_errors=True)
            directory.mkdir(exist_ok=True)
            yield
    finally:
        os.umask(umask)


def _take(lock: int, directory: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.pread(lock, 20, 0).decode() or "unknown"
        raise DirectoryTaken(
            f"another run, pid {pid}, uses {directory}: stop it first, or work in another clone"
        ) from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
