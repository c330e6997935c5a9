"""The console's page of a fleet in memory, at a time that stands still."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from cli.console_page.server import serve
from cli.console_page.watch import Watch
from tests.testing.demo_fleet import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cli.stack import DeployedStack
    from tests.testing.demo_fleet import DemoFleet


class StandingClock:
    """A clock that shows NOW and is taken for the true one."""

    speed = 1.0

    def __call__(self) -> float:
        """Return NOW."""
        return NOW.timestamp()

    def true_before(self, shown: float) -> float:
        """Return the same time."""
        return shown


class DemoWatch(Watch):
    """A watch whose clock is taken for the true one."""

    @property
    def is_simulated(self) -> bool:
        """Whether the page speaks of simulated time."""
        return False


def watch(stack: DeployedStack, fleet: DemoFleet) -> Watch:
    """Return what watches a stack of a fleet."""
    return DemoWatch(stack, clock=StandingClock(), report_config=fleet.report_config)


@contextmanager
def serving(stack: DeployedStack, fleet: DemoFleet, *, port: int = 0) -> Iterator[str]:
    """Serve the page; yield its address."""
    with serve(watch(stack, fleet), port=port) as url:
        yield url
