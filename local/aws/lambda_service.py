"""Invokes functions in execution environments: warm ones first, and never more of them than the machine can bear."""

from __future__ import annotations

import base64
import io
import os
import shutil
import sys
import threading
import uuid
import zipfile
from contextlib import contextmanager
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING

from local.aws.execution_environment import ExecutionEnvironment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.aws.execution_environment import Outcome
    from local.aws.function import Function
    from local.aws.launch import Launch
    from local.aws.log_stream import OpenLog

# Where a file in ELF says for which processor it is. Source: man elf
ELF_MACHINE = slice(18, 20)
MOST_ENVIRONMENTS = max(8, 2 * (os.cpu_count() or 1))


class LambdaService:
    """Keeps up to MOST_ENVIRONMENTS alive; an invocation beyond that waits until one is free."""

    def __init__(self, *, directory: Path, launch: Launch, open_log: OpenLog) -> None:
        """Unpack code under `directory`, start processes through `launch`, store their output through `open_log`."""
        self._directory = directory
        self._launch = launch
        self._open_log = open_log
        self._free = threading.Semaphore(MOST_ENVIRONMENTS)
        self._lock = threading.Lock()
        self._idle: list[ExecutionEnvironment] = []  # the longest idle first
        self._alive: set[ExecutionEnvironment] = set()

    def invoke(self, function: Function, *, request_id: str, payload: bytes) -> Outcome:
        """Run a function once; its failure is an outcome, not an exception."""
        with self._environment(function) as environment:
            return environment.invoke(request_id=request_id, payload=payload)

    def close(self) -> None:
        """End all processes."""
        for environment in list(self._alive):
            environment.kill()

    @contextmanager
    def _environment(self, function: Function) -> Iterator[ExecutionEnvironment]:
        with self._free:
            environment = self._warm(function) or self._start(function)
            try:
                yield environment
            finally:
                self._keep(environment)

    def _warm(self, function: Function) -> ExecutionEnvironment | None:
        with self._lock:
            for environment in reversed(self._idle):
                if environment.function == function and environment.usable:
                    self._idle.remove(environment)
                    return environment
        return None

    def _start(self, function: Function) -> ExecutionEnvironment:
        with self._lock:
            if len(self._alive) == MOST_ENVIRONMENTS:
                self._end(self._idle.pop(0))
            environment = ExecutionEnvironment(
                function,
                task_root=self._unpacked(function),
                scratch=self._directory / "scratch" / uuid.uuid4().hex,
                launch=self._launch,
                open_log=self._open_log,
            )
            self._alive.add(environment)
            return environment

    def _keep(self, environment: ExecutionEnvironment) -> None:
        if environment.usable:
            with self._lock:
                self._idle.append(environment)
        else:
            self._end(environment)

    def _end(self, environment: ExecutionEnvironment) -> None:
        self._alive.discard(environment)
        environment.close()

    def _unpacked(self, function: Function) -> Path:
        """Return the folder of the function's code, which functions with the same code share."""
        folder = self._directory / "code" / base64.b64decode(function.code_sha256).hex()
        if not folder.exists():
            # A folder of its final name is complete, also after a run that was killed.
            unfinished = folder.with_suffix(".unfinished")
            zipfile.ZipFile(io.BytesIO(function.code)).extractall(unfinished)
            _leave_out_foreign_packages(unfinished)
            unfinished.rename(folder)
        return folder


def _leave_out_foreign_packages(folder: Path) -> None:
    """Remove packages that were compiled for Lambda's platform: this machine's own are found in their place."""
    for module in [*folder.rglob("*.so")]:
        package = folder / module.relative_to(folder).parts[0]
        if not package.exists() or not _is_foreign(module):
            continue
        if package.is_dir():
            shutil.rmtree(package)
        else:
            package.unlink()


def _is_foreign(module: Path) -> bool:
    """Say whether this Python cannot load an extension module: that of another version, or of another processor.

    One for every version (abi3) has no version in its name, and ELF's e_machine is the only one to tell.
    """
    with module.open("rb") as file, Path(sys.executable).open("rb") as python:
        machine, own = file.read(ELF_MACHINE.stop)[ELF_MACHINE], python.read(ELF_MACHINE.stop)[ELF_MACHINE]
    versioned = ".cpython-" in module.name
    return machine != own or (versioned and not module.name.endswith(EXTENSION_SUFFIXES[0]))
