"""A fake Amazon on loopback, a fake AWS in the process, and the real clients between them and the code under test."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import boto3
import pytest
import urllib3

from lambdas import dependencies
from lambdas.credentials import CredentialStore
from lambdas.handlers.handle_done import handle_done
from lambdas.landing.bucket import ReportBucket
from lambdas.landing.download import DocumentSource
from lambdas.landing_job import LandingJob
from lambdas.ledger.outcome import Outcomes
from lambdas.ledger.report_statistics import ReportStatistics
from lambdas.ledger.table import Ledger
from lambdas.payloads.state_data import StateData
from lambdas.spapi.client import Call
from lambdas.spapi.lwa import AccessTokens, Credentials
from lambdas.spapi.reports import ReportsApi
from local.simulator import Simulator
from tests.testing.documented_schemas import objects_as_documented
from tests.testing.moto_aws import empty_aws
from tests.testing.samples import DEADLINE, NOW, SELLER, ListeningPool, Unpaced

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient

Objects = Callable[[], dict[str, bytes]]
Land = Callable[..., Any]
RETENTION = timedelta(days=400)
REGION, TABLE, BUCKET, PREFIX = "us-east-1", "ledger", "reports", "reportflow"


class Clients(NamedTuple):
    """Clients of AWS."""

    s3: "S3Client"
    dynamodb: "DynamoDBClient"
    secrets_manager: "SecretsManagerClient"


@pytest.fixture
def aws() -> Iterator[Clients]:
    """Return clients of an empty AWS."""
    with empty_aws(region=REGION):
        yield Clients(boto3.client("s3"), boto3.client("dynamodb"), boto3.client("secretsmanager"))


@pytest.fixture
def ledger(aws: Clients) -> Ledger:
    keys = ("sellingPartnerId", "entry")
    aws.dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": keys[0], "KeyType": "HASH"}, {"AttributeName": keys[1], "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        BillingMode="PAY_PER_REQUEST",
    )
    return Ledger(dynamodb=aws.dynamodb, table=TABLE, retention=RETENTION)


@pytest.fixture
def outcomes(ledger: Ledger, statistics: ReportStatistics) -> Outcomes:
    return Outcomes(ledger, statistics)


@pytest.fixture
def statistics(aws: Clients, ledger: Ledger) -> ReportStatistics:
    """Return what is known of earlier reports: nothing, in the ledger's table."""
    return ReportStatistics(dynamodb=aws.dynamodb, table=TABLE, retention=RETENTION)


@pytest.fixture
def bucket(aws: Clients) -> ReportBucket:
    aws.s3.create_bucket(Bucket=BUCKET)
    aws.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return ReportBucket(s3=aws.s3, bucket=BUCKET)


@pytest.fixture
def objects(aws: Clients, bucket: ReportBucket) -> Objects:
    """Return a function that returns all that is visible in the bucket, by key."""

    def read() -> dict[str, bytes]:
        listed = aws.s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {item["Key"]: aws.s3.get_object(Bucket=BUCKET, Key=item["Key"])["Body"].read() for item in listed}

    return read


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """Let Amazon's clock stand still at NOW."""
    with Simulator(clock=NOW.timestamp) as running:
        yield running


@pytest.fixture
def timeout(request: pytest.FixtureRequest) -> float:
    """Return the timeout of all connections in seconds: the one that the test gives."""
    return float(getattr(request, "param", 10))


@pytest.fixture
def http(timeout: float) -> Iterator[ListeningPool]:
    """Return a pool like the one in production."""
    with ListeningPool(retries=False, timeout=timeout) as pool:
        yield pool


@pytest.fixture
def tokens(simulator: Simulator, http: urllib3.PoolManager) -> AccessTokens:
    def credentials(selling_partner_id: str, fresh: bool) -> Credentials:
        return Credentials(**simulator.application, refresh_token=simulator.refresh_token(selling_partner_id))

    return AccessTokens(http=http, endpoint=simulator.lwa_url, credentials=credentials)


@pytest.fixture
def calls() -> list[Call]:
    return []


@pytest.fixture
def sp_api(simulator: Simulator, http: urllib3.PoolManager, tokens: AccessTokens, calls: list[Call]) -> ReportsApi:
    return ReportsApi(
        http=http, endpoint=simulator.url, tokens=tokens, selling_partner_id=SELLER, calls=calls, pace=Unpaced()
    )


@pytest.fixture
def documents(simulator: Simulator, timeout: float) -> DocumentSource:
    return DocumentSource(origins=[simulator.url], timeout=timeout)


@pytest.fixture
def documented(aws: Clients) -> Iterator[None]:
    """Let nothing be written into the bucket that is not as documented."""
    with objects_as_documented():
        yield


@pytest.fixture
def land(
    sp_api: ReportsApi, documents: DocumentSource, bucket: ReportBucket, outcomes: Outcomes, documented: None
) -> Land:
    """Return handle_done: of StateData, within so many seconds, and with other parts of LandingJob if need be."""
    usual = {"sp_api": sp_api, "documents": documents, "bucket": bucket, "outcomes": outcomes, "now": NOW}

    def run(state_data: StateData, *, seconds: float = 60, **changes: Any) -> Any:
        deadline = time.monotonic() + seconds
        return handle_done(LandingJob(state_data=state_data, deadline=deadline, **{**usual, **changes}))

    return run


@pytest.fixture
def store(aws: Clients) -> CredentialStore:
    return CredentialStore(secrets_manager=aws.secrets_manager, prefix=PREFIX)


@pytest.fixture
def secrets(aws: Clients, simulator: Simulator) -> None:
    """Put the credentials where the functions look for them."""
    partner = {"refresh_token": simulator.refresh_token(SELLER)}
    for name, value in (("lwa-client", simulator.application), (f"selling-partners/{SELLER}", partner)):
        aws.secrets_manager.create_secret(Name=f"{PREFIX}/{name}", SecretString=json.dumps(value))


@pytest.fixture
def on_lambda(
    ledger: Ledger,
    bucket: ReportBucket,
    secrets: None,
    simulator: Simulator,
    documented: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    """Set the environment as the stack does, for handlers as Lambda calls them."""
    environment = {
        "LEDGER_TABLE": TABLE,
        "REPORT_BUCKET": BUCKET,
        "SECRET_PREFIX": PREFIX,
        "SP_API_ENDPOINT": simulator.url,
        "LWA_ENDPOINT": simulator.lwa_url,
        "DOCUMENT_ORIGINS": simulator.url,
        "REPORT_DEADLINE_SECONDS": str(DEADLINE),
        "LEDGER_RETENTION_DAYS": "400",
        "POLLING_FACTOR": "5",
        "UTF8_COPY": "false",
    }
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    dependencies.dependencies.cache_clear()
    yield
    dependencies.dependencies()._http.clear()
    dependencies.dependencies.cache_clear()
