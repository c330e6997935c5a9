"""Two ways to work on a document in a second thread, in constant memory: a task at a time, or a pipe that is read."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import Empty, Queue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
# So many chunks wait in a pipe, beside the one that is read: the writer is never further ahead.
WAITING = 4
NOTHING = memoryview(b"")


class BackgroundTask:
    """Runs one task at a time on a background thread, so that the caller can prepare the next."""

    def __init__(self) -> None:
        """Make the thread, which starts with the first task."""
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._running: Future[None] | None = None

    def begin(self, work: Callable[[T], None], argument: T) -> None:
        """Begin a task once the one before is done, and raise what that one has raised."""
        self.wait()
        self._running = self._thread.submit(work, argument)

    def wait(self) -> None:
        """Wait for the task that runs, if one does, and raise what it has raised."""
        if self._running:
            running, self._running = self._running, None
            running.result()

    def end(self) -> None:
        """Shut the thread down once its task is done; what the task has raised is dropped."""
        self._thread.shutdown()


class ChunkPipe:
    """A bounded pipe to a thread of its own, in which `read` reads the chunks as from a file.

    No chunk is copied before `read` asks for it: the writer leaves the last `WAITING` + 1 as they are.
    """

    def __init__(self, read: Callable[[ChunkPipe], None]) -> None:
        """Start the thread."""
        # None is the end of the chunks.
        self._waiting: Queue[memoryview | None] = Queue(WAITING)
        self._current: memoryview | None = NOTHING
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._reading: Future[None] = self._thread.submit(read, self)
        # A writer that waits for a place gets one when nobody reads any more.
        self._reading.add_done_callback(lambda _: self._drop_waiting())

    def write(self, chunk: bytes | memoryview) -> None:
        """Pass a chunk on, after waiting for a place, and raise what `read` has raised."""
        if not self._reading.done():
            self._waiting.put(memoryview(chunk))
        if self._reading.done():
            self._reading.result()

    def finish(self) -> None:
        """Wait until all chunks are read, and raise what `read` has raised."""
        self._waiting.put(None)
        self._reading.result()

    def discard(self) -> None:
        """Drop the chunks that are not read yet, end the thread, and drop what `read` has raised."""
        self._drop_waiting()
        self._waiting.put(None)
        self._thread.shutdown()
        self._current = None

    def readinto(self, buffer: memoryview) -> int:
        """Fill the start of `buffer` with what was written, and return how many bytes that is; none at the end."""
        while self._current is not None and not self._current:
            self._current = self._waiting.get()
        if self._current is None:
            return 0
        count = min(len(buffer), len(self._current))
        buffer[:count] = self._current[:count]
        # An empty view would keep all that it is a view of.
        self._current = self._current[count:] or NOTHING
        return count

    def _drop_waiting(self) -> None:
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()
