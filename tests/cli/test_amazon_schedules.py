"""amazon-schedules gives Amazon the schedules of reports.toml, once, shows them and ends them; their reports land."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli import doctor_context, report_schedules
from tests.cli.conftest import Account, Said
from tests.testing.harness import TABLE

Reportflow = Callable[..., Said]
ORDERS = "GET_ORDER_REPORT_DATA_SHIPPING"
FLEET = f"""
[[sellingPartners]]
name = "acme"
sellingPartnerId = "A2SCHEDULED"
account = "seller"
marketplaceIds = ["DE", "FR"]

[[reports]]
reportType = "{ORDERS}"
amazonSchedule = "P1D"
schedule = "rate(6 hours)"
"""


@pytest.fixture(autouse=True)
def _settings(account: Account, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    simulator = account.stage.simulator
    monkeypatch.setattr(
        doctor_context.DoctorContext,
        "settings",
        {
            "SECRET_PREFIX": "reportflow",
            "SP_API_ENDPOINT": simulator.url,
            "LWA_ENDPOINT": simulator.lwa_url,
            "LEDGER_TABLE": TABLE,
            "LEDGER_RETENTION_DAYS": "400",
        },
    )
    monkeypatch.setattr(report_schedules, "sleep", account.stage.clock.pass_by)
    (tmp_path / "fleet.toml").write_text(FLEET)
    account.stage.authorize("A2SCHEDULED", "A3SCHEDULED")


def told(said: Said) -> list[str]:
    return [one["says"] for one in said.json]


def test_a_schedule_is_set_once_replaced_where_it_differs_and_cancelled(
    account: Account, reportflow: Reportflow, tmp_path: Path
) -> None:
    def ask(what: str) -> list[str]:
        return told(reportflow("amazon-schedules", what, "--config", "fleet.toml", "--json"))

    simulator = account.stage.simulator
    assert ask("list") == []
    assert ask("set") == ["has been made: every P1D"]
    assert ask("set") == ["is there: every P1D"]
    account.stage.clock.pass_by(86_400)
    (report,) = [each for each in simulator.reports if each.report_type == ORDERS]
    assert report.specification.marketplace_ids == ["A13V1IB3VIYZZH", "A1PA6795UKMFR9"]
    (tmp_path / "fleet.toml").write_text(FLEET.replace("P1D", "P7D"))
    assert ask("set") == ["has been replaced: every P7D"]
    (shown,) = ask("list")
    assert shown.startswith("every P7D, next ")
    assert ask("cancel") == ["has been cancelled"]
    assert (ask("cancel"), ask("list")) == (["is not there"], [])
    assert simulator.count(selling_partner_id="A2SCHEDULED")["createReportSchedule"] == 2
    # Eight commands, each of which lists: more than Amazon's burst is waited for, and nothing is refused.
    assert [ask("list") for _ in range(6)] == [[]] * 6
    assert [call for call in simulator.calls if call.status == 429] == []


def test_flags_do_without_the_file(reportflow: Reportflow) -> None:
    whose = ("--seller", "A3SCHEDULED", "--marketplace", "GB")
    made = reportflow("amazon-schedules", "set", *whose, "--type", ORDERS, "--every", "PT1H", "--json")
    assert told(made) == ["has been made: every PT1H"]
    assert made.json[0]["marketplaces"] == ["UK"]
    shown = reportflow("amazon-schedules", "list", *whose)
    assert (shown.exit_code, f"{ORDERS}  UK  every PT1H, next " in shown.out) == (0, True)
    assert told(reportflow("amazon-schedules", "cancel", *whose, "--type", ORDERS, "--json")) == ["has been cancelled"]


def test_a_selling_partner_that_amazon_refuses_is_told_and_red(account: Account, reportflow: Reportflow) -> None:
    account.stage.authorize("A4SCHEDULED")
    account.stage.simulator.revoke("A4SCHEDULED")
    said = reportflow("amazon-schedules", "list", "--seller", "A4SCHEDULED", "--marketplace", "DE")
    assert (said.exit_code, "LwaRefused: " in said.out) == (1, True)
    assert "Atz" not in said.out + said.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--type", ORDERS), "--type, --marketplace and --every need --seller; "),
        (("--seller", "A2"), "--seller needs --marketplace"),
        (("--seller", "A2", "--marketplace", "XX"), "--marketplace has 'XX', which is no marketplace; "),
        (("--seller", "A2", "--marketplace", "DE", "--type", "GET_X"), "--type is GET_X; allowed are those that "),
        (("--seller", "A2", "--marketplace", "DE", "--type", ORDERS), "--every is None; allowed are PT5M, "),
        (("--config", "empty.toml"), "empty.toml has no enabled report with amazonSchedule, or nobody to get it for"),
    ],
)
def test_what_cannot_be_set_is_refused_before_anything_is_called(
    account: Account, reportflow: Reportflow, tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "empty.toml").write_text("")
    calls = len(account.stage.simulator.calls)
    said = reportflow("amazon-schedules", "set", *arguments)
    assert (said.exit_code, len(account.stage.simulator.calls)) == (2, calls)
    assert said.err.startswith(f"reportflow: {sentence}")
