"""Clients that others have written, unchanged, get along with the simulator: so it is like Amazon, and not like us."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from local.simulator import Document, Script, Simulator
from tests.testing.repository import REPOSITORY
from tests.testing.simulator_client import LISTINGS

pytestmark = pytest.mark.exhaustive
PROGRAMS = REPOSITORY / "tests" / "testing" / "foreign_clients"
INSTALLED = REPOSITORY / "build" / "foreign-clients"
PYPI, NPM = "python-amazon-sp-api==2.1.35", "amazon-sp-api@1.2.1"
NAMES = ("127.0.0.1", "localhost", "api.amazon.com", "sellingpartnerapi-eu.amazon.com")


def installed(requirement: str, *command: str) -> Path:
    """Return the folder of a client, which is installed there if it is not; skip where it cannot be."""
    folder = INSTALLED / requirement
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        run = subprocess.run(
            [*command, str(folder), requirement], capture_output=True, text=True, timeout=300, check=False
        )
        if run.returncode:
            pytest.skip(f"{requirement} CANNOT BE INSTALLED, SO IT WAS NOT TRIED: {run.stderr.strip()[-300:]}")
        (folder / "installed").touch()
    return folder


def python_client() -> list[str]:
    """Return how the Python client's program is run."""
    uv = Path(sys.executable).with_name("uv")
    folder = installed(PYPI, str(uv), "pip", "install", "--quiet", "--target")
    return [str(folder), sys.executable, "-I", str(PROGRAMS / "python_amazon_sp_api.py")]


def node_client() -> list[str]:
    """Return how the Node client's program is run."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip(f"{NPM} WAS NOT TRIED: there is no node or no npm")
    folder = installed(NPM, npm, "install", "--no-audit", "--no-fund", "--prefix")
    return [str(folder), node, str(PROGRAMS / "amazon_sp_api.js")]


@pytest.fixture
def amazon(tmp_path: Path) -> Iterator[tuple[Simulator, Path]]:
    """Return a simulator with a certificate for Amazon's names, and the authority that signed it."""
    authority = trustme.CA()
    pair = authority.issue_cert(*NAMES)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    pair.cert_chain_pems[0].write_to_path(tmp_path / "server.pem")
    pair.private_key_pem.write_to_path(tmp_path / "server.key")
    with Simulator(certificate=tmp_path / "server.pem", key=tmp_path / "server.key") as simulator:
        simulator.script(LISTINGS, Script(document=Document.text("sku\tprice\nTür\t1,50\n")))
        yield simulator, tmp_path / "ca.pem"


@pytest.mark.parametrize("client", [python_client, node_client])
def test_a_report_goes_through_its_life(amazon: tuple[Simulator, Path], client: Any) -> None:
    simulator, authority = amazon
    folder, *command = client()
    application = simulator.application
    given = {
        "folder": folder,
        "port": int(simulator.url.rpartition(":")[2]),
        "authority": str(authority),
        "clientId": application["client_id"],
        "clientSecret": application["client_secret"],
        "refreshToken": simulator.refresh_token("A2SELLER"),
    }
    run = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == {
        "statuses": ["IN_QUEUE", "IN_PROGRESS", "DONE"],
        "document": "sku\tprice\nTür\t1,50\n",
        "listed": True,
        "cancelled": "CANCELLED",
        "schedules": ["P1D"],
        "schedulesLeft": 0,
    }
    assert [call for call in simulator.calls if call.status != 200 and not call.operation.startswith("create")] == []
