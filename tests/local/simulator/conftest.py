"""A simulator with a clock that stands still, and a seller's client for it."""

from collections.abc import Iterator

import pytest
from urllib3 import PoolManager

from local.simulator import Simulator
from tests.testing.simulator_client import Client, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http() -> Iterator[PoolManager]:
    with PoolManager(retries=False, timeout=60) as pool:
        yield pool


@pytest.fixture
def simulator(clock: Clock) -> Iterator[Simulator]:
    with Simulator(clock=clock) as running:
        yield running


@pytest.fixture
def client(simulator: Simulator, http: PoolManager) -> Client:
    return Client(simulator, http)
