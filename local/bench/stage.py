"""Where landings are measured: both servers, and the environment that a method's process finds."""

import http.client
import json
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import trustme

from local.bench.alternatives import TEMPORARY
from local.bench.methods import Method
from local.bench.orders import Report
from local.bench.process import Usage
from local.synthesis import REPOSITORY

# The slowest alternative needs a minute or two for the largest report.
LONGEST_SECONDS = 1800
AUTHORITY, CERTIFICATE = "authority.pem", "certificate.pem"


class LandedWrong(Exception):
    """A method failed, or did not land as many bytes as the document has."""


class Stage:
    """The running servers, between which methods land."""

    def __init__(
        self, *, directory: Path, source_port: int, sink_port: int, warm_up: Report, peers: Path | None
    ) -> None:
        """Know the certificates in `directory`, the report that warms a process up, and the peers' Python, if any."""
        self._directory = directory
        self._source = f"https://127.0.0.1:{source_port}"
        self._sink_port = sink_port
        self._warm_up = warm_up
        self._peers = peers
        self._landings = 0

    def land(self, name: str, method: Method, report: Report) -> Usage:
        """Land `report` by `method` in a process of its own.

        Raises:
            LandedWrong: it failed, or another number of bytes landed than should have.
        """
        self._landings += 1
        bucket = f"landing-{self._landings}"
        python = self._peers if method.peer and self._peers else sys.executable
        urls = [f"{self._source}/{served.path.name}" for served in (report, self._warm_up)]
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                [
                    python,
                    "-m",
                    "local.bench.process",
                    name,
                    *urls,
                    report.charset,
                ],
                env=self._environment(bucket),
                cwd=REPOSITORY,
                capture_output=True,
                text=True,
                check=True,
                timeout=LONGEST_SECONDS,
                start_new_session=True,
            )
        except subprocess.CalledProcessError as error:
            raise LandedWrong(f"{name} failed: {error.stderr.strip()[-1000:]}") from None
        except subprocess.TimeoutExpired:
            raise LandedWrong(f"{name} took more than {LONGEST_SECONDS} seconds") from None
        self._check(name, method, report, bucket=bucket)
        return Usage(**json.loads(done.stdout))

    def _environment(self, bucket: str) -> Mapping[str, str]:
        authority = str(self._directory / AUTHORITY)
        trust = dict.fromkeys(("SSL_CERT_FILE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), authority)
        nowhere = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
        own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **own,
            **trust,
            **nowhere,
            "PYTHONPATH": str(REPOSITORY),
            "NO_PROXY": "127.0.0.1",
            "AWS_ACCESS_KEY_ID": "bench",
            "AWS_SECRET_ACCESS_KEY": "bench",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ENDPOINT_URL_S3": f"https://127.0.0.1:{self._sink_port}",
            "REPORT_BUCKET": bucket,
            "DOCUMENT_ORIGINS": self._source,
            TEMPORARY: str(self._directory),
        }

    def _check(self, name: str, method: Method, report: Report, *, bucket: str) -> None:
        right = {"text": report.size, "utf-8": report.utf8_size}.get(method.lands, report.gzip_size)
        objects = {key: size for key, size in self._objects(bucket).items() if "warm-up" not in key}
        # How well the UTF-8 copy compresses is its own affair; what it says is tested elsewhere.
        utf8_copies = [objects.pop(key) for key in [*objects] if key.startswith("utf-8/")]
        landed = [*objects.values()]
        if landed != [right] or len(utf8_copies) != (method.lands == "gzip and UTF-8 copy") or 0 in utf8_copies:
            utf8_copy = f" and UTF-8 copies of {utf8_copies}" if utf8_copies else ""
            raise LandedWrong(f"{name} landed {landed} bytes{utf8_copy} of {report.path.name} where {right} are right")

    def _objects(self, bucket: str) -> dict[str, int]:
        trust = ssl.create_default_context(cafile=self._directory / AUTHORITY)
        connection = http.client.HTTPSConnection("127.0.0.1", self._sink_port, context=trust)
        try:
            connection.request("GET", f"/{bucket}")
            objects: dict[str, int] = json.loads(connection.getresponse().read())
        finally:
            connection.close()
        return objects


@contextmanager
def stage(*, directory: Path, warm_up: Report, peers: Path | None) -> Iterator[Stage]:
    """Run the servers for as long as the context lasts. Reports are served from where the warm-up's is."""
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=directory, prefix="stage-") as temporary:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(Path(temporary) / AUTHORITY)
        certificate, data = str(Path(temporary) / CERTIFICATE), str(warm_up.path.parent)
        authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
        with _server("source", certificate, data) as source, _server("sink", certificate, data) as sink:
            yield Stage(directory=Path(temporary), source_port=source, sink_port=sink, warm_up=warm_up, peers=peers)


@contextmanager
def _server(*arguments: str) -> Iterator[int]:
    command = [sys.executable, "-m", "local.bench.servers", *arguments]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield int(process.stdout.readline() if process.stdout else "")
        finally:
            process.kill()
