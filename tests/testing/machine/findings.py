"""What the parts of the lint share: a finding, and where a state leads."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

State = Mapping[str, Any]
MACHINE = "the machine"


class Finding(NamedTuple):
    """One thing wrong with a definition: the rule's name, the state (or the machine), and a sentence's worth of why."""

    rule: str
    where: str
    problem: str


def targets(state: State) -> Iterator[str]:
    """Yield the states this one may lead to, by Next, Default, Choices and Catch."""
    for branch in (state, *state.get("Choices", []), *state.get("Catch", [])):
        yield from (branch[field] for field in ("Next", "Default") if field in branch)
