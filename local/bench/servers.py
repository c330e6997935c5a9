"""Both ends of a landing on 127.0.0.1, over TLS: `python -m local.bench.servers source|sink CERTIFICATE DIRECTORY`.

Each runs in a process of its own until its standard input ends, and prints its port.
"""

import io
import json
import mmap
import re
import ssl
import sys
import threading
import xml.etree.ElementTree as ET
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from local.bench.chunks import Chunks

SLICE_BYTES = 4 * 1024 * 1024


class _End(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rbufsize = 64 * 1024
    disable_nagle_algorithm = True
    directory: ClassVar[Path]

    def log_message(self, *_: object) -> None:
        """Stay silent."""

    def answer(self, body: bytes = b"", *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"content-length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def serve(self, name: str, **headers: str) -> None:
        """Answer with the file of this name."""
        path = self.directory / name
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            self.send_response(200)
            for header, value in {"content-length": str(len(mapped)), "etag": f'"{len(mapped)}"', **headers}.items():
                self.send_header(header.replace("_", "-"), value)
            self.end_headers()
            with memoryview(mapped) as view:
                for start in range(0, len(view), SLICE_BYTES):
                    with view[start : start + SLICE_BYTES] as piece:
                        self.connection.sendall(piece)


class Source(_End):
    """Serves the files of a directory as Amazon serves documents: no Content-Encoding, the charset in the type."""

    def do_GET(self) -> None:
        """Serve a file."""
        name = Path(urlsplit(self.path).path).name
        charset = "Cp1252" if ".cp1252." in name else "UTF-8"
        self.serve(name, content_type=f"text/plain; charset={charset}")


class Sink(_End):
    """As much of S3 as uploads and copies need. It forgets the bytes and keeps their number; GET /<bucket> tells.

    So a copy takes no time here, as it takes none of the client's there.
    """

    objects: ClassVar[dict[str, dict[str, int]]] = {}
    parts: ClassVar[dict[str, dict[int, int]]] = {}

    def setup(self) -> None:
        """Give the connection its buffer."""
        super().setup()
        self.buffer = memoryview(bytearray(1024 * 1024))

    def do_GET(self) -> None:
        """Answer ListObjectsV2; without its query, all of a bucket's objects with their sizes, as JSON."""
        asked = urlsplit(self.path)
        bucket, slash, key = asked.path[1:].partition("/")
        if slash:
            # It has forgotten the bytes; what has not landed yet, such as a manifest, is not there.
            there = key in self.objects.get(bucket, {})
            self.answer(status=200) if there else self.answer(b"<Error><Code>NoSuchKey</Code></Error>", status=404)
            return
        objects, query = self.objects.get(bucket, {}), parse_qs(asked.query)
        if "list-type" not in query:
            self.answer(json.dumps(objects).encode())
            return
        prefix = query.get("prefix", [""])[0]
        found = "".join(
            f'<Contents><Key>{escape(key)}</Key><Size>{size}</Size><ETag>"whole"</ETag></Contents>'
            for key, size in objects.items()
            if key.startswith(prefix)
        )
        self.answer(f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode())

    def do_HEAD(self) -> None:
        """HeadObject."""
        self.send_response(200)
        self.send_header("content-length", str(self._size(self.path)))
        self.end_headers()

    def do_PUT(self) -> None:
        """PutObject, UploadPart, or one of both as a copy."""
        source = self.headers.get("x-amz-copy-source")
        size, promised = self._copied(source) if source else self._body()
        query = parse_qs(urlsplit(self.path).query)
        if size != promised:
            self.answer(b"<Error><Code>IncompleteBody</Code></Error>", status=400)
            return
        if "uploadId" in query:
            self.parts[query["uploadId"][0]][int(query["partNumber"][0])] = size
        else:
            self._keep(size)
        copied = f'<CopyResult><ETag>"{size}"</ETag></CopyResult>' if source else ""
        self.answer(copied.encode(), etag=f'"{size}"', x_amz_version_id="1")

    def do_POST(self) -> None:
        """CreateMultipartUpload or CompleteMultipartUpload."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        upload_id = parse_qs(urlsplit(self.path).query).get("uploadId", [""])[0]
        if not upload_id:
            upload_id = f"upload-{len(self.parts)}-{threading.get_ident()}"
            self.parts[upload_id] = {}
            result = f"<InitiateMultipartUploadResult><UploadId>{upload_id}</UploadId></InitiateMultipartUploadResult>"
            self.answer(result.encode())
            return
        numbers = [int(number.text or 0) for number in ET.fromstring(body).iter() if number.tag.endswith("PartNumber")]  # noqa: S314 - our own client's
        parts = self.parts.pop(upload_id)
        if numbers != sorted(parts):
            self.answer(b"<Error><Code>InvalidPart</Code></Error>", status=400)
            return
        self._keep(sum(parts.values()))
        whole = b'<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>'
        self.answer(whole, x_amz_version_id="1")

    def do_DELETE(self) -> None:
        """AbortMultipartUpload."""
        self.parts.pop(parse_qs(urlsplit(self.path).query).get("uploadId", [""])[0], None)
        self.answer(status=204)

    def _keep(self, size: int) -> None:
        bucket, key = urlsplit(self.path).path[1:].split("/", 1)
        self.objects.setdefault(bucket, {})[key] = size

    def _size(self, path: str) -> int:
        bucket, key = urlsplit(unquote(path)).path.removeprefix("/").split("/", 1)
        return self.objects[bucket][key]

    def _copied(self, source: str) -> tuple[int, int]:
        part = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("x-amz-copy-source-range", ""))
        size = int(part[2]) - int(part[1]) + 1 if part else self._size(source)
        return size, size

    def _body(self) -> tuple[int, int]:
        """Read the body and return its size, and the size that was promised."""
        if "chunked" not in self.headers.get("transfer-encoding", ""):
            promised = int(self.headers["content-length"])
            return self._count(self.rfile, promised), promised
        # boto3 wraps a body in chunks of S3's own, its checksum behind them, within the chunks of HTTP.
        inner = io.BufferedReader(Chunks(self.rfile))
        size = self._count(io.BufferedReader(Chunks(inner)))
        inner.read()
        return size, int(self.headers["x-amz-decoded-content-length"])

    def _count(self, file: io.BufferedIOBase, limit: int = sys.maxsize) -> int:
        count = 0
        while read := file.readinto(self.buffer[: limit - count]):
            count += read
        return count


def main(end: str, certificate: str, directory: str) -> None:
    """Serve until standard input ends."""
    _End.directory = Path(directory)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source if end == "source" else Sink)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # The handshake is the connection's thread's, at its first read.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_address[1]}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
