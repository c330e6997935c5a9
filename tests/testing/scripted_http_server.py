"""A host of documents that answers as it is told: each connection gets the next answer, byte by byte, and is closed."""

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, TCPServer
from threading import Thread


class ScriptedHost(TCPServer):
    """Serves these answers on 127.0.0.1, and keeps the request heads that they were given for."""

    def __init__(self, *answers: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.answers = list(answers)
        self.heard: list[dict[str, str]] = []

    @property
    def origin(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        """The address of its document."""
        return f"{self.origin}/documents/one?X-Amz-Signature=planted"


class _Connection(StreamRequestHandler):
    """One request and its answer."""

    server: ScriptedHost

    def handle(self) -> None:
        """Answer; where no answer is left, close."""
        lines = iter(self.rfile.readline().decode().rstrip("\r\n") or None for _ in range(100))
        request = str(next(lines))
        headers = dict(line.lower().split(": ", 1) for line in iter(lines.__next__, None))
        # What is left unread resets the connection, and the answer with it.
        self.rfile.read(int(headers.get("content-length", 0)))
        self.server.heard.append({"request": request, **headers})
        if self.server.answers:
            self.wfile.write(self.server.answers.pop(0))


@contextmanager
def serving(*answers: bytes) -> Iterator[ScriptedHost]:
    """Run a host with these answers."""
    with ScriptedHost(*answers) as host:
        thread = Thread(target=host.serve_forever, kwargs={"poll_interval": 0.01}, name="host")
        thread.start()
        try:
            yield host
        finally:
            host.shutdown()
            thread.join()


def answer(body: bytes = b"", *, status: str = "200 OK", **headers: str | int) -> bytes:
    """Return an answer with exactly these headers, whose underscores are hyphens."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body
