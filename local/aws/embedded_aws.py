"""The embedded AWS as its user sees it: a context manager around one child process."""

from __future__ import annotations

import importlib.util
import shutil
import socket
from typing import TYPE_CHECKING, Self

from local.aws import certificates
from local.aws.child import Child, ministack_environment
from local.aws.deploy import Deployment
from local.aws.session import ROOT_KEY, bound_session
from local.fast_clock import VARIABLE, FastClock, SharedClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ACCOUNT = "123456789012"
LAST_LINES = 20


class EmbeddedAwsFailed(Exception):
    """The embedded AWS did not start; the message ends with the last lines of its log."""


class EmbeddedAws:
    """AWS on 127.0.0.1 for as long as the context lasts: its state in memory, its files in one directory.

    IAM policies are evaluated, and functions run with their own roles' credentials. `session` and its
    `client` are of the root user and reach nothing but this, whatever the caller's AWS configuration says.
    """

    def __init__(
        self,
        *,
        directory: Path,
        speed: float = 1.0,
        region: str = "us-east-1",
        function_environment: Mapping[str, str] | None = None,
        concurrent_executions: int = 1000,
        plain_runtime: bool = importlib.util.find_spec("awslambdaric") is None,
    ) -> None:
        """Issue the certificates; nothing runs yet.

        Args:
            directory: for certificates, log, function code and scratch files; made if missing.
            speed: how many times faster the time of `clock` passes while executions only wait; it stands still while
                anything computes. Wait states, Retry intervals, executions' times and `clock.now` of the functions go
                by it.
            region: the one region of its clients and functions.
            function_environment: variables that every function gets, over its own and over what makes it trust and
                reach the embedded AWS: AWS_ENDPOINT_URL, AWS_CA_BUNDLE, SSL_CERT_FILE.
            concurrent_executions: Lambda's slots in this account: by default 1,000 on AWS, and 10 in a new account.
            plain_runtime: run functions in subprocesses with a small runtime of ours instead of forks with Amazon's
                runtime client, which exists for Linux only. Exceptions, timeouts and exits look the same; log lines
                are Python's, never JSON, and a cold start takes as long as starting Python and importing boto3.
        """
        self.directory = directory.resolve()
        self.log = self.directory / "aws.log"
        pems = certificates.issue(self.directory)
        self.ca_bundle = pems.authority
        self.server_certificate = pems.server
        self.server_key = pems.server_key
        self._region = region
        self.clock = SharedClock(self.directory / "clock")
        self.clock.set(FastClock.from_now(1))
        self._speed = speed
        self._function_environment = dict(function_environment or {})
        self._concurrent_executions = concurrent_executions
        self._plain_runtime = plain_runtime

    def __enter__(self) -> Self:
        """Start it and wait until it answers.

        Raises:
            EmbeddedAwsFailed: it ended, or was not ready within a minute.
        """
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.endpoint_url = f"https://127.0.0.1:{listener.getsockname()[1]}"
            self._child = self._start(listener)
        try:
            self._await_readiness()
            self.session = bound_session(endpoint_url=self.endpoint_url, ca_bundle=self.ca_bundle, region=self._region)
        except BaseException:
            self._child.stop()
            raise
        self.client = self.session.client
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it, and every function process with it."""
        self._child.stop()

    @property
    def environment(self) -> dict[str, str]:
        """What to export for the AWS CLI, the CDK CLI or an SDK to use it as its root user."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ENDPOINT_URL_S3": self.endpoint_url,  # the CDK CLI's assets go to Amazon's S3 without it
            "AWS_CA_BUNDLE": str(self.ca_bundle),
            "NODE_EXTRA_CA_CERTS": str(self.ca_bundle),
            "AWS_ACCESS_KEY_ID": ROOT_KEY,
            "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
            "AWS_REGION": self._region,
            "AWS_DEFAULT_REGION": self._region,
            VARIABLE: str(self.clock.path),
        }

    def deploy(self, assembly: Path, *, stack_name: str) -> dict[str, str]:
        """Create or update a stack from a cloud assembly's directory, unmodified, and return its outputs.

        Raises:
            StackFailed: names each resource that failed, and why.
        """
        return Deployment(
            assembly=assembly,
            stack_name=stack_name,
            account=ACCOUNT,
            endpoint_url=self.endpoint_url,
            session=self.session,
        ).run()

    def _start(self, listener: socket.socket) -> Child:
        scratch = self.directory / "scratch"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        authority = str(self.ca_bundle)
        reach = {"AWS_ENDPOINT_URL": self.endpoint_url, "AWS_CA_BUNDLE": authority, "SSL_CERT_FILE": authority}
        clock = {VARIABLE: str(self.clock.path)}
        return Child(
            listener=listener,
            log=self.log,
            settings={
                "directory": str(self.directory),
                "plain_runtime": self._plain_runtime,
                "clock": str(self.clock.path),
                "speed": self._speed,
                "function_variables": {**reach, **clock, **self._function_environment},
            },
            environment={
                **ministack_environment(scratch),
                "LAMBDA_ACCOUNT_CONCURRENCY": str(self._concurrent_executions),
                "GATEWAY_PORT": str(listener.getsockname()[1]),
                "MINISTACK_ACCOUNT_ID": ACCOUNT,
                "MINISTACK_REGION": self._region,
                "MINISTACK_SSL_CERT": str(self.server_certificate),
                "MINISTACK_SSL_KEY": str(self.server_key),
            },
        )

    def _await_readiness(self) -> None:
        if not self._child.wait_until_ready():
            lines = self.log.read_text(errors="replace").splitlines()[-LAST_LINES:]
            raise EmbeddedAwsFailed("\n".join([f"the embedded AWS did not start; {self.log} ends with:", *lines]))
