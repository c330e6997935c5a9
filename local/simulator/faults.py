"""Hands out the faults of a script or of the whole simulator, call by call."""

from collections.abc import Iterator, Mapping
from itertools import islice, repeat

from local.simulator.document import Transfer
from local.simulator.script import Fault, Faults, check_operation

Mishap = Fault | Transfer | None


class FaultQueues:
    """What is left of the faults, by operation."""

    def __init__(self, faults: Mapping[str, Faults] | None = None) -> None:
        self._queues: dict[str, Iterator[Mishap]] = {}
        for operation, planned in (faults or {}).items():
            self.plan(operation, planned)

    def plan(self, operation: str, faults: Faults) -> None:
        """Replace the faults of an operation. Raises ValueError for a name that no call has."""
        check_operation(operation)
        self._queues[operation] = repeat(faults) if isinstance(faults, Fault | Transfer) else iter(faults)

    def take(self, operation: str) -> list[Mishap]:
        """Return a list of the next fault (None: an ordinary call), empty when nothing is planned any more."""
        return list(islice(self._queues.get(operation, ()), 1))
