"""Chunks from one thread to another: in order, never more than a few, and no thread waits for one that has ended."""

import gc
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lambdas.landing.threads import WAITING, ChunkPipe


class Owner(bytearray):
    """A buffer whose end can be seen."""


@contextmanager
def nobody_left() -> Iterator[None]:
    before = {*threading.enumerate()}
    yield
    assert {*threading.enumerate()} <= before


def test_all_is_read_in_order_however_it_is_asked_for() -> None:
    got = bytearray()

    def read(pipe: ChunkPipe) -> None:
        sizes = iter([1, 7, 2, 100, 3] * 100)
        while count := pipe.readinto(buffer := memoryview(bytearray(next(sizes)))):
            got.extend(buffer[:count])

    chunks = [bytes([number]) * number for number in range(40)]
    with nobody_left():
        pipe = ChunkPipe(read)
        for chunk in chunks:
            pipe.write(chunk)
        pipe.finish()
        pipe.discard()
    assert got == b"".join(chunks)


def test_who_gives_is_so_far_ahead_and_no_further() -> None:
    go_on, given = threading.Event(), []

    def read(pipe: ChunkPipe) -> None:
        go_on.wait()
        while pipe.readinto(memoryview(bytearray(1))):
            pass

    pipe = ChunkPipe(read)

    def give() -> None:
        for number in range(WAITING + 3):
            pipe.write(b"a")
            given.append(number)

    giving = threading.Thread(target=give)
    giving.start()
    giving.join(0.2)
    assert len(given) == WAITING
    go_on.set()
    giving.join()
    pipe.finish()
    pipe.discard()
    assert len(given) == WAITING + 3


def test_what_reading_raises_reaches_who_waits_to_give() -> None:
    go_on = threading.Event()

    def read(pipe: ChunkPipe) -> None:
        assert pipe.readinto(memoryview(bytearray(1))) == 1
        go_on.wait()
        raise LookupError("damaged")

    def give_much() -> None:
        for _ in range(WAITING + 10):
            pipe.write(b"a")

    with nobody_left():
        pipe = ChunkPipe(read)
        raising = threading.Timer(0.1, go_on.set)
        raising.start()
        with pytest.raises(LookupError, match="damaged"):
            give_much()
        with pytest.raises(LookupError, match="damaged"):
            pipe.finish()
        pipe.discard()
        raising.join()


def test_an_early_end_leaves_neither_thread_nor_buffer() -> None:
    buffer = Owner(b"much")
    seen = weakref.ref(buffer)

    def read(pipe: ChunkPipe) -> None:
        while pipe.readinto(memoryview(bytearray(1))):
            pass
        raise EOFError

    gc.disable()
    try:
        with nobody_left():
            pipe = ChunkPipe(read)
            for _ in range(WAITING):
                pipe.write(memoryview(buffer))
            pipe.discard()
        del buffer
        assert seen() is None
    finally:
        gc.enable()


def test_a_reader_that_wants_no_more_keeps_nobody_from_writing_on() -> None:
    def read(pipe: ChunkPipe) -> None:
        pipe.readinto(memoryview(bytearray(1)))

    with nobody_left():
        pipe = ChunkPipe(read)
        for _ in range(WAITING * 3):
            pipe.write(b"a")
        pipe.finish()
        pipe.discard()
