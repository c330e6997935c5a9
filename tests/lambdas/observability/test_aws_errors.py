"""AWS's errors leave a function under names of ours, whatever botocore calls them."""

import ast
from functools import cache
from itertools import chain
from typing import Any

import boto3
import pytest
from botocore import exceptions, xform_name
from botocore.exceptions import ClientError
from botocore.session import get_session

from lambdas.observability.aws_errors import AwsDenied, AwsRejected, AwsThrottled, AwsUnavailable, code_of, renamed
from lambdas.passing_errors import AWS
from tests.testing.repository import REPOSITORY

# Glue and SQS are those of functions behind a queue, which repeats whatever failed.
SERVICES = ("dynamodb", "events", "s3", "secretsmanager", "stepfunctions")
# What s3.copy calls, which botocore has no operation for.
OF_COPY = {("s3", operation) for operation in ("HeadObject", "CopyObject", "UploadPartCopy")}
CALLER = "the caller's mistake, which stays one"
CAUGHT = "the function expects it and catches it; where it does not, a repetition meets it again"
NOT_USED = "belongs to a feature that is not used"
# Glue has operations of the same names.
OF_GLUE = {("dynamodb", "CreateTable"), ("dynamodb", "UpdateTable")}
NOT_THERE = "what is not there does not come by being asked again"
PERMANENT = {
    "ConditionalCheckFailedException": CAUGHT,
    "TransactionCanceledException": CAUGHT,
    "IdempotentParameterMismatchException": CALLER,
    "ItemCollectionSizeLimitExceededException": NOT_USED,
    "ResourceNotFoundException": NOT_THERE,
    "NoSuchBucket": NOT_THERE,
    "NoSuchKey": NOT_THERE,
    "NoSuchUpload": NOT_THERE,
    "StateMachineDoesNotExist": NOT_THERE,
    "ExecutionDoesNotExist": CAUGHT,
    "ExecutionAlreadyExists": CAUGHT,
    "ExecutionNotRedrivable": CAUGHT,
    "TaskDoesNotExist": CAUGHT,
    "TaskTimedOut": CAUGHT,
    "InvalidToken": CAUGHT,
    "InvalidArn": CALLER,
    "InvalidExecutionInput": CALLER,
    "InvalidName": CALLER,
    "InvalidOutput": CALLER,
    "StateMachineDeleting": "the stack is going",
    "ValidationException": CALLER,
    "InvalidParameterException": CALLER,
    "InvalidRequestException": "the secret is marked for deletion, until somebody restores it",
    "DecryptionFailure": "the key is disabled or gone, until somebody mends it",
    "InvalidNextTokenException": CALLER,
    "InvalidObjectState": "the object is archived, until somebody restores it",
    "InvalidRequest": CALLER,
    "InvalidWriteOffset": NOT_USED,
    "TooManyParts": CALLER,
    "EncryptionTypeMismatch": CALLER,
    "ObjectNotInActiveTierError": "the object is archived, until somebody restores it",
    "KmsAccessDeniedException": "a key's policy denies it, until somebody mends it",
    "KmsInvalidStateException": "the key is disabled or gone, until somebody mends it",
}
# S3 models hardly any of its errors. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
UNMODELLED = {
    "SlowDown": AwsThrottled,
    "KMS.ThrottlingException": AwsThrottled,
    "InternalError": AwsUnavailable,
    "ServiceUnavailable": AwsUnavailable,
    "RequestTimeout": AwsUnavailable,
    "OperationAborted": AwsUnavailable,
    "ExpiredToken": AwsUnavailable,
    "AccessDenied": AwsDenied,
    "AccessDeniedException": AwsDenied,
    "KMS.DisabledException": AwsRejected,
    "NoSuchBucket": AwsRejected,
}


@cache
def operations() -> frozenset[tuple[str, str]]:
    """Return the operations that lambdas/ calls, by service: the names of methods and of paginators in its source."""
    trees = [ast.parse(path.read_text()) for path in (REPOSITORY / "lambdas").rglob("*.py")]
    nodes = list(chain.from_iterable(ast.walk(tree) for tree in trees))
    named = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
    named |= {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    models = {service: get_session().get_service_model(service).operation_names for service in SERVICES}
    return frozenset(OF_COPY) | {
        (service, operation)
        for service, names in models.items()
        for operation in names
        if xform_name(operation) in named and (service, operation) not in OF_GLUE
    }


@cache
def modelled() -> tuple[tuple[str, str, str], ...]:
    """Return service, operation and code of each error that botocore's models have for them."""
    session = get_session()
    return tuple(
        (service, operation, shape.metadata.get("error", {}).get("code", shape.name))
        for service, operation in sorted(operations())
        for shape in session.get_service_model(service).operation_model(operation).error_shapes
    )


def answer(code: str, *, status: int = 400) -> ClientError:
    """Return an error answer as botocore raises it, where its model does not list it."""
    response = {"Error": {"Code": code, "Message": "why"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(response, "Operation")  # type: ignore[arg-type]  # no other metadata matters here


def test_the_operations_are_found() -> None:
    assert {("dynamodb", "TransactWriteItems"), ("s3", "CompleteMultipartUpload"), ("s3", "ListParts")} <= operations()
    assert {("events", "PutEvents"), ("secretsmanager", "GetSecretValue")} <= operations()
    assert {("stepfunctions", "StartExecution"), ("stepfunctions", "SendTaskSuccess")} <= operations()


def test_each_error_of_each_operation_is_retried_or_has_a_reason() -> None:
    wrong = {
        (service, operation, code)
        for service, operation, code in modelled()
        if (type(renamed(answer(code))).__name__ in AWS) == (code in PERMANENT)
    }
    assert wrong == set()


def test_what_is_permanent_is_an_error_of_these_operations() -> None:
    known = {code for _, _, code in modelled()}
    assert PERMANENT.keys() - known == set()


@pytest.mark.parametrize(("code", "expected"), UNMODELLED.items())
def test_an_error_that_no_model_lists_has_a_name(code: str, expected: type[Exception]) -> None:
    assert type(renamed(answer(code))) is expected
    assert code_of(answer(code)) == code


@pytest.mark.parametrize(
    ("status", "expected"), [(429, AwsThrottled), (500, AwsUnavailable), (503, AwsUnavailable), (403, AwsDenied)]
)
def test_the_status_decides_on_a_code_that_nobody_knows(status: int, expected: type[Exception]) -> None:
    assert type(renamed(answer("Unheard", status=status))) is expected


def test_botocore_s_own_classes_make_no_difference() -> None:
    client = boto3.client("dynamodb", region_name="us-east-1")
    for _, _, code in modelled():
        made: Any = client.exceptions.from_code(code)
        classed = made(answer(code).response, "Operation")
        assert type(renamed(classed)) is type(renamed(answer(code)))


def test_where_no_answer_comes_it_passes() -> None:
    silent: list[Exception] = [exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2)]
    pending: list[Any] = [exceptions.HTTPClientError, exceptions.ConnectionError]
    while pending:
        cls = pending.pop()
        pending += cls.__subclasses__()
        silent.append(cls(endpoint_url="https://x", error="e", proxy_url="https://p", request=None, response=None))
    assert len(silent) >= 10
    assert {type(renamed(error)) for error in silent} == {AwsUnavailable}


def test_what_is_not_aws_s_keeps_its_name() -> None:
    error = LookupError("ours")
    assert renamed(error) is error
    assert code_of(error) is None
