"""Whether SP-API's words for a denied access name what is missing.

Source: Amazon's page "Authorization errors", and what users of SP-API quote. `Access to requested resource is denied.`
with empty details is said of a missing role, of a withdrawn authorization and of an outage alike: it names nothing.
"""

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
    "revoked",
    "malformed",
    "missingauthenticationtoken",
    "missing authentication token",
    "invalidsignature",
    "invalid signature",
    "unrecognizedclient",
    "not allowed to access",
    "blocked",
    "suspended",
)


def names_what_is_missing(words: str) -> bool:
    """Say whether these words give a reason that no time changes."""
    lower = words.lower()
    return any(phrase in lower for phrase in NAMES_IT)
