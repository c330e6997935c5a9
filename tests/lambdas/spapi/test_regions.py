"""Marketplaces, and the one region that serves a request."""

from collections import Counter

import pytest

from lambdas.spapi.regions import ENDPOINTS, MARKETPLACES, Region, marketplace_id, region_of
from tests.testing.samples import FRANCE, GERMANY, JAPAN, USA

MEXICO, AUSTRALIA, INDIA = "A1AM78C64UM0Y8", "A39IBJ37TRP1C6", "A21TJRUUN4KGV"


@pytest.mark.parametrize(
    ("marketplace_ids", "region"),
    [
        ([USA], "NA"),
        ([USA, MEXICO], "NA"),
        ([GERMANY, FRANCE, INDIA], "EU"),
        ([JAPAN, AUSTRALIA], "FE"),
    ],
)
def test_the_region_of_marketplaces(marketplace_ids: list[str], region: Region) -> None:
    assert region_of(marketplace_ids) == region


def test_each_region_has_an_endpoint_of_its_own() -> None:
    assert {region for _, region in MARKETPLACES.values()} == set(ENDPOINTS)
    assert {region: f"https://sellingpartnerapi-{region.lower()}.amazon.com" for region in ENDPOINTS} == ENDPOINTS


def test_the_marketplaces_are_those_of_amazons_page() -> None:
    assert Counter(region for _, region in MARKETPLACES.values()) == {"NA": 4, "EU": 16, "FE": 3}
    assert len({country for country, _ in MARKETPLACES.values()}) == len(MARKETPLACES)


def test_marketplaces_of_all_regions_are_refused_with_one_of_each() -> None:
    with pytest.raises(ValueError, match="one region") as refused:
        region_of([JAPAN, USA, GERMANY])
    assert str(refused.value) == (
        f"marketplaceIds must all be of one region, and DE ({GERMANY}) is in EU, JP ({JAPAN}) is in FE, "
        f"US ({USA}) is in NA: start one execution per region"
    )


def test_an_unknown_marketplace_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"'XX', which is no marketplace; known are CA, US, .* and their ids"):
        region_of(["XX"])


@pytest.mark.parametrize(
    ("name", "found"),
    [("JP", JAPAN), ("de", GERMANY), ("UK", "A1F83G8C2ARO7P"), ("GB", "A1F83G8C2ARO7P"), (USA, USA), ("XX", "XX")],
)
def test_a_marketplace_is_found_by_its_country(name: str, found: str) -> None:
    assert marketplace_id(name) == found
