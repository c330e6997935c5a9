"""The server: connections, TLS, threads, its end, and the journal it keeps."""

import json
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import pytest
import trustme
from urllib3 import PoolManager
from urllib3.exceptions import ProtocolError

from local.simulator import Fault, Simulator
from tests.testing.repository import REPOSITORY
from tests.testing.simulator_client import LISTINGS, Client

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA, tmp_path: Path) -> Iterator[Simulator]:
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(tmp_path / "key.pem")
    for blob in certificate.cert_chain_pems:
        blob.write_to_path(tmp_path / "certificate.pem", append=True)
    with Simulator(certificate=tmp_path / "certificate.pem", key=tmp_path / "key.pem") as simulator:
        yield simulator


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_connection_is_kept(simulator: Simulator) -> None:
    with PoolManager(retries=False) as http:
        client = Client(simulator, http)
        client.download(client.url())
        assert client.get("1").status == 404
        pool = http.connection_from_url(simulator.url)
        assert (pool.num_connections, pool.num_requests) == (1, 8)


def test_everything_works_over_tls(secure: Simulator, authority: trustme.CA) -> None:
    assert secure.url.startswith("https://127.0.0.1:")
    assert secure.lwa_url == f"{secure.url}/auth/o2/token"
    with PoolManager(ssl_context=trusting(authority), retries=False) as http:
        client = Client(secure, http)
        url = client.url()
        assert url.startswith(secure.url)
        assert client.download(url).status == 200
        secure.fail("getReports", [Fault(reset=True)])
        with pytest.raises(ProtocolError):
            client.search(reportTypes=LISTINGS)


def test_a_client_that_never_shakes_hands_keeps_nobody_out(secure: Simulator, authority: trustme.CA) -> None:
    port = int(secure.url.rpartition(":")[2])
    with (
        socket.create_connection(("127.0.0.1", port)),
        PoolManager(ssl_context=trusting(authority), retries=False, timeout=5) as http,
    ):
        assert Client(secure, http).lwa().status == 200


def test_a_client_that_does_not_trust_the_certificate_leaves_no_trace(
    secure: Simulator, capfd: pytest.CaptureFixture[str]
) -> None:
    with PoolManager(retries=False) as http, pytest.raises(Exception, match="certificate verify failed"):
        http.request("GET", secure.url)
    secure.stop()
    assert secure.calls == []
    assert capfd.readouterr() == ("", "")


def test_stop_ends_kept_and_hanging_connections_and_frees_the_port(capfd: pytest.CaptureFixture[str]) -> None:
    before = threading.active_count()
    with PoolManager(retries=False) as http, ThreadPoolExecutor(1) as pool:
        with Simulator() as simulator:
            client = Client(simulator, http)
            client.get("1")
            simulator.fail("getReports", [Fault(hang=60)])
            hanging = pool.submit(client.search, reportTypes=LISTINGS)
            while simulator.count()["getReports"] == 0:
                time.sleep(0.01)
            start = time.monotonic()
        assert time.monotonic() - start < 30
        assert hanging.exception() is not None or hanging.result().status == 200
    assert threading.active_count() <= before
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", int(simulator.url[17:]))):
        pass
    assert capfd.readouterr() == ("", "")


def test_calls_in_parallel_are_all_counted_and_get_ids_of_their_own(simulator: Simulator) -> None:
    with PoolManager(retries=False, maxsize=8) as http, ThreadPoolExecutor(8) as pool:
        sellers = [Client(simulator, http, seller=f"A{number}") for number in range(40)]
        statuses = list(pool.map(lambda seller: [seller.create().status for _ in range(3)], sellers))
    assert statuses == [[202] * 3] * 40
    assert len({report.report_id for report in simulator.reports}) == 120
    assert simulator.count() == {"LWA": 40, "createReport": 120}


def test_calls_are_noted_with_what_they_were_about(simulator: Simulator, client: Client) -> None:
    url = client.url()
    client.download(url)
    client.search(reportTypes=LISTINGS)
    assert simulator.count() == {
        "LWA": 1, "createReport": 1, "getReport": 3, "getReportDocument": 1, "document": 1, "getReports": 1,
    }  # fmt: skip
    assert simulator.count(report_type=LISTINGS)["LWA"] == 0
    assert simulator.count(selling_partner_id="A2SELLER") == simulator.count()
    assert simulator.count(selling_partner_id="A3OTHER") == Counter()
    (report,) = simulator.reports
    ids = {call.operation: (call.report_id, call.report_document_id) for call in simulator.calls}
    assert ids["createReport"] == ids["getReport"] == (report.report_id, None)
    assert ids["getReportDocument"] == ids["document"] == (report.report_id, report.report_document_id)
    assert [call.status for call in simulator.calls] == [200, 202, 200, 200, 200, 200, 200, 200]


def test_it_runs_by_itself_until_interrupted() -> None:
    command = [sys.executable, "-m", "cli.main", "simulator", "--speed", "1000"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=REPOSITORY,
        text=True,
        # A shell that runs the tests in the background has them ignore Ctrl-C, and so what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with process, ExitStack() as stack:
        stack.callback(process.kill)
        assert process.stdout is not None
        access = json.loads("".join(iter(process.stdout.readline, "}\n")) + "}")
        form = {name: access[name] for name in ("client_id", "client_secret", "refresh_token")}
        body = urlencode({"grant_type": "refresh_token", **form})
        with PoolManager(retries=False) as http:
            answer = http.request("POST", access["lwaEndpoint"], body=body, headers={"content-type": FORM})
        assert answer.status == 200
        process.send_signal(signal.SIGINT)
        assert (process.communicate(timeout=30), process.returncode) == (("", "Ctrl-C stops it.\n"), 0)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--certificate", "missing.pem"], "--certificate: there is no file missing.pem"),
        pytest.param(
            ["--port", "{port}"], "--port is {port}, which is taken or not allowed: ", marks=pytest.mark.exhaustive
        ),
    ],
)
def test_what_it_cannot_run_with_is_refused_in_a_sentence(
    simulator: Simulator, arguments: list[str], sentence: str
) -> None:
    port = simulator.url.rpartition(":")[2]
    command = [sys.executable, "-m", "cli.main", "simulator", *(each.format(port=port) for each in arguments)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=60, check=False)
    assert (run.returncode, run.stdout) == (2, "")
    assert f"reportflow: {sentence.format(port=port)}" in run.stderr
