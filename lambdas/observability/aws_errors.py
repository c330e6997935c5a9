"""AWS's errors under names of our own, as they leave a function.

Lambda reports an exception's class name, and the Retry lists (infra/state_machine.py) match it. botocore names a class
after an error only where its model lists the error, and the models differ by version; so the error's code decides.
"""

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError, IncompleteReadError  # noqa: A004  # botocore's

THROTTLED = {
    "BandwidthLimitExceeded",
    "ExecutionLimitExceeded",
    "KmsThrottlingException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "Throttling",
    "ThrottledException",
    "ThrottlingException",
    "TooManyRequestsException",
}
# With these codes an error passes, whatever its status is; so does every other one with a status from 500 on.
PASSING = {
    "ConditionalRequestConflict",
    "DependencyTimeoutException",
    "ExpiredToken",
    "ExpiredTokenException",
    "InternalError",
    "InternalException",
    "InternalFailure",
    "InternalServerError",
    "InternalServiceError",
    "KMSInternalException",
    "KeyUnavailableException",
    "OperationAborted",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "ReplicatedWriteConflictException",
}
DENIED = {"AccessDenied", "AccessDeniedException", "Forbidden", "KMSAccessDeniedException", "UnauthorizedOperation"}


class AwsError(Exception):
    """A call of an AWS service failed."""


class AwsThrottled(AwsError):
    """An AWS service takes no more calls at the moment."""


class AwsUnavailable(AwsError):
    """An AWS service, or the way to it, failed in a way that passes."""


class AwsDenied(AwsError):
    """A function may not do what it needs in this account."""


class AwsRejected(AwsError):
    """An AWS service, or botocore before it, refuses a call as it stands; a repetition would be refused too."""


def renamed(error: Exception) -> Exception:
    """Return an error of AWS under a name of ours, with the same sentence; any other error as it is.

    Source of the codes: the common errors of each service's API reference.
    """
    if isinstance(error, ClientError):
        return _class_of(error)(str(error))
    # What botocore raises where no answer came, or half of one.
    if isinstance(error, (ConnectionError, HTTPClientError, IncompleteReadError)):
        return AwsUnavailable(str(error))
    return AwsRejected(str(error)) if isinstance(error, BotoCoreError) else error


def code_of(error: Exception | None) -> str | None:
    """Return AWS's name of an error: its code, or the class where no answer came; None if it is not AWS's."""
    if isinstance(error, ClientError):
        return str(error.response["Error"].get("Code"))
    return type(error).__name__ if isinstance(error, BotoCoreError) else None


def _class_of(error: ClientError) -> type[AwsError]:
    # S3 puts the name of another service before that one's code: KMS.ThrottlingException.
    code = str(code_of(error)).rpartition(".")[2]
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if code in THROTTLED or status == 429:
        return AwsThrottled
    if code in PASSING or status >= 500:
        return AwsUnavailable
    return AwsDenied if code in DENIED or status == 403 else AwsRejected
