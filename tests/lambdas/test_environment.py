"""The variables that infra/ writes are those that the functions read, and one that was not given has its name said."""

from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdas.environment import Environment, VariableMissing

TEXT = st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), max_size=20)
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
}
GIVEN = st.fixed_dictionaries({}, optional={field.name: VALUES[field.type] for field in fields(Environment)})


@given(GIVEN)
def test_what_is_written_is_read_and_nothing_else_can_be(values: dict[str, Any]) -> None:
    variables = Environment(**values).as_variables()
    with pytest.MonkeyPatch.context() as patch:
        for field in fields(Environment):
            patch.delenv(field.name.upper(), raising=False)
        for name, value in variables.items():
            patch.setenv(name, value)
        read = Environment.from_environ()
    for field in fields(Environment):
        if field.name in values:
            assert getattr(read, field.name) == values[field.name]
        elif field.default is None:
            with pytest.raises(VariableMissing, match=f"no environment variable {field.name.upper()}"):
                getattr(read, field.name)
        else:
            assert getattr(read, field.name) == field.default


@given(GIVEN, GIVEN)
def test_of_two_that_are_put_together_the_second_wins(first: dict[str, Any], second: dict[str, Any]) -> None:
    together = (Environment(**first) | Environment(**second)).as_variables()
    of_first, of_second = Environment(**first).as_variables(), Environment(**second).as_variables()
    assert together == {**of_first, **of_second}
