"""The simulator as its users see it."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Any, Self

from local.simulator.application import Application
from local.simulator.calls import Call
from local.simulator.report import Report
from local.simulator.script import Faults, Script
from local.simulator.server import Server
from local.simulator.specification import Specification


class Simulator:
    """An SP-API on 127.0.0.1, from entering the context (or start) to leaving it (or stop).

    reports_clock      what reports and quotas go by, where they shall be faster than all else
    certificate, key   PEM files for https; without them it is http
    clock              seconds since the epoch; all lifetimes go by it
    port               0 takes a free one
    usual              how reports behave that nothing was scripted for
    """

    def __init__(
        self,
        *,
        certificate: str | PathLike[str] | None = None,
        key: str | PathLike[str] | None = None,
        clock: Callable[[], float] = time.time,
        reports_clock: Callable[[], float] | None = None,
        port: int = 0,
        usual: Script = Script(),  # noqa: B008 - it is frozen
    ) -> None:
        self._stopping = Event()
        self._clock = reports_clock or clock
        self._app = Application(clock=clock, reports_clock=self._clock, pause=self._stopping.wait, usual=usual)
        files = (Path(file) if file else None for file in (certificate, key))
        self._server = Server(self._app, port=port, certificate=next(files), key=next(files))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to answer."""
        self._server.start()

    def stop(self) -> None:
        """End all connections, hanging ones too, and close all sockets."""
        self._stopping.set()
        self._server.stop()

    @property
    def url(self) -> str:
        """The SP-API endpoint."""
        return self._server.url

    @property
    def lwa_url(self) -> str:
        """Login with Amazon's token endpoint."""
        return f"{self.url}/auth/o2/token"

    @property
    def application(self) -> dict[str, str]:
        """The application's client_id and its present client_secret."""
        credentials = self._app.credentials
        return {"client_id": credentials.client_id, "client_secret": credentials.client_secret}

    def refresh_token(self, selling_partner_id: str) -> str:
        """Return the refresh token of a selling partner, who authorizes the application if it has no grant."""
        with self._app.lock:
            return self._app.credentials.refresh_token(selling_partner_id)

    def script(self, report_type: str, *scripts: Script, selling_partner_id: str | None = None) -> None:
        """Set how reports of a type will behave: one script for each, the last for all further ones.

        A script for one seller counts before one for all. Reports created already keep theirs.
        """
        if not scripts:
            raise ValueError(f"no script is given for {report_type}")
        with self._app.lock:
            self._app.store.script(report_type, scripts, selling_partner_id=selling_partner_id)

    def fail(self, operation: str, faults: Faults, *, selling_partner_id: str | None = None) -> None:
        """Let an operation go wrong whatever the report: every time with one fault, once each with a sequence.

        They come before the faults of scripts and replace those given earlier; `[]` ends them. The download is
        `document`, the token endpoint `LWA`.
        """
        with self._app.lock:
            self._app.store.fail(operation, faults, selling_partner_id=selling_partner_id)

    def add_report(
        self,
        report_type: str,
        script: Script,
        *,
        selling_partner_id: str,
        marketplace_ids: Sequence[str] = ("ATVPDKIKX0DER",),
        age: float = 0.0,
    ) -> Report:
        """Enter a report that nobody requested here: Amazon made it, or another application. Age in seconds."""
        created = self._clock() - age
        moment = datetime.fromtimestamp(created, UTC)
        specification = Specification(
            report_type=report_type,
            marketplace_ids=list(marketplace_ids),
            data_start=moment,
            data_end=moment,
            received={},
        )
        with self._app.lock:
            return self._app.store.create(
                specification, selling_partner_id=selling_partner_id, script=script, created=created
            )

    @property
    def reports(self) -> list[Report]:
        """All reports, the oldest first."""
        with self._app.lock:
            self._app.schedules.make_reports()
            return self._app.store.reports()

    def subscribe(self, selling_partner_id: str, *, queue_arn: str) -> None:
        """Subscribe a selling partner to the ends of reports, as `reportflow notifications` does."""
        with self._app.lock:
            self._app.notifications.subscribe(selling_partner_id, queue_arn=queue_arn)

    def notifications(self) -> list[tuple[str, dict[str, Any]]]:
        """Return what Amazon tells subscribers now: to the ARN of which queue, and the message, of each report once."""
        with self._app.lock:
            return self._app.notifications.due()

    @property
    def calls(self) -> list[Call]:
        """All calls in the order of arrival."""
        return self._app.journal.calls()

    def count(self, *, selling_partner_id: str | None = None, report_type: str | None = None) -> Counter[str]:
        """Count the calls of each operation, for one seller or report type where given."""
        return self._app.journal.count(selling_partner_id=selling_partner_id, report_type=report_type)

    @property
    def secrets(self) -> list[str]:
        """Every secret value handed out so far: client secrets, all tokens, the signatures of document URLs."""
        with self._app.lock:
            return [*self._app.credentials.issued, *self._app.downloads.signatures]

    def rotate_secret(self) -> None:
        """Replace the client secret; refresh tokens live on."""
        with self._app.lock:
            self._app.credentials.rotate_secret()

    def revoke(self, selling_partner_id: str) -> None:
        """Withdraw the selling partner's grant."""
        with self._app.lock:
            self._app.credentials.revoke(selling_partner_id)

    def expire_access_tokens(self) -> None:
        """End all access tokens and Restricted Data Tokens now."""
        with self._app.lock:
            self._app.credentials.expire()

    def expire_urls(self) -> None:
        """End all document URLs now."""
        with self._app.lock:
            self._app.downloads.expire()
