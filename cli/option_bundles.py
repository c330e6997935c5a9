"""Options that go together, as one parameter of a command: a dataclass with the options as its fields."""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def unbundled(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes the fields of its dataclasses one by one: typer knows single options only."""
    signature = inspect.signature(command, eval_str=True)
    bundles: dict[str, Any] = {
        name: each.annotation for name, each in signature.parameters.items() if is_dataclass(each.annotation)
    }

    @wraps(command)
    def run(**options: Any) -> None:
        bundled = {
            name: bundle(**{field.name: options.pop(field.name) for field in _fields(bundle)})
            for name, bundle in bundles.items()
        }
        command(**options, **bundled)

    single: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        single += _fields(bundles[name]) if name in bundles else [parameter]
    named = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in single]
    vars(run)["__signature__"] = signature.replace(parameters=named)
    return run


def _fields(bundle: Any) -> Iterator[inspect.Parameter]:
    yield from inspect.signature(bundle, eval_str=True).parameters.values()
