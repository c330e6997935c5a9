"""The stage's functions run in threads of the tests' process, beside whatever else a test runs in it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from lambdas.environment import Environment
from tests.testing.harness import TABLE, staged
from tests.testing.scenario_steps import ORDERS, play
from tests.testing.template import Template


def test_a_function_has_its_own_variables_and_the_process_keeps_its_own(template: Template) -> None:
    """The command line changes os.environ as well: what a function restored there would be an older one."""
    tables = set[str]()

    @contextmanager
    def look(_function: str) -> Iterator[None]:
        tables.add(Environment.from_environ().ledger_table)
        assert dict(os.environ) == before
        yield

    with staged(template) as stage:
        stage.around, before = look, dict(os.environ)
        assert play(stage, ORDERS.input).status == "SUCCEEDED"
    assert tables == {TABLE}
