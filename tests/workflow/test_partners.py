"""Many selling partners in one deployment: each at its region's endpoint, and none held up by another's credentials."""

from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

import pytest

from local.simulator import Script
from tests.testing.harness import Harness
from tests.testing.machine.execution_result import ExecutionResult
from tests.testing.scenario_steps import ORDERS, play
from tests.testing.state_sequences import CREATED, LANDED, TURN

SALES = {
    "reportType": "GET_VENDOR_SALES_REPORT",
    "reportOptions": {"reportPeriod": "WEEK", "distributorView": "SOURCING", "sellingProgram": "RETAIL"},
}
WEEK = {"dataStartTime": "2026-11-01T00:00:00Z", "dataEndTime": "2026-11-07T23:59:59Z"}
AMAZONS_OWN = ""
LISTINGS = {"reportType": "GET_MERCHANT_LISTINGS_ALL_DATA"}
STOCK = {"reportType": "GET_FBA_MYI_ALL_INVENTORY_DATA"}
PARTNERS: dict[str, dict[str, Any]] = {
    "NA": {"sellingPartnerId": "A1AMERICA", "marketplaceIds": ["ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"], **STOCK},
    "EU": {"sellingPartnerId": "amzn1.vg.1234", "marketplaceIds": ["A1PA6795UKMFR9"], **SALES, **WEEK, "refresh": True},
    "FE": {"sellingPartnerId": "A3JAPAN", "marketplaceIds": ["A1VC38T7YXB528"], **LISTINGS},
}


class Endpoints(Mapping[str, str]):
    """Amazon's endpoints, all of them the simulator's; `asked` has the regions that were looked up."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.asked: list[str] = []

    def __getitem__(self, region: str) -> str:
        self.asked.append(region)
        return self._url

    def __iter__(self) -> Iterator[str]:
        return iter(PARTNERS)

    def __len__(self) -> int:
        return len(PARTNERS)


def together(stage: Harness) -> dict[str, ExecutionResult]:
    """Start one execution for each selling partner at once, and return their outcomes."""
    machine = stage.machine()
    started = {region: machine.start(given) for region, given in PARTNERS.items()}
    return {region: execution.result() for region, execution in started.items()}


@pytest.fixture
def authorized(stage: Harness) -> Harness:
    stage.authorize(*(given["sellingPartnerId"] for given in PARTNERS.values()))
    return stage


@pytest.mark.parametrize("region", PARTNERS)
def test_sellers_and_vendors_of_all_regions_are_served_at_their_own_endpoint(authorized: Harness, region: str) -> None:
    authorized.environment["SP_API_ENDPOINT"] = AMAZONS_OWN
    endpoints = Endpoints(authorized.simulator.url)
    with mock.patch("lambdas.dependencies.ENDPOINTS", endpoints):
        ended = play(authorized, PARTNERS[region], Script())
    assert ended.states == [*CREATED, *TURN * 3, *LANDED]
    assert set(endpoints.asked) == {region}


def test_one_partner_s_broken_credentials_delay_nobody(authorized: Harness) -> None:
    undisturbed = together(authorized)
    assert {ended.states[-1] for ended in undisturbed.values()} == {"Report landed"}
    authorized.clock.pass_by(86_400)
    authorized.simulator.revoke("A3JAPAN")
    disturbed = together(authorized)
    assert (disturbed["FE"].error, disturbed["FE"].states, disturbed["FE"].waits) == ("LwaRefused", CREATED[:1], [])
    assert disturbed["FE"].cause
    assert "A3JAPAN" in disturbed["FE"].cause
    for region in ("NA", "EU"):
        assert disturbed[region].states[-1] == "Report landed"
        assert (disturbed[region].seconds, disturbed[region].retries) == (undisturbed[region].seconds, [])


def test_a_rotated_secret_and_a_new_refresh_token_need_no_deployment(stage: Harness) -> None:
    machine = stage.machine()
    stage.authorize(ORDERS.input["sellingPartnerId"])
    outcomes = [machine.execute({**ORDERS.input, "refresh": True})]
    for change in (stage.simulator.rotate_secret, lambda: stage.simulator.revoke(ORDERS.input["sellingPartnerId"])):
        change()
        stage.simulator.expire_access_tokens()
        # The same processes go on, with what they remember.
        stage.authorize(ORDERS.input["sellingPartnerId"])
        stage.clock.pass_by(3600)
        outcomes.append(machine.execute({**ORDERS.input, "refresh": True}))
    assert [ended.output["outcome"] for ended in outcomes] == ["LANDED"] * 3
    assert [ended.retries for ended in outcomes] == [[], [], []]
