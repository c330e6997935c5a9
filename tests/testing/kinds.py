"""Rows of which `make test` takes one of each kind; `make exhaustive` takes all."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import pytest


def one_of_each(rows: Iterable[Any], kind: Callable[[Any], Hashable], *, name: Callable[[Any], str] = str) -> list[Any]:
    """Return the rows as pytest's parameters, tuples spread: all but the first of a kind are exhaustive."""
    seen: set[Hashable] = set()
    parameters = []
    for row in rows:
        marks = [pytest.mark.exhaustive] if kind(row) in seen else []
        seen.add(kind(row))
        parameters.append(pytest.param(*(row if isinstance(row, tuple) else (row,)), id=name(row), marks=marks))
    return parameters
