"""Everything that one execution environment prints, line by line into its log stream."""

from __future__ import annotations

import os
import threading
import time
from queue import SimpleQueue
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    # Stores (milliseconds since the epoch, message) pairs.
    Write = Callable[[list[tuple[int, str]]], None]
    # Makes a log group if there is none, and a stream in it.
    OpenLog = Callable[[str, str], Write]

TAIL_CHARACTERS = 4096


class LogStream:
    """A pipe for the environment's process to print to, emptied by a thread.

    The platform writes to the same pipe, so lines keep the order they were written in, and a mark
    that comes out of it tells that everything before it is stored.
    """

    def __init__(self, write: Write) -> None:
        """Store through `write`."""
        self._write = write
        self._mark = os.urandom(16).hex().encode()
        self._since_flush: list[str] = []
        self._tails: SimpleQueue[str] = SimpleQueue()
        output, self.input = os.pipe()
        threading.Thread(target=self._forward, args=(output,), daemon=True).start()

    def add(self, lines: list[str]) -> None:
        """Add lines of the platform's own."""
        for line in lines:
            os.write(self.input, self._mark + line.encode() + b"\n")

    def flush(self) -> str:
        """Wait until everything printed so far is stored; return the end of what came since the last flush."""
        os.write(self.input, self._mark + b"\n")
        return self._tails.get()

    def close(self) -> None:
        """Take no more; the thread ends when the process has closed its end too."""
        os.close(self.input)

    def _forward(self, output: int) -> None:
        partial = b""
        with open(output, "rb", buffering=0) as pipe:
            while chunk := pipe.read(65536):
                *lines, partial = (partial + chunk).split(b"\n")
                self._store(lines)

    def _store(self, lines: list[bytes]) -> None:
        now = int(time.time() * 1000)
        events: list[tuple[int, str]] = []
        for line in lines:
            printed, mark, added = line.partition(self._mark)
            # The runtime client separates a traceback's lines by carriage returns, to keep them one event.
            texts = [part.decode(errors="replace").replace("\r", "\n") for part in (printed, added) if part.strip()]
            events += [(now, text) for text in texts]
            self._since_flush += texts
            if mark and not added:
                self._write(events)
                events = []
                self._tails.put("\n".join(self._since_flush)[-TAIL_CHARACTERS:])
                self._since_flush = []
        self._write(events)
