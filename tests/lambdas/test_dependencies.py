"""Which Amazon is talked to: the environment's if it names one, else that of the request's marketplaces."""

import json
from pathlib import Path

import pytest

from lambdas.dependencies import Dependencies
from tests.lambdas.conftest import PREFIX
from tests.testing.samples import GERMANY, JAPAN, USA, request_of


@pytest.fixture
def services(secrets: None, monkeypatch: pytest.MonkeyPatch) -> Dependencies:
    """Return services without endpoints in the environment."""
    monkeypatch.setenv("SECRET_PREFIX", PREFIX)
    monkeypatch.setenv("LEDGER_TABLE", "ledger")
    monkeypatch.setenv("LEDGER_RETENTION_DAYS", "400")
    for name in ("SP_API_ENDPOINT", "LWA_ENDPOINT"):
        monkeypatch.setenv(name, "")
    return Dependencies()


def sent_to(services: Dependencies, marketplace_id: str) -> tuple[str, str]:
    """Return where a token and a report are asked for."""
    sp_api = services.sp_api(request_of(marketplaceIds=[marketplace_id]), [])
    return services._tokens._endpoint, sp_api._endpoint


@pytest.mark.parametrize(("marketplace_id", "region"), [(GERMANY, "eu"), (USA, "na"), (JAPAN, "fe")])
def test_amazons_own_endpoints_are_the_default(services: Dependencies, marketplace_id: str, region: str) -> None:
    assert sent_to(services, marketplace_id) == (
        "https://api.amazon.com/auth/o2/token",
        f"https://sellingpartnerapi-{region}.amazon.com",
    )


def test_the_environment_names_others(services: Dependencies, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SP_API_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("LWA_ENDPOINT", "http://127.0.0.1:2/token")
    assert sent_to(services, USA) == ("http://127.0.0.1:2/token", "http://127.0.0.1:1")


def test_who_sells_in_two_regions_has_a_secret_for_each(
    services: Dependencies, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = tmp_path / "secret_names.json"
    names.write_text(json.dumps({f"{request_of()['sellingPartnerId']}/NA": "acme-america"}))
    monkeypatch.setattr("lambdas.dependencies.SECRET_NAMES", names)
    whose = [services.sp_api(request_of(marketplaceIds=[key]), [])._selling_partner_id for key in (USA, GERMANY)]
    assert whose == ["acme-america", request_of()["sellingPartnerId"]]


def test_nothing_is_repeated_behind_our_back(services: Dependencies) -> None:
    pool = services._http
    assert pool.connection_pool_kw["retries"].total is False
    timeout = pool.connection_pool_kw["timeout"]
    # Both far below the minute that a function has.
    assert timeout.connect_timeout + timeout.read_timeout < 40
