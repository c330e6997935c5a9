"""The cloud assemblies that tests read, all made by one process: the CDK takes longer to start than to synthesize."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.synthesis import REPOSITORY, SynthesisFailed

SAID, FAILED = "stderr.txt", "failed.txt"


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

        def end() -> None:
            making.wait()

        return end

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
