"""What can go wrong with a document on its way. The names are public: they stand in the machine's Retry lists."""

REDIRECTS = (301, 302, 303, 307, 308)
# S3's own words for an address that does not serve, or not any more, whatever its status is.
# Source: the error responses of Amazon S3's API reference.
EXPIRED = (
    *("ExpiredToken", "InvalidToken", "TokenRefreshRequired", "RequestExpired", "RequestTimeTooSkewed"),
    *("AccessDenied", "SignatureDoesNotMatch", "InvalidAccessKeyId"),
    *("AuthorizationQueryParametersError", "AuthorizationHeaderMalformed"),
    *("NoSuchKey", "NoSuchBucket", "NoSuchVersion", "PermanentRedirect", "TemporaryRedirect"),
)
# With these a fault passes, whatever its status is; so does every other one with a status from 500 on.
PASSING = (
    *("RequestTimeout", "SlowDown", "InternalError", "ServiceUnavailable", "Busy"),
    *("ThrottlingException", "RequestLimitExceeded", "OperationAborted"),
)


class DocumentOriginRefused(Exception):
    """The document's address is not of an origin that documents are expected from."""


class DocumentUrlExpired(Exception):
    """The document's address does not serve (403, 404, an expired token, a dead end): a new one must be asked for."""


class DocumentRefused(Exception):
    """The document's host answered neither with the document nor with a fault that passes."""


class DocumentUnavailable(Exception):
    """The document's host could not be reached or answered with a fault of its own."""


class DocumentIncomplete(Exception):
    """The transfer ended before the document did."""


class DocumentTooSlow(Exception):
    """The document did not arrive in the time that there was for it."""


def error_of(status: int, code: str) -> type[Exception]:
    """Return the error of an answer that is no document, by its status and by S3's `<Code>` if it has one."""
    if status >= 500 or status in (408, 425, 429) or code in PASSING:
        return DocumentUnavailable
    # 404: what was uploaded a moment ago may not be there yet, and an old address may lead to what is gone.
    # A redirect without a Location is S3's word for a bucket that is elsewhere; a 400 without a code is not S3's.
    expired = status in (401, 403, 404, 410, *REDIRECTS) or code in EXPIRED or (status == 400 and not code)
    return DocumentUrlExpired if expired else DocumentRefused
