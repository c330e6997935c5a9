"""Whether SP-API's words for a denied access name what is missing.

Source: Amazon's page "Authorization errors", and what users of SP-API quote. `Access to requested resource is denied.`
with empty details is said of a missing role, of a withdrawn authorization and of an outage alike: it names nothing.
Nor does it name anything that a token is expired, revoked, malformed or invalid: Login with Amazon has granted it a
moment ago, and refuses where an authorization is withdrawn. Outages say so of every selling partner's.
"""

from lambdas.spapi.error_words import is_object, words_of

# In lower case, as a part of message or details.
NAMES_IT = (
    "does not have access",
    "not have permission",
    "not authorized",
    "not been authorized",
    "is missing the role",
    "required role",
    "role is required",
    "missing role",
    "lacks the role",
    "needs a restricted data token",
    "restricted data token",
    "missingauthenticationtoken",
    "missing authentication token",
    "invalidsignature",
    "invalid signature",
    "unrecognizedclient",
    "not allowed to access",
)


def names_what_is_missing(body: bytes) -> bool:
    """Say whether an answer's body gives a reason that no time changes; a page, which is not SP-API's, does not."""
    if not is_object(body):
        return False
    lower = words_of(body, secrets=()).lower()
    return any(phrase in lower for phrase in NAMES_IT)
