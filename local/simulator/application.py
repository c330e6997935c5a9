"""The web application: what Amazon does before and around every operation, and what the scripts make of it."""

from collections.abc import Callable, Iterable
from threading import RLock
from typing import TYPE_CHECKING

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule

from local.simulator.calls import Call, Journal
from local.simulator.credentials import Credentials
from local.simulator.downloads import Downloads
from local.simulator.faults import Mishap
from local.simulator.notifications import GRANTLESS, Notifications
from local.simulator.quota import PLANNED, Quota
from local.simulator.reports import Reports
from local.simulator.request_attribution import Subjects
from local.simulator.responses import Refused, refusal
from local.simulator.schedules import Schedules
from local.simulator.script import Fault, Script
from local.simulator.store import Store
from local.simulator.tokens import Tokens

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BASE = "/reports/2021-06-30"
NOTIFICATIONS = "/notifications/v1"
ROUTES = Map(
    [
        Rule("/apps/authorize/consent", methods=["GET"], endpoint="consent"),
        Rule("/auth/o2/token", methods=["POST"], endpoint="LWA"),
        Rule("/tokens/2021-03-01/restrictedDataToken", methods=["POST"], endpoint="createRestrictedDataToken"),
        Rule(f"{BASE}/reports", methods=["POST"], endpoint="createReport"),
        Rule(f"{BASE}/reports", methods=["GET"], endpoint="getReports"),
        Rule(f"{BASE}/reports/<report_id>", methods=["GET"], endpoint="getReport"),
        Rule(f"{BASE}/reports/<report_id>", methods=["DELETE"], endpoint="cancelReport"),
        Rule(f"{BASE}/documents/<report_document_id>", methods=["GET"], endpoint="getReportDocument"),
        Rule(f"{BASE}/schedules", methods=["POST"], endpoint="createReportSchedule"),
        Rule(f"{BASE}/schedules", methods=["GET"], endpoint="getReportSchedules"),
        Rule(f"{BASE}/schedules/<_>", methods=["GET"], endpoint="getReportSchedule"),
        Rule(f"{BASE}/schedules/<_>", methods=["DELETE"], endpoint="cancelReportSchedule"),
        Rule(f"{NOTIFICATIONS}/destinations", methods=["GET"], endpoint="getDestinations"),
        Rule(f"{NOTIFICATIONS}/destinations", methods=["POST"], endpoint="createDestination"),
        Rule(f"{NOTIFICATIONS}/destinations/<_>", methods=["DELETE"], endpoint="deleteDestination"),
        Rule(f"{NOTIFICATIONS}/subscriptions/<_>", methods=["GET"], endpoint="getSubscription"),
        Rule(f"{NOTIFICATIONS}/subscriptions/<_>", methods=["POST"], endpoint="createSubscription"),
        Rule(f"{NOTIFICATIONS}/subscriptions/<_>/<__>", methods=["DELETE"], endpoint="deleteSubscriptionById"),
        Rule("/documents/<key>", methods=["GET"], endpoint="document"),
    ],
    merge_slashes=False,
)
LIMIT_IS_TOLD = {200, 201, 202, 400, 404}  # x-amzn-RateLimit-Limit comes with these only


class Application:
    """The WSGI application, with the parts it is made of. Times are in seconds; `pause` sleeps for some.

    Reports and quotas go by a clock of their own, which may be faster; tokens and document links by the true one.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        reports_clock: Callable[[], float],
        pause: Callable[[float], object],
        usual: Script,
    ) -> None:
        self.lock = RLock()  # held by whoever reads or changes the parts below
        self.journal = Journal()
        self.store = Store(clock=reports_clock, usual=usual)
        self.credentials = Credentials(clock=clock)
        self.downloads = Downloads(store=self.store, clock=clock)
        self._subjects = Subjects(store=self.store, downloads=self.downloads, credentials=self.credentials)
        self._quota = Quota(clock=reports_clock)
        self._clock = clock
        self._pause = pause
        reports = Reports(store=self.store, clock=reports_clock)
        self.schedules = Schedules(store=self.store, clock=reports_clock)
        tokens = Tokens(credentials=self.credentials, store=self.store)
        self.notifications = Notifications(
            store=self.store, clock=reports_clock, application_id=self.credentials.client_id
        )
        self._operations: dict[str, Callable[[Request, Call], Response]] = {
            "consent": tokens.consent,
            "LWA": tokens.grant,
            "createRestrictedDataToken": tokens.restrict,
            "createReport": reports.create,
            "getReports": reports.search,
            "getReport": reports.get,
            "cancelReport": reports.cancel,
            "createReportSchedule": self.schedules.create,
            "getReportSchedules": self.schedules.search,
            "getReportSchedule": self.schedules.get,
            "cancelReportSchedule": self.schedules.cancel,
            "getReportDocument": self.downloads.describe,
            "getDestinations": self.notifications.get_destinations,
            "createDestination": self.notifications.create_destination,
            "deleteDestination": self.notifications.delete_destination,
            "getSubscription": self.notifications.get_subscription,
            "createSubscription": self.notifications.create_subscription,
            "deleteSubscriptionById": self.notifications.delete_subscription,
            "document": self.downloads.serve,
            "unknown": _refuse_path,
        }

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request. Raises ConnectionResetError where a script wants no answer."""
        request = Request(environ)
        operation, names = _match(request)
        call = self.journal.open(operation=operation, host=request.host, at=self._clock())
        try:
            mishap = self._admit(request, call, names=names)
            response = self._perform(request, call, mishap=mishap)
        except Refused as refused:
            response = refusal(refused, operation=operation, request_id=call.request_id)
        response.headers["x-amzn-RequestId"] = call.request_id
        known = call.selling_partner_id is not None or operation in GRANTLESS
        if operation in PLANNED and known and response.status_code in LIMIT_IS_TOLD:
            response.headers["x-amzn-RateLimit-Limit"] = str(PLANNED[operation].rate)
        call.status = response.status_code
        return response(environ, start_response)

    def _admit(self, request: Request, call: Call, *, names: dict[str, str]) -> Mishap:
        """Check user agent, token and quota, which come before the operation; tell what shall go wrong with it."""
        with self.lock:
            if call.operation in PLANNED:
                if not 0 < len(request.headers.get("user-agent", "")) <= 500:
                    raise Refused(status=400, message="The User-Agent header is missing or longer than 500 characters")
                token = request.headers.get("x-amz-access-token")
                grantless = call.operation in GRANTLESS
                seller, restricted = self.credentials.check(
                    token, method=request.method, path=request.path, grantless=grantless
                )
                call.selling_partner_id, call.restricted_token = seller, restricted
            self._subjects.identify(request, call, names=names)
            if call.operation in PLANNED:
                self._quota.take(selling_partner_id=call.selling_partner_id, operation=call.operation)
            return self.store.next_fault(call)

    def _perform(self, request: Request, call: Call, *, mishap: Mishap) -> Response:
        if not isinstance(mishap, Fault):
            response = self._effect(request, call)
            return mishap.apply(response, pause=self._pause) if mishap else response
        answer = self._effect(request, call) if mishap.after else None
        self._pause(mishap.hang)
        if mishap.reset:
            raise ConnectionResetError("scripted")
        if mishap.status is not None:
            raise Refused(
                status=mishap.status,
                code=mishap.code,
                message=mishap.message,
                details=mishap.details,
                body=mishap.body,
                headers=mishap.headers,
            )
        return self._effect(request, call) if answer is None else answer

    def _effect(self, request: Request, call: Call) -> Response:
        with self.lock:
            self.schedules.make_reports()
            return self._operations[call.operation](request, call)


def _match(request: Request) -> tuple[str, dict[str, str]]:
    """Find the operation and the variable parts of the path."""
    try:
        operation, names = ROUTES.bind("localhost").match(request.path, method=request.method)
    except HTTPException:
        return "unknown", {}
    return str(operation), dict(names)


def _refuse_path(_request: Request, _call: Call) -> Response:
    """Answer as the gateway does to a path or method that it does not know."""
    raise Refused(status=403, code="MissingAuthenticationToken")
