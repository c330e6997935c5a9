"""Work in a thread of its own, one piece at a time, while the caller prepares the next."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")


class BackgroundTask:
    """One thread. Whoever uses it is never more than one piece ahead, so that memory stays bounded."""

    def __init__(self) -> None:
        """Make the thread, which starts with the first piece."""
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._running: Future[None] | None = None

    def begin(self, work: Callable[[T], None], what: T) -> None:
        """Begin with this once what was begun before is done. Raises what that has raised."""
        self.wait()
        self._running = self._thread.submit(work, what)

    def wait(self) -> None:
        """Wait for what was begun. Raises what it has raised."""
        if self._running:
            under_way, self._running = self._running, None
            under_way.result()

    def end(self) -> None:
        """Let go of the thread, as soon as what is under way is done."""
        self._thread.shutdown()

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End."""
        self.end()
