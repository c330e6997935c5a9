"""Where the stack is: what CloudFormation answers, and what AWS or the way to it refuses."""

from typing import Any

import boto3
import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from cli import errors
from cli import stack as deployed
from cli.errors import CommandFailed, Exit

OUTPUTS = {"StateMachineArn": "arn:machine", "ReportBucketName": "reports", "LedgerTableName": "ledger"}


def find(monkeypatch: pytest.MonkeyPatch, answer: Any) -> deployed.DeployedStack:
    """Return what is found when CloudFormation answers so."""
    client = boto3.client("cloudformation", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    stubber = Stubber(client)
    if isinstance(answer, str):
        stubber.add_client_error("describe_stacks", "ValidationError", answer)
    else:
        outputs = [{"OutputKey": key, "OutputValue": value} for key, value in answer.items()]
        stack = {"StackName": "x", "CreationTime": 0, "StackStatus": "CREATE_COMPLETE", "Outputs": outputs}
        stubber.add_response("describe_stacks", {"Stacks": [stack]})
    monkeypatch.setattr(boto3.Session, "client", lambda *_, **__: client)
    with stubber:
        return deployed.find(deployed.Connection(region="us-east-1", stack="x"))


def test_the_outputs_name_machine_bucket_and_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    found = find(monkeypatch, OUTPUTS)
    assert (found.machine, found.bucket, found.ledger) == tuple(OUTPUTS.values())


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("Stack with id x does not exist", "there is no stack x in us-east-1: deploy it with `make deploy`"),
        ({"ReportBucketName": "reports"}, "the stack x has no output StateMachineArn, so it is not reportflow's"),
    ],
)
def test_a_stack_that_is_not_there_or_not_ours(monkeypatch: pytest.MonkeyPatch, answer: Any, sentence: str) -> None:
    with pytest.raises(CommandFailed, match=sentence) as refused:
        find(monkeypatch, answer)
    assert refused.value.exit_code == Exit.UNREACHABLE


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (exceptions.NoCredentialsError(), "there are no AWS credentials: log in (`aws sso login`"),
        (exceptions.NoRegionError(), "no AWS region is known: name one with --region"),
        (exceptions.ProfileNotFound(profile="p"), "The config profile (p) could not be found: `aws configure list"),
        (exceptions.UnauthorizedSSOTokenError(), "the sign-in to AWS has expired: repeat `aws sso login`"),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), "AWS does not answer: is there a network"),
        (
            exceptions.SSLError(endpoint_url="https://x", error=OSError("self-signed")),
            "AWS's certificate is not trusted",
        ),
        (
            ClientError({"Error": {"Code": "ExpiredToken", "Message": "expired"}}, "Scan"),
            "the AWS credentials have expired: log in",
        ),
        (
            ClientError(
                {
                    "Error": {
                        "Code": "AccessDeniedException",
                        "Message": "u is not authorized to perform: dynamodb:Scan on",
                    }
                },
                "Scan",
            ),
            "these credentials may not do dynamodb:Scan: ask for that permission",
        ),
        (
            ClientError({"Error": {"Code": "Throttling", "Message": "Rate exceeded"}}, "Scan"),
            "AWS answered Scan with Throttling: Rate exceeded",
        ),
    ],
)
def test_an_error_of_aws_says_what_to_do(error: Any, sentence: str) -> None:
    problem = errors.of_aws(error)
    assert str(problem).startswith(sentence)
    assert problem.exit_code == Exit.UNREACHABLE
