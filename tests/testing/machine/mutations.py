"""Breaks a definition in every small way: each field or item left out, each value changed, each Next exchanged."""

import copy
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

Keys = tuple[str | int, ...]


def mutations(definition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each mutation's description and the definition broken by it."""
    states = [*definition["States"]]
    for keys, value in _places(definition):
        where = " / ".join(map(str, keys))
        yield f"{where} left out", _without(definition, keys)
        if keys[-1] in {"Next", "Default", "StartAt"}:
            other = states[states.index(value) - 1]
            yield f"{where} leads to {other}", _with(definition, keys, other)
        for changed in _changed(value):
            yield f"{where} is {changed!r}", _with(definition, keys, changed)
    onward = [name for name in states if "Next" in definition["States"][name]]
    for one, other in pairwise(onward):
        yield f"States / {one} / Next and that of {other} exchanged", _exchanged(definition, one, other)


def _places(node: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """Yield every place in a definition and what stands there, the whole excepted."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*keys, key), value
        yield from _places(value, (*keys, key))


def _changed(value: Any) -> list[Any]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, -value]
    return [value + "x"] if isinstance(value, str) else []


def _without(definition: dict[str, Any], keys: Keys) -> dict[str, Any]:
    mutated = copy.deepcopy(definition)
    del _at(mutated, keys[:-1])[keys[-1]]
    return mutated


def _with(definition: dict[str, Any], keys: Keys, value: Any) -> dict[str, Any]:
    mutated = copy.deepcopy(definition)
    _at(mutated, keys[:-1])[keys[-1]] = value
    return mutated


def _exchanged(definition: dict[str, Any], one: str, other: str) -> dict[str, Any]:
    mutated = copy.deepcopy(definition)
    states = mutated["States"]
    states[one]["Next"], states[other]["Next"] = states[other]["Next"], states[one]["Next"]
    return mutated


def _at(node: Any, keys: Keys) -> Any:
    for key in keys:
        node = node[key]
    return node
