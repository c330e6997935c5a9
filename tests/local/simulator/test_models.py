"""contract.toml says what Amazon's models say, no more and no less. The only test that needs the models."""

import pytest

from tests.local.simulator import models
from tests.testing.contract import CONTRACT


@pytest.mark.skipif(not models.AVAILABLE, reason=models.MISSING)
def test_the_contract_is_what_amazon_s_models_say() -> None:
    ours = {api: {key: facts[key] for key in ("operations", "objects")} for api, facts in CONTRACT.items()}
    assert ours == {api: models.read(api) for api in models.FILES}
