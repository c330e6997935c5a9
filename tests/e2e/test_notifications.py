"""Notifications in the embedded AWS, with IAM: queue, function and task token; and the command for subscriptions."""

import json
import subprocess
from pathlib import Path

from tests.testing.run_command import Command

SELLER = "A2EXAMPLE"
REQUEST = {
    "sellingPartnerId": SELLER,
    "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
    "marketplaceIds": ["A1PA6795UKMFR9"],
}
FLEET = f"""
[[sellingPartners]]
name = "acme"
sellingPartnerId = "{SELLER}"
account = "seller"
marketplaceIds = ["DE"]
"""


def test_a_notification_ends_the_wait_and_subscriptions_are_managed(tmp_path: Path) -> None:
    (tmp_path / "requests.json").write_text(json.dumps([REQUEST]))
    (tmp_path / "fleet.toml").write_text(FLEET)
    # Twenty-five minutes take twenty-five seconds, and the report four.
    run = Command(tmp_path, "--requests", "requests.json", "--notifications", "--speed", "60", "--keep")
    environment = run.kept()

    def notifications(what: str) -> list[str]:
        command = ["reportflow", "notifications", what, "--config", "fleet.toml", "--json"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [one["says"] for one in json.loads(done.stdout)]

    try:
        assert notifications("list") == ["is subscribed"]
        assert notifications("unsubscribe") == ["has been unsubscribed"]
        assert notifications("subscribe") == ["has been subscribed"]
        assert notifications("subscribe") == ["is subscribed"]
    finally:
        run.press_ctrl_c()
        run.end(timeout=30)
    (summary,) = json.loads((tmp_path / "build/run/summary.json").read_text())
    assert summary["states"].count("Get report") == 1
    metrics = json.loads((tmp_path / "build/run/metrics.json").read_text())
    assert metrics["Notifications"]["Sum"] == 1
    # Else the wait was over before: the report was ready after four minutes of the run's clock.
    assert metrics["DetectionSeconds"]["Maximum"] < 900
