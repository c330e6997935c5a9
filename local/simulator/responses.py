"""Answers as each of the three services words them: SP-API, Login with Amazon and the document store (S3)."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from xml.sax.saxutils import escape

from werkzeug import Response

SP_API_ERRORS = {
    400: ("InvalidInput", "Request has missing or invalid parameters and cannot be parsed."),
    401: ("Unauthorized", "Access to requested resource is denied."),
    403: ("Unauthorized", "Access to requested resource is denied."),
    404: ("NotFound", "One or more of the provided ReportRequestIds could not be found."),
    415: ("UnsupportedMediaType", "The request payload is in an unsupported format."),
    429: ("QuotaExceeded", "You exceeded your quota for the requested resource."),
    500: ("InternalFailure", "We encountered an internal error. Please try again."),
    503: ("ServiceUnavailable", "Service is temporarily unavailable. Please try again."),
}
INVALID_GRANT = (
    "The request has an invalid grant parameter : refresh_token. User may have revoked or didn't grant the permission."
)
LWA_ERRORS = {
    400: ("invalid_grant", INVALID_GRANT),
    401: ("invalid_client", "Client authentication failed"),
    500: ("server_error", "The authorization server encountered an unexpected condition."),
    503: ("temporarily_unavailable", "The authorization server is currently unable to handle the request."),
}
STORE_ERRORS = {
    400: ("InvalidRequest", "Invalid Request"),
    403: ("AccessDenied", "Request has expired"),
    404: ("NoSuchKey", "The specified key does not exist."),
    412: ("PreconditionFailed", "At least one of the pre-conditions you specified did not hold"),
    416: ("InvalidRange", "The requested range is not satisfiable"),
    500: ("InternalError", "We encountered an internal error. Please try again."),
    503: ("SlowDown", "Please reduce your request rate."),
}
GATEWAY_STATUSES = {502, 504}  # answered by what stands in front of the service, so in HTML


class Refused(Exception):
    """The call gets an error answer; code and message default to the usual ones of the called service."""

    def __init__(
        self,
        *,
        status: int,
        code: str | None = None,
        message: str | None = None,
        details: str = "",
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, code, message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.body = body
        self.headers = headers or {}


def invalid(message: str, *, details: str = "") -> Refused:
    """Make a 400 InvalidInput."""
    return Refused(status=400, message=message, details=details)


def json_answer(value: object, *, status: int = 200) -> Response:
    """Make an answer with a JSON body."""
    return Response(json.dumps(value), status=status, content_type="application/json")


def refusal(refused: Refused, *, operation: str, request_id: str) -> Response:
    """Make the error answer of the service that the operation belongs to."""
    if refused.body is not None:
        response = Response(refused.body, status=refused.status, content_type="text/html")
    elif refused.status in GATEWAY_STATUSES:
        response = _html(refused.status)
    elif operation == "LWA":
        response = _oauth(refused, request_id=request_id)
    elif operation == "document":
        response = _xml(refused, request_id=request_id)
    else:
        response = _errors(refused)
    response.headers.extend(dict(refused.headers))
    return response


def _wording(refused: Refused, usual: Mapping[int, tuple[str, str]]) -> tuple[str, str]:
    phrase = HTTPStatus(refused.status).phrase
    code, message = usual.get(refused.status, (phrase.replace(" ", ""), phrase))
    return refused.code or code, refused.message or message


def _errors(refused: Refused) -> Response:
    code, message = _wording(refused, SP_API_ERRORS)
    error = {"code": code, "message": message, "details": refused.details}
    response = json_answer({"errors": [error]}, status=refused.status)
    response.headers["x-amzn-ErrorType"] = code
    return response


def _oauth(refused: Refused, *, request_id: str) -> Response:
    """Make the form of RFC 6749, section 5.2."""
    code, message = _wording(refused, LWA_ERRORS)
    body = {"error": code, "error_description": message, "request_id": request_id}
    return json_answer(body, status=refused.status)


def _xml(refused: Refused, *, request_id: str) -> Response:
    code, message = _wording(refused, STORE_ERRORS)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>{refused.details}"
        f"<RequestId>{request_id}</RequestId></Error>"
    )
    return Response(body, status=refused.status, content_type="application/xml")


def _html(status: int) -> Response:
    title = f"{status} {HTTPStatus(status).phrase}"
    body = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(body, status=status, content_type="text/html")
