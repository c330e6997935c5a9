"""The cloud assemblies that tests read, all made by one process: the CDK takes longer to start than to synthesize."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local.synthesis import REPOSITORY, SynthesisFailed

SAID, FAILED, MAKER = "stderr.txt", "failed.txt", "maker.pid"


@dataclass(frozen=True)
class Assemblies:
    """The folder of all assemblies, which the processes of a test run share."""

    folder: Path

    def begin(self) -> Callable[[], None] | None:
        """Start the process that makes them, unless it was started. Return what waits for its end, to be called."""
        try:
            self.folder.mkdir()
        except FileExistsError:
            return None
        command = [sys.executable, "-m", "tests.assemblies", str(self.folder)]
        making = subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        (self.folder / MAKER).write_text(f"{making.pid}")

        def wait() -> None:
            making.wait()

        return wait

    def end(self) -> None:
        """Stop that process if it goes on: xdist does not wait long for a worker that waits for it."""
        if not (self.folder / MAKER).exists():
            return
        maker, ends_at = int((self.folder / MAKER).read_text()), time.monotonic() + 10
        with suppress(ProcessLookupError):
            while time.monotonic() < ends_at:
                os.kill(maker, signal.SIGKILL)
                time.sleep(0.05)

    def wait_for(self, variant: str, *, seconds: float = 300) -> Path:
        """Return the directory of an assembly, once it is there; what the app said on stderr stands in its SAID.

        Raises:
            SynthesisFailed: with the traceback, or because it took longer than so many seconds.
        """
        ends_at = time.monotonic() + seconds
        while not (self.folder / variant / SAID).exists():
            if (self.folder / FAILED).exists():
                raise SynthesisFailed((self.folder / FAILED).read_text())
            if time.monotonic() > ends_at:
                raise SynthesisFailed(f"no assembly {variant!r} after {seconds} s")
            time.sleep(0.05)
        return self.folder / variant
