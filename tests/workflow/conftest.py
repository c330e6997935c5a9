"""A stage for each test."""

from collections.abc import Iterator

import pytest

from tests.template import Template
from tests.workflow.stage import Stage, staged


@pytest.fixture
def stage(template: Template) -> Iterator[Stage]:
    """Set the stage for one test."""
    with staged(template) as made:
        yield made
