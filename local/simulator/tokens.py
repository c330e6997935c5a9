"""Login with Amazon, a selling partner's consent before it, and the Tokens API: each gives something for a token."""

from collections.abc import Mapping
from secrets import compare_digest
from urllib.parse import unquote, urlencode

from werkzeug import Request, Response

from local.simulator.calls import Call
from local.simulator.credentials import LIFETIME, Credentials
from local.simulator.report_types import RESTRICTED
from local.simulator.responses import Refused, invalid, json_answer
from local.simulator.store import Store

DOCUMENTS = "/reports/2021-06-30/documents/"
# The selling partner that consents, where the address does not name one.
CONSENTING = "A2SELLER"
SCOPES = {
    "sellingpartnerapi::notifications",
    "sellingpartnerapi::migration",
    "sellingpartnerapi::client_credential:rotation",
}


def request_fields(request: Request) -> Mapping[str, str]:
    """Return the texts of a body that is a form or JSON."""
    if request.mimetype != "application/json":
        return request.form
    body = request.get_json(silent=True)
    fields = body if isinstance(body, dict) else {}
    return {key: value for key, value in fields.items() if isinstance(value, str)}


class Tokens:
    """The operations LWA (POST /auth/o2/token) and createRestrictedDataToken."""

    def __init__(self, *, credentials: Credentials, store: Store) -> None:
        self._credentials = credentials
        self._store = store

    def grant(self, request: Request, call: Call) -> Response:
        """Give an access token for a refresh token or, grantless, for a scope (RFC 6749).

        The body is a form; JSON, which the RFC does not know, is taken too, as clients in use send it.
        """
        body = request_fields(request)
        grants = {
            "refresh_token": self._refresh,
            "client_credentials": self._grantless,
            "authorization_code": self._authorized,
        }
        grant = grants.get(body.get("grant_type", ""))
        if grant is None:
            raise Refused(
                status=400,
                code="unsupported_grant_type",
                message="The authorization grant type is not supported by the authorization server",
            )
        client = _required(body, "client_id"), _required(body, "client_secret")
        known = self._credentials.client_id, self._credentials.client_secret
        if not all(compare_digest(*pair) for pair in zip(client, known, strict=True)):
            raise Refused(status=401)
        response = json_answer(grant(body, call) | {"token_type": "bearer", "expires_in": LIFETIME})
        response.cache_control.no_store = True
        return response

    def _refresh(self, body: Mapping[str, str], call: Call) -> dict[str, object]:
        refresh_token = _required(body, "refresh_token")
        call.selling_partner_id = self._credentials.grantee(refresh_token)
        if call.selling_partner_id is None:
            raise Refused(status=400)
        access_token = self._credentials.access_token(call.selling_partner_id)
        return {"access_token": access_token, "refresh_token": refresh_token}

    def _authorized(self, body: Mapping[str, str], call: Call) -> dict[str, object]:
        code, redirect_uri = _required(body, "code"), _required(body, "redirect_uri")
        call.selling_partner_id = self._credentials.authorized(code, redirect_uri=redirect_uri)
        if call.selling_partner_id is None:
            raise Refused(status=400, message="The request has an invalid grant parameter : code")
        refresh_token = self._credentials.refresh_token(call.selling_partner_id)
        return {
            "access_token": self._credentials.access_token(call.selling_partner_id),
            "refresh_token": refresh_token,
        }

    def consent(self, request: Request, call: Call) -> Response:
        """Consent at once as the selling partner of the query, and redirect with the code; Amazon asks the person.

        Amazon's page "Website Authorization Workflow" has the parameters.
        """
        asked = {key: request.args.get(key, "") for key in ("application_id", "state", "redirect_uri")}
        if not all(asked.values()):
            raise Refused(status=400, message="application_id, state and redirect_uri are needed")
        call.selling_partner_id = request.args.get("selling_partner_id", CONSENTING)
        code = self._credentials.consent(call.selling_partner_id, redirect_uri=asked["redirect_uri"])
        back = {"state": asked["state"], "selling_partner_id": call.selling_partner_id, "spapi_oauth_code": code}
        return Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{urlencode(back)}"})

    def _grantless(self, body: Mapping[str, str], _call: Call) -> dict[str, object]:
        if "refresh_token" in body:
            raise Refused(status=400, code="invalid_request", message="refresh_token goes with no scope")
        if _required(body, "scope") not in SCOPES:
            raise Refused(status=400, code="invalid_scope", message="The requested scope is invalid")
        return {"access_token": self._credentials.access_token(None)}

    def restrict(self, request: Request, call: Call) -> Response:
        """Give a Restricted Data Token for documents of restricted report types (Tokens API model 2021-03-01)."""
        if call.restricted_token:
            raise Refused(status=403)
        resources = _resources(request)
        for resource in resources:
            self._check(resource, selling_partner_id=call.seller)
        paths = frozenset(unquote(resource["path"]) for resource in resources)
        token = self._credentials.restricted_token(call.seller, paths=paths)
        return json_answer({"restrictedDataToken": token, "expiresIn": LIFETIME})

    def _check(self, resource: Mapping[str, str], *, selling_partner_id: str) -> None:
        path = unquote(resource["path"])
        if not path.startswith("/reports/"):
            raise invalid("Application do not have access to some or all requested resource")
        report = self._store.with_document(selling_partner_id, path.removeprefix(DOCUMENTS))
        if resource["method"] != "GET" or report is None or report.report_type not in RESTRICTED:
            raise invalid("Invalid or unsupported document ID found")


def _required(body: Mapping[str, str], name: str) -> str:
    value = body.get(name)
    if not value:
        message = f"The request is missing a required parameter : {name}"
        raise Refused(status=400, code="invalid_request", message=message)
    return value


def _resources(request: Request) -> list[Mapping[str, str]]:
    body = request.get_json(silent=True)
    resources = body.get("restrictedResources") if isinstance(body, dict) else None
    if not isinstance(resources, list) or not 1 <= len(resources) <= 50:
        raise _unreadable("restrictedResources is not a list of 1 to 50 resources.")
    for resource in resources:
        method, path = (isinstance(resource, dict) and resource.get(name) for name in ("method", "path"))
        if method not in ("GET", "PUT", "POST", "DELETE") or not isinstance(path, str):
            raise _unreadable("Resource not provided.")
    return resources


def _unreadable(details: str) -> Refused:
    message = "Request is missing or has invalid parameters"
    return Refused(status=400, code="InvalidRequest", message=message, details=details)
