"""What the page asks for, and what it is answered: files, JSON, a stream of events."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError
from werkzeug import Request, Response
from werkzeug.exceptions import BadRequest, NotFound
from werkzeug.routing import Map, Rule

from cli.console_page.drawing import draw
from cli.console_page.event_stream import events
from cli.console_page.execution_search import Wanted, search
from cli.console_page.grid import MOST_DAYS
from cli.console_page.loopback import LoopbackApplication

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cli.console_page.watch import Watch

STATIC = {path.name: path for path in Path(__file__).with_name("static").iterdir()}
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
JSON = ("rows", "windows", "executions", "find", "advice", "landed", "overview", "daily")
ROUTES = Map(
    [
        Rule("/", endpoint="file", defaults={"name": "index.html"}),
        Rule("/<name>", endpoint="file"),
        Rule("/machine.svg", endpoint="machine"),
        Rule("/events", endpoint="events"),
        *(Rule(f"/{name}", endpoint=name) for name in JSON),
        Rule("/cells", endpoint="cells", methods=["POST"]),
        Rule("/steps/<int:number>", endpoint="step"),
    ]
)
# As many rows as a large screen has, twice.
MOST_ROWS = 200


class Page(LoopbackApplication):
    """The WSGI application."""

    def __init__(self, watch: Watch) -> None:
        """Show what `watch` sees."""
        super().__init__(ROUTES)
        self._watch = watch

    def file(self, _request: Request, name: str) -> Response:
        """Return a file of the page."""
        if name not in STATIC:
            raise NotFound
        return Response(STATIC[name].read_bytes(), mimetype=TYPES[STATIC[name].suffix])

    def machine(self, _request: Request) -> Response:
        """Return the machine's picture."""
        return Response(draw(self._watch.machine.definition), mimetype=TYPES[".svg"])

    def events(self, request: Request) -> Response:
        """Return the stream of what changes, with one execution in full if the request names it."""
        execution = self._execution(request) if "execution" in request.args else None
        return Response(events(self._watch, execution), mimetype="text/event-stream")

    def rows(self, _request: Request) -> Response:
        """Return the rows of the grid that are known so far."""
        rows = self._watch.fleet.rows
        return _json({"rows": rows.known(), "complete": rows.is_complete, "trouble": rows.trouble})

    def cells(self, request: Request) -> Response:
        """Return some rows' days, a line of JSON for each as soon as it is read."""
        asked: Any = request.get_json()
        try:
            first, last = _days(asked)
            rows = [(str(partner), str(report_type)) for partner, report_type in asked["rows"][:MOST_ROWS]]
        except (KeyError, TypeError, ValueError):
            raise BadRequest("give rows, from and to") from None
        return Response(_lines(self._watch, rows, first, last), mimetype="application/x-ndjson")

    def windows(self, request: Request) -> Response:
        """Return the windows of some days of a row."""
        try:
            first, last = _days(request.args)
            partner, report_type = request.args["sellingPartnerId"], request.args["reportType"]
        except ValueError:
            raise BadRequest("give from and to as days such as 2026-11-01") from None
        return _json(self._watch.fleet.details(partner, report_type, first=first, last=last))

    def executions(self, request: Request) -> Response:
        """Return a page of executions: execution_search.Found."""
        page = max(0, request.args.get("page", 0, type=int))
        return _json(search(self._watch.index, Wanted.of(request.args), names=self._watch.fleet.names, page=page))

    def find(self, request: Request) -> Response:
        """Return the execution of a name."""
        row = self._watch.index.find(request.args.get("name", ""))
        if row is None:
            raise NotFound
        return _json(row)

    def overview(self, _request: Request) -> Response:
        """Return what there is to know of today."""
        return _json(self._watch.fleet.overview.latest())

    def daily(self, _request: Request) -> Response:
        """Return what was counted by the day."""
        return _json(self._watch.daily())

    def advice(self, request: Request) -> Response:
        """Return what an execution's outcome means, and what to do."""
        return _json(self._watch.followed(self._execution(request)).advice(now=self._watch.now()))

    def landed(self, request: Request) -> Response:
        """Return what an execution, or a selling partner's report, has landed: report_contents.ReportContents."""
        if "reportId" in request.args:
            return _json(self._watch.fleet.landed(request.args["sellingPartnerId"], request.args["reportId"]))
        return _json(self._watch.landed(self._execution(request)))

    def step(self, request: Request, number: int) -> Response:
        """Return what went into and came out of a step of an execution."""
        try:
            return _json(self._watch.followed(self._execution(request)).step(number))
        except IndexError:
            raise NotFound from None

    def _execution(self, request: Request) -> str:
        execution = request.args.get("execution", "")
        if self._watch.machine.kind_of(execution) is None:
            raise NotFound(f"{execution!r} is no execution of this stack's machines")
        return execution


def _days(asked: Mapping[str, str]) -> tuple[date, date]:
    first, last = date.fromisoformat(asked["from"]), date.fromisoformat(asked["to"])
    if not 0 <= (last - first).days < MOST_DAYS:
        raise ValueError
    return first, last


def _lines(watch: Watch, rows: list[tuple[str, str]], first: date, last: date) -> Iterator[str]:
    for partner, report_type in rows:
        line: dict[str, Any] = {"sellingPartnerId": partner, "reportType": report_type}
        try:
            line |= watch.fleet.cells(partner, report_type, first=first, last=last)
        except (ClientError, BotoCoreError) as error:
            line["trouble"] = str(error)
        yield json.dumps(line) + "\n"


def _json(value: Any) -> Response:
    return Response(json.dumps(value), mimetype="application/json")
