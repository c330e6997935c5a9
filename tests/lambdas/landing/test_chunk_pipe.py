"""Chunks from one thread to another: in order, never more than a few, and nobody waits for who has ended."""

import gc
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from lambdas.landing.chunk_pipe import WAITING, ChunkPipe


class Owner(bytearray):
    """A buffer whose end can be seen."""


@contextmanager
def nobody_left() -> Iterator[None]:
    before = {*threading.enumerate()}
    yield
    assert {*threading.enumerate()} <= before


def test_all_is_read_in_order_however_it_is_asked_for() -> None:
    got = bytearray()

    def read(relay: ChunkPipe) -> None:
        sizes = iter([1, 7, 2, 100, 3] * 100)
        while count := relay.readinto(buffer := memoryview(bytearray(next(sizes)))):
            got.extend(buffer[:count])

    chunks = [bytes([number]) * number for number in range(40)]
    with nobody_left():
        relay = ChunkPipe(read)
        for chunk in chunks:
            relay.write(chunk)
        relay.finish()
        relay.discard()
    assert got == b"".join(chunks)


def test_who_gives_is_so_far_ahead_and_no_further() -> None:
    go_on, given = threading.Event(), []

    def read(relay: ChunkPipe) -> None:
        go_on.wait()
        while relay.readinto(memoryview(bytearray(1))):
            pass

    relay = ChunkPipe(read)

    def give() -> None:
        for number in range(WAITING + 3):
            relay.write(b"a")
            given.append(number)

    giving = threading.Thread(target=give)
    giving.start()
    giving.join(0.2)
    assert len(given) == WAITING
    go_on.set()
    giving.join()
    relay.finish()
    relay.discard()
    assert len(given) == WAITING + 3


def test_what_reading_raises_reaches_who_waits_to_give() -> None:
    go_on = threading.Event()

    def read(relay: ChunkPipe) -> None:
        assert relay.readinto(memoryview(bytearray(1))) == 1
        go_on.wait()
        raise LookupError("damaged")

    def give_much() -> None:
        for _ in range(WAITING + 10):
            relay.write(b"a")

    with nobody_left():
        relay = ChunkPipe(read)
        raising = threading.Timer(0.1, go_on.set)
        raising.start()
        with pytest.raises(LookupError, match="damaged"):
            give_much()
        with pytest.raises(LookupError, match="damaged"):
            relay.finish()
        relay.discard()
        raising.join()


def test_an_early_end_leaves_neither_thread_nor_buffer() -> None:
    buffer = Owner(b"much")
    seen = weakref.ref(buffer)

    def read(relay: ChunkPipe) -> None:
        while relay.readinto(memoryview(bytearray(1))):
            pass
        raise EOFError

    gc.disable()
    try:
        with nobody_left():
            relay = ChunkPipe(read)
            for _ in range(WAITING):
                relay.write(memoryview(buffer))
            relay.discard()
        del buffer
        assert seen() is None
    finally:
        gc.enable()
