"""notifications subscribes whom reports.toml names, once, says how it is, and undoes it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli import doctor_context
from tests.cli.conftest import Account, Said

Reportflow = Callable[..., Said]
QUEUE = "arn:aws:sqs:us-east-1:123456789012:notifications"
FLEET = """
[[sellingPartners]]
name = "acme"
sellingPartnerId = "A2ACME"
account = "seller"
marketplaceIds = ["DE"]

[[sellingPartners]]
name = "other"
sellingPartnerId = "A2OTHER"
account = "seller"
marketplaceIds = ["DE"]
"""


@pytest.fixture(autouse=True)
def _settings(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    simulator = account.stage.simulator
    settings = {"SECRET_PREFIX": "reportflow", "SP_API_ENDPOINT": simulator.url, "LWA_ENDPOINT": simulator.lwa_url}
    monkeypatch.setattr(doctor_context.DoctorContext, "settings", settings)
    monkeypatch.setitem(account.more_outputs, "NotificationQueueArn", QUEUE)
    (tmp_path / "fleet.toml").write_text(FLEET)
    account.stage.authorize("A2ACME", "A2OTHER", "A3ACME", "A3OTHER", "A4ACME", "A4OTHER")


@pytest.fixture
def asked(account: Account, reportflow: Reportflow) -> Callable[..., Said]:
    """Return what calls the command once Amazon's burst is filled up again."""

    def ask(what: str, *options: str) -> Said:
        account.stage.clock.pass_by(60)
        return reportflow("notifications", what, "--config", "fleet.toml", *options)

    return ask


@pytest.fixture
def subscribed(
    account: Account, asked: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., None]:
    """Return what subscribes selling partners of its own: the simulator remembers, in whatever order tests run."""

    def subscribe(*, beginning: str, queue: str) -> None:
        (tmp_path / "fleet.toml").write_text(FLEET.replace('"A2', f'"{beginning}'))
        monkeypatch.setitem(account.more_outputs, "NotificationQueueArn", queue)
        assert asked("subscribe").exit_code == 0

    return subscribe


def says(said: Said) -> set[str]:
    """Return what is said of the selling partners."""
    return {one["says"] for one in said.json}


def test_a_selling_partner_is_subscribed_once_and_unsubscribed_once(
    account: Account, asked: Callable[..., Said]
) -> None:
    created = account.stage.simulator.count()
    assert says(asked("list", "--json")) == {"is not subscribed"}
    assert says(asked("subscribe", "--json")) == {"has been subscribed"}
    again = asked("subscribe", "--json")
    assert (again.exit_code, says(again)) == (0, {"is subscribed"})
    assert says(asked("list", "--json")) == {"is subscribed"}
    counted = account.stage.simulator.count()
    new = {name: counted[name] - created[name] for name in ("createSubscription", "createDestination")}
    assert new == {"createSubscription": 2, "createDestination": 1}
    assert says(asked("unsubscribe", "--json")) == {"has been unsubscribed"}
    assert says(asked("unsubscribe", "--json")) == {"is not subscribed"}
    assert account.stage.simulator.count()["deleteDestination"] == 1


def test_one_that_is_subscribed_elsewhere_is_left_so_and_one_that_is_refused_is_told(
    account: Account,
    asked: Callable[..., Said],
    subscribed: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    subscribed(beginning="A3", queue=f"{QUEUE}-1")
    monkeypatch.setitem(account.more_outputs, "NotificationQueueArn", f"{QUEUE}-2")
    account.stage.simulator.revoke("A3OTHER")
    said = asked("subscribe")
    assert said.exit_code == 1
    assert "✗  EU  acme A3ACME    is subscribed with another destination" in said.out
    assert "LwaRefused: " in said.out
    assert "Atz" not in said.out + said.err


def test_a_destination_stays_for_one_whose_subscription_could_not_be_ended(
    account: Account, asked: Callable[..., Said], subscribed: Callable[..., None]
) -> None:
    subscribed(beginning="A4", queue=f"{QUEUE}-4")
    deleted = account.stage.simulator.count()["deleteDestination"]
    account.stage.simulator.revoke("A4OTHER")
    said = asked("unsubscribe")
    assert said.exit_code == 1
    assert "has been unsubscribed" in said.out
    assert account.stage.simulator.count()["deleteDestination"] == deleted


def test_what_is_not_there_is_said_in_a_sentence(
    account: Account, reportflow: Reportflow, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "fleet.toml").write_text("")
    said = reportflow("notifications", "list", "--config", "fleet.toml")
    assert (said.exit_code, "has no enabled selling partner" in said.err) == (2, True)
    monkeypatch.delitem(account.more_outputs, "NotificationQueueArn")
    said = reportflow("notifications", "list", "--config", "fleet.toml")
    assert (said.exit_code, "has no queue for notifications" in said.err) == (3, True)
