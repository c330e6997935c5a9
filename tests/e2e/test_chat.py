"""What docs/how-to/chat.md configures posts a failed report's cause to a webhook, as valid JSON."""

import json
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Any

import pytest

from local.aws import EmbeddedAws
from tests.testing.deployed_probe import Deployed
from tests.testing.markdown_blocks import blocks
from tests.testing.repository import REPOSITORY

pytestmark = pytest.mark.e2e
PAGE = (REPOSITORY / "docs/how-to/chat.md").read_text()
CAUSE = 'reportOptions: found "dateGranularity\\": allowed are\n"DAY" and „WEEK“'


@pytest.fixture
def webhook() -> Iterator[tuple[str, Queue[bytes]]]:
    posted: Queue[bytes] = Queue()

    class Channel(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            posted.put(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Channel) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/services/T000", posted
        server.shutdown()


def rule_pattern() -> str:
    (pattern,) = re.findall(r"--event-pattern '(.+?)'", PAGE, re.DOTALL)
    return str(pattern)


def templates() -> dict[str, str]:
    (slack,) = re.findall(r'"InputTemplate": ("(?:[^"\\]|\\.)*")', PAGE)
    (teams,) = blocks(PAGE, 'text title="the template for Teams"')
    return {"slack": json.loads(slack), "teams": teams}


def target(destination: str, template: str, *, role: str) -> dict[str, Any]:
    (block,) = blocks(PAGE, 'json title="target.json"')
    found: dict[str, Any] = json.loads(block)[0]
    found |= {"Arn": destination, "RoleArn": role}
    found["InputTransformer"]["InputTemplate"] = template
    return found


@pytest.mark.parametrize("chat", ["slack", "teams"])
def test_a_failed_report_is_a_message(chat: str, webhook: tuple[str, Queue[bytes]], tmp_path: Path) -> None:
    address, posted = webhook
    with EmbeddedAws(directory=tmp_path) as aws:
        events: Any = aws.client("events")
        connection = events.create_connection(
            Name="chat",
            AuthorizationType="API_KEY",
            AuthParameters={"ApiKeyAuthParameters": {"ApiKeyName": "X-Unused", "ApiKeyValue": "unused"}},
        )
        destination = events.create_api_destination(
            Name="chat", HttpMethod="POST", ConnectionArn=connection["ConnectionArn"], InvocationEndpoint=address
        )
        events.put_rule(Name="reports-to-chat", EventPattern=rule_pattern())
        arn = destination["ApiDestinationArn"]
        role = Deployed(aws, {}).role("events", events_InvokeApiDestination=arn)
        put = events.put_targets(Rule="reports-to-chat", Targets=[target(arn, templates()[chat], role=role)])
        assert put["FailedEntryCount"] == 0
        detail = {"sellingPartnerId": "A2EXAMPLE", "reportType": "GET_X", "error": "InvalidRequest", "cause": CAUSE}
        entry = {"Source": "reportflow", "DetailType": "Report Failed", "Detail": json.dumps(detail)}
        landed = {**entry, "DetailType": "Report Landed"}
        events.put_events(Entries=[landed, entry])
        message = posted.get(timeout=30)
    text = json.dumps(json.loads(message), ensure_ascii=False)
    assert "GET_X of A2EXAMPLE failed: InvalidRequest" in text
    assert json.dumps(CAUSE, ensure_ascii=False) in text
    assert posted.empty()
