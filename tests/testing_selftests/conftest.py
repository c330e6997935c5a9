"""What the tests of this folder share."""

from collections.abc import Iterator

import pytest

from tests.testing.machine.embedded_aws import aws


@pytest.fixture(scope="module")
def in_aws() -> Iterator[None]:
    """Run a module's tests inside one `aws()`: making one takes longer than most tests."""
    with aws():
        yield
