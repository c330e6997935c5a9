"""How a document is landed without reportflow: a plain copy, what people write with boto3, and python-amazon-sp-api.

Each function imports what it needs, makes its client, and returns what lands one document. What is not said is left
at its default, as people leave it.
"""

import gzip
import os
import socket
import ssl
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local.bench.methods import Land

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

COPY_BYTES = 256 * 1024
TEMPORARY = "BENCH_TEMPORARY"


def copy() -> Land:
    """Copy from socket to socket: one GET, one PUT, one buffer; TLS, and nothing else."""
    context = ssl.create_default_context()

    def land(url: str, key: str, charset: str) -> None:
        del charset
        sink = os.environ["AWS_ENDPOINT_URL_S3"]
        with _connected(url, context) as source, _connected(sink, context) as target:
            source.sendall(f"GET {urlsplit(url).path} HTTP/1.1\r\nhost: source\r\n\r\n".encode())
            head, start = _head(source)
            left = int(head.lower().split("content-length:")[1].split("\r\n")[0])
            put = f"PUT /{_bucket()}/{key} HTTP/1.1\r\nhost: sink\r\ncontent-length: {left}\r\n\r\n"
            target.sendall(put.encode() + start)
            _pass_on(source, target, left - len(start))
            _head(target)

    return land


def _connected(url: str, context: ssl.SSLContext) -> ssl.SSLSocket:
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname or "", parts.port or 443))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(connection, server_hostname=parts.hostname)


def _head(connection: ssl.SSLSocket) -> tuple[str, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(COPY_BYTES)
    head, start = received.split(b"\r\n\r\n", 1)
    return head.decode(), start


def _pass_on(source: ssl.SSLSocket, target: ssl.SSLSocket, left: int) -> None:
    buffer = memoryview(bytearray(COPY_BYTES))
    while left:
        read = source.recv_into(buffer)
        if not read:
            raise ConnectionError(f"the source closed the connection {left} bytes before the end")
        target.sendall(buffer[:read])
        left -= read


def requests_gzip_put() -> Land:
    """Hold all of it in memory: download, inflate, put."""
    import requests

    s3 = _s3()

    def land(url: str, key: str, charset: str) -> None:
        del charset
        body = gzip.decompress(requests.get(url, timeout=60).content)
        s3.put_object(Bucket=_bucket(), Key=key, Body=body)

    return land


def upload_fileobj() -> Land:
    """Pass the gzip on as it is, with boto3's managed upload."""
    import requests

    s3 = _s3()

    def land(url: str, key: str, charset: str) -> None:
        del charset
        with requests.get(url, timeout=60, stream=True) as answer:
            s3.upload_fileobj(answer.raw, _bucket(), key)

    return land


def sp_api_memory() -> Land:
    """python-amazon-sp-api's document as a string, then put."""
    s3, reports = _s3(), _Reports()

    def land(url: str, key: str, charset: str) -> None:
        document = reports.document(url, download=True, character_code=charset)["document"]
        s3.put_object(Bucket=_bucket(), Key=key, Body=document.encode())

    return land


def sp_api_stream() -> Land:
    """python-amazon-sp-api's document as a file, which it writes as it arrives, then upload."""
    s3, reports = _s3(), _Reports()

    def land(url: str, key: str, charset: str) -> None:
        with TemporaryDirectory(dir=os.environ[TEMPORARY]) as directory:
            path = Path(directory) / "document"
            reports.document(url, file=str(path), stream=True, character_code=charset)
            s3.upload_file(str(path), _bucket(), key)

    return land


class _Reports:
    """python-amazon-sp-api's client of the Reports API, which is answered here: only the document travels."""

    def __init__(self) -> None:
        credentials = dict.fromkeys(("refresh_token", "lwa_app_id", "lwa_client_secret"), "none")
        self._client: Any = import_module("sp_api.api").Reports(credentials=credentials)
        self._answer: Any = import_module("sp_api.base").ApiResponse

    def document(self, url: str, **how: Any) -> dict[str, Any]:
        payload = {"reportDocumentId": "document", "compressionAlgorithm": "GZIP", "url": url}
        self._client._request = lambda *_, **__: self._answer(payload=payload)  # noqa: SLF001 - Amazon's answer
        result: dict[str, Any] = self._client.get_report_document("document", **how).payload
        return result


def _s3() -> "S3Client":
    import boto3

    return boto3.client("s3")


def _bucket() -> str:
    return os.environ["REPORT_BUCKET"]
