"""Hands chunks from one thread to another, which reads them as from a file."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition

# How far the one may be ahead of the other: so many chunks wait, beside the one that is read.
WAITING = 4
NOTHING = memoryview(b"")


class ChunkPipe:
    """Runs `read` in a thread of its own, on what is given here; no copy is made before it asks for one.

    Whoever gives is at most `WAITING` + 1 chunks ahead, and leaves those as they are: so memory stays bounded.
    """

    def __init__(self, read: Callable[[ChunkPipe], None]) -> None:
        """Start."""
        self._changed = Condition()
        self._waiting: deque[memoryview] = deque()
        self._current = NOTHING
        self._closed = False
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._reading: Future[None] = self._thread.submit(read, self)
        self._reading.add_done_callback(lambda _: self._close())

    def write(self, chunk: bytes | memoryview) -> None:
        """Hand this over. Raises what `read` has raised."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < WAITING or self._reading.done())
            self._waiting.append(memoryview(chunk))
            self._changed.notify_all()
        if self._reading.done():
            self._reading.result()

    def finish(self) -> None:
        """Wait until all of it is read. Raises what `read` has raised."""
        self._close()
        self._reading.result()

    def discard(self) -> None:
        """End without what has not been read: the thread is gone afterwards, and what it has raised is nobody's."""
        with self._changed:
            self._waiting.clear()
        self._close()
        self._thread.shutdown()
        self._current = NOTHING

    def readinto(self, buffer: memoryview) -> int:
        """Fill the start of `buffer` with what was given, and return how many bytes that is; none at the end."""
        while not self._current:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return 0
                self._current = self._waiting.popleft()
                self._changed.notify_all()
        count = min(len(buffer), len(self._current))
        buffer[:count] = self._current[:count]
        # An empty view would keep all that it is a view of.
        self._current = self._current[count:] or NOTHING
        return count

    def _close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
