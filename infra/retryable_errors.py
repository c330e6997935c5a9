"""The names in the machines' Retry lists, apart from the machines: to read a name does not start the CDK."""

from lambdas.observability.aws_errors import AwsThrottled, AwsUnavailable

SP_API_RETRYABLE_ERRORS = ["SpApiUnavailable", "SpApiUnreachable", "LwaUnavailable"]
# The function did not get to answer, or an AWS service did not answer the function.
AWS_RETRYABLE_ERRORS = [
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.Unknown",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Runtime.OutOfMemory",
    AwsThrottled.__name__,
    AwsUnavailable.__name__,
]
# The account runs as many functions as it may. This function has not run, so nothing is repeated.
NO_CONCURRENCY = ["Lambda.TooManyRequestsException"]
