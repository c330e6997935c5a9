"""A stage for each test."""

from collections.abc import Iterator

import pytest

from tests.testing.harness import Harness, staged
from tests.testing.template import Template


@pytest.fixture
def stage(template: Template) -> Iterator[Harness]:
    """Set the stage for one test."""
    with staged(template) as made:
        yield made
