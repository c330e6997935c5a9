"""contract.toml says what Amazon's models say, no more and no less. The only test that needs the amazon_models."""

import pytest

from tests.testing import amazon_models
from tests.testing.contract import CONTRACT


@pytest.mark.skipif(not amazon_models.AVAILABLE, reason=amazon_models.MISSING)
def test_the_contract_is_what_amazon_s_models_say() -> None:
    ours = {api: {key: facts[key] for key in ("operations", "objects")} for api, facts in CONTRACT.items()}
    assert ours == {api: amazon_models.read(api) for api in amazon_models.FILES}
