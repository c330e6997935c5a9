"""Nobody can do, and nothing can be reached, what and where AWS would not let them."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.testing import processes

if TYPE_CHECKING:
    from tests.testing.deployed_probe import Deployed


def test_a_function_can_do_what_its_role_grants(deployed: Deployed) -> None:
    secret, failed = deployed.invoke("Prober", do="land", key="reports/1")
    assert not failed
    assert json.loads(secret)["client_id"] == "amzn1.application-oa2-client.1"
    stored = deployed.aws.client("s3").get_object(Bucket=deployed.name("Bucket"), Key="reports/1")
    assert stored["Body"].read().decode() == secret
    assert stored["VersionId"] != "null"
    items = deployed.aws.client("dynamodb").scan(TableName=deployed.name("Table"))["Items"]
    assert {"id": {"S": "reports/1"}} in items


def test_a_function_whose_role_lacks_a_permission_is_denied(deployed: Deployed) -> None:
    error, failed = deployed.invoke("Outsider", do="put", key="intruder")
    assert failed
    assert "AccessDenied" in error["errorMessage"]
    assert "s3:PutObject" in error["errorMessage"]
    assert "Contents" not in deployed.aws.client("s3").list_objects_v2(
        Bucket=deployed.name("Bucket"), Prefix="intruder"
    )


def test_plain_http_is_not_answered(deployed: Deployed) -> None:
    connection = http.client.HTTPConnection(urlsplit(deployed.aws.endpoint_url).netloc, timeout=5)
    connection.request("GET", f"/{deployed.name('Bucket')}")
    with pytest.raises(ConnectionError):
        connection.getresponse()
    connection.close()


def test_its_certificate_is_trusted_by_nobody_who_was_not_told(deployed: Deployed) -> None:
    with pytest.raises(OSError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(deployed.aws.endpoint_url)
    told = ssl.create_default_context(cafile=str(deployed.aws.ca_bundle))
    by_name = deployed.aws.endpoint_url.replace("127.0.0.1", "localhost")
    with urllib.request.urlopen(f"{by_name}/_ministack/health", context=told) as response:
        assert response.status == 200


@processes.on_linux
def test_everything_listens_on_the_loopback_address_only(deployed: Deployed) -> None:
    deployed.invoke("Prober", do="echo")  # so that there is a Runtime API too
    group = processes.members(deployed.aws._child._process.pid)
    assert len(group) >= 3
    assert processes.listening(group) == {"127.0.0.1"}


def test_exporting_its_environment_is_all_that_another_program_needs(deployed: Deployed) -> None:
    program = "import boto3; print([bucket['Name'] for bucket in boto3.client('s3').list_buckets()['Buckets']])"
    environment = {"PATH": os.environ["PATH"], **deployed.aws.environment}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert deployed.name("Bucket") in ran.stdout
