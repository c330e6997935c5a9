"""One execution under way: what the interpreter's hooks report, in order, and the pauses it takes in virtual time."""

import math
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tests.testing.machine.lambda_function import FunctionFailed, Handler, call
from tests.testing.machine.virtual_time import VirtualTime


class Invocation(NamedTuple):
    """One call of a function: its `result`, or the name of the `error` it ended with."""

    state: str
    function: str
    event: Any
    result: Any = None
    error: str | None = None


class BackOff(NamedTuple):
    """One pause before a retry, taken because of `error`.

    With `jitter` AWS pauses for a random part of these seconds; here all of them are taken, so that a test can tell.
    """

    state: str
    error: str
    seconds: float
    jitter: bool


class HandlerBroke(Exception):
    """A handler was left by something that is no failure of the function: a test's assertion, or an exit."""


@dataclass(frozen=True)
class RunStage:
    """What the executions of one machine share.

    Handlers take turns: a process of Lambda serves one request at a time, and moto's tables are not made for threads.
    """

    handlers: Mapping[str, Handler]
    time: VirtualTime
    now: Callable[[], datetime]
    turn: threading.Lock = field(default_factory=threading.Lock)


class Run:
    """One execution's record; times in virtual seconds. `broken` is for whoever awaits the end to raise.

    `worker` is moto's. A redriven one `begins_at` a state, with an input; a new one at the machine's first.
    """

    def __init__(self, *, name: str, stage: RunStage, worker: Any) -> None:
        self.name = name
        self.stage = stage
        self.worker = worker
        self.begins_at: tuple[str, Any] | None = None
        self.start_time = stage.now()
        self.started_at = stage.time.now
        self.ended_at = math.nan
        self.deadline = math.inf
        self.waits: list[float] = []
        self.back_offs: list[BackOff] = []
        self.invocations: list[Invocation] = []
        self.awaited = False
        self.history: Callable[[], list[Any]] = list
        self.broken: BaseException | None = None
        self.under_way = threading.Event()
        self.thread = threading.Thread(target=self._execute, name=f"execution {name}", daemon=True)

    def begin(self, execute: Callable[[], None]) -> None:
        """Execute in a thread of its own, from this instant of virtual time on."""
        self._execution = execute
        self.stage.time.enter(self)
        self.thread.start()

    def _execute(self) -> None:
        try:
            try:
                self._execution()
            finally:
                self.ended_at = self.stage.time.now
                self.under_way.set()
                self.stage.time.leave(self)
        except BaseException as error:
            self.broken = self.broken or error

    def pause(self, seconds: float, *, call: object = None) -> bool:
        """Sleep, until a call or the machine's deadline at most. Return False when that has come."""
        left = self.deadline - self.stage.time.now
        try:
            self.stage.time.sleep(min(seconds, left), call=call)
        except BaseException as error:
            self.broken = self.broken or error
            raise
        return seconds < left

    def invoke(self, *, state: str, function: str, event: Any) -> Any:
        """Call the function's handler and record it. Raise FunctionFailed, or HandlerBroke."""
        try:
            with self.stage.turn:
                result = call(self.stage.handlers[function], function=function, event=event)
        except FunctionFailed as failure:
            self.invocations.append(Invocation(state, function, event, error=failure.error))
            raise
        except BaseException as error:
            self.broken = self.broken or error
            raise HandlerBroke(repr(error)) from error
        self.invocations.append(Invocation(state, function, event, result=result))
        return result
