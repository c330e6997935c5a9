"""What keeps a command from its work, said in a sentence that tells what to do, and the exit codes of all commands."""

import errno
import re
from collections.abc import Iterable
from enum import IntEnum

from botocore import exceptions as aws
from botocore.exceptions import BotoCoreError, ClientError

# Ours first: it is the one that a newcomer has at hand.
LOG_IN = (
    "log in (`aws sso login`, `aws configure`), name a profile with --profile, "
    'or export the lines that `make run ARGS="--keep"` prints'
)

DEPLOY_EXTRA = "work in a clone, which `make` sets up, or install `reportflow[deploy]`"


class Exit(IntEnum):
    """Exit codes, beside 130 for Ctrl-C."""

    OK = 0
    FAILED = 1
    REFUSED = 2
    UNREACHABLE = 3
    NO_DOCUMENT = 4


class CommandFailed(Exception):
    """A sentence for a person, and the exit code that goes with it."""

    def __init__(self, sentence: str, *, exit_code: Exit) -> None:
        """Keep both."""
        super().__init__(sentence)
        self.exit_code = exit_code


def refused(sentence: str) -> CommandFailed:
    """Return the problem of an argument or an input that nothing can be done with."""
    return CommandFailed(sentence, exit_code=Exit.REFUSED)


def unreachable(sentence: str) -> CommandFailed:
    """Return the problem of something that is not there, or not for these credentials."""
    return CommandFailed(sentence, exit_code=Exit.UNREACHABLE)


def of_aws(error: BotoCoreError | ClientError) -> CommandFailed:
    """Return what an error of AWS, or on the way to it, means for who sits at the terminal."""
    if isinstance(error, ClientError):
        return unreachable(_answered(error))
    for kinds, sentence in _on_the_way():
        if isinstance(error, tuple(kinds)):
            return unreachable(sentence.format(error=str(error).rstrip(".")))
    return unreachable(f"AWS cannot be asked: {error}")


def of_disk(error: OSError) -> CommandFailed | None:
    """Return what it means that the disk is full, or a folder not ours to write; None of any other error."""
    ours = "work in a clone, and with a HOME, that this user may write to"
    mend = {
        errno.ENOSPC: "there is no space left on the disk: free some, and repeat it",
        errno.EDQUOT: "the disk's quota is used up: free some of it, and repeat it",
        errno.EROFS: f"the disk is read-only: {ours}",
        errno.EACCES: f"permission denied: {ours}",
        errno.EPERM: f"permission denied: {ours}",
    }.get(error.errno or 0)
    where = f"{error.filename} cannot be written: " if error.filename else ""
    return CommandFailed(f"{where}{mend}", exit_code=Exit.FAILED) if mend else None


def _on_the_way() -> Iterable[tuple[Iterable[type[Exception]], str]]:
    credentials = (aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError)
    yield credentials, f"there are no AWS credentials: {LOG_IN}"
    yield (
        (aws.SSOError, aws.UnauthorizedSSOTokenError, aws.TokenRetrievalError),
        "the sign-in to AWS has expired: repeat `aws sso login`, with the profile if you use one",
    )
    yield (aws.ProfileNotFound,), "{error}: `aws configure list-profiles` lists those there are"
    yield (aws.NoRegionError, aws.InvalidRegionError), "no AWS region is known: name one with --region"
    yield (
        (aws.SSLError,),
        "AWS's certificate is not trusted: set AWS_CA_BUNDLE to the file with the authority that signed it ({error})",
    )
    yield (
        (aws.HTTPClientError, aws.ConnectionError),
        "AWS does not answer: is there a network, and is the endpoint still running? ({error})",
    )


def _answered(error: ClientError) -> str:
    code = error.response.get("Error", {}).get("Code", "")
    said = error.response.get("Error", {}).get("Message", "") or code
    if code in ("ExpiredToken", "ExpiredTokenException", "RequestExpired"):
        return f"the AWS credentials have expired: {LOG_IN}"
    if code in ("InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "SignatureDoesNotMatch"):
        return f"AWS does not know these credentials: {LOG_IN}"
    if code.startswith(("AccessDenied", "UnauthorizedOperation")) or code in ("403", "Forbidden"):
        wanted = re.search(r"perform: ([\w:-]+)", said)
        action = wanted[1] if wanted else error.operation_name
        return f"these credentials may not do {action}: ask for that permission, or use others with --profile ({said})"
    return f"AWS answered {error.operation_name} with {code}: {said}"
