"""What can go wrong between us and Amazon. The names are public: they stand in the machine's Retry lists.

SpApiError
├── LwaRefused           the credentials are wrong; no retry helps
├── LwaUnavailable       Login with Amazon did not answer; nothing was asked of SP-API yet
├── SpApiUnreachable     no connection was made, so the request certainly had no effect
├── SpApiUnavailable     5xx, a timeout, a broken connection, or what SP-API has not said: the request may or may not
│   │                    have had its effect
│   └── SpApiAnswerTooLarge  the same, and no retry helps
├── SpApiListingEndless  getReports does not come to an end
├── SpApiThrottled       429: the request had no effect
├── SpApiForbidden       401 or 403 with a fresh access token, without words that say why: it may pass
├── SpApiAccessMissing   the same, with words that name what is missing; no retry helps
├── SpApiNotFound        404
└── SpApiRejected        400, 415 and every other 4xx that is not one of the above
"""


class SpApiError(Exception):
    """Base of everything that Amazon's side answers with, or fails to."""


class LwaRefused(SpApiError):
    """Login with Amazon refused the client or the refresh token."""


class LwaUnavailable(SpApiError):
    """Login with Amazon could not be reached or answered with a fault of its own."""


class SpApiUnreachable(SpApiError):
    """No connection to SP-API could be made: the request was not sent."""


class SpApiUnavailable(SpApiError):
    """SP-API failed or went silent after the request was sent: its effect is unknown."""


class SpApiAnswerTooLarge(SpApiUnavailable):
    """SP-API's answer is larger than any that its model allows: its effect is unknown."""


class SpApiListingEndless(SpApiError):
    """SP-API's listing repeats a page's token, or has more pages than there can be reports."""


class SpApiThrottled(SpApiError):
    """SP-API's quota for this operation and selling partner is used up."""


class SpApiForbidden(SpApiError):
    """SP-API denies access although the access token is fresh, and does not say why.

    Amazon words an outage of its authorization like a missing role: only time tells them apart.
    """


class SpApiAccessMissing(SpApiError):
    """SP-API denies access and names what is missing: a role, an authorization, a Restricted Data Token."""


class SpApiNotFound(SpApiError):
    """SP-API does not know this id for this selling partner, or not yet."""


class SpApiRejected(SpApiError):
    """SP-API refuses the request as it stands."""
